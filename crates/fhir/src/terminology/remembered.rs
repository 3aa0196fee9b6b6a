//! Value sets and code systems that were looked up, for more questions that rest on them.

use std::collections::HashMap;
use std::sync::Arc;

use cresset_access::Access;
use parking_lot::Mutex;

use super::codes::Codes;
use super::set::Set;
use super::source::{Values, not_loaded};
use crate::fault::{Fault, Kind};
use crate::service::Service;

/// Most value sets, and most code systems, that are remembered.
const MOST: usize = 1_000;

/// What one caller was told of the terminology of an instance: each value set and code system is looked
/// up and taken apart once, that there is none too. It holds for one body, or one pass of an import: what
/// is stored meanwhile is not seen.
pub struct Remembered {
    access: Access,
    sets: Memory<Set>,
    systems: Memory<Codes>,
}

/// The value sets of an instance's packages that were asked about, by canonical URL.
#[derive(Default)]
pub(crate) struct PackagedSets(Mutex<HashMap<String, Arc<Set>>>);

type Memory<T> = Mutex<HashMap<String, Option<Arc<T>>>>;

impl Remembered {
    /// Nothing so far, of what this access may search.
    pub fn new(access: Access) -> Self {
        Self {
            access,
            sets: Mutex::default(),
            systems: Mutex::default(),
        }
    }
}

impl std::fmt::Debug for Remembered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Remembered")
            .field("sets", &self.sets.lock().len())
            .field("systems", &self.systems.lock().len())
            .finish_non_exhaustive()
    }
}

impl Service {
    /// The value set of this canonical URL.
    ///
    /// # Errors
    /// [`Kind::NotFound`] where it is not loaded; what the store fails with.
    pub(super) async fn set(&self, from: &Remembered, url: &str) -> Result<Arc<Set>, Fault> {
        let known = from.sets.lock().get(url).cloned();
        let found = if let Some(found) = known {
            found
        } else {
            let found = there(self.values(&from.access, url).await)?;
            let set = found.map(|values| self.taken_apart(url, &values));
            keep(&from.sets, url, set)
        };
        found.ok_or_else(|| not_loaded("value set", url))
    }

    /// The code system of this canonical URL.
    ///
    /// # Errors
    /// As [`Service::set`].
    pub(super) async fn system(&self, from: &Remembered, url: &str) -> Result<Arc<Codes>, Fault> {
        let known = from.systems.lock().get(url).cloned();
        let found = if let Some(found) = known {
            found
        } else {
            let found = there(self.codes(&from.access, url).await)?;
            keep(&from.systems, url, found.map(Arc::new))
        };
        found.ok_or_else(|| not_loaded("code system", url))
    }

    /// A value set of a package is the same for everybody as long as the instance is open.
    fn taken_apart(&self, url: &str, values: &Values) -> Arc<Set> {
        let taken_apart = || Arc::new(Set::of(values));
        match values {
            Values::Packaged(_) => {
                let mut packaged = self.packaged_sets().0.lock();
                let set = packaged.entry(url.to_owned()).or_insert_with(taken_apart);
                Arc::clone(set)
            }
            Values::Composed(_) | Values::BuiltIn(_) => taken_apart(),
        }
    }
}

/// That something is not loaded is an answer.
fn there<T>(found: Result<T, Fault>) -> Result<Option<T>, Fault> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(fault) if fault.kind == Kind::NotFound => Ok(None),
        Err(fault) => Err(fault),
    }
}

fn keep<T>(memory: &Memory<T>, url: &str, found: Option<Arc<T>>) -> Option<Arc<T>> {
    let mut memory = memory.lock();
    if memory.len() >= MOST {
        memory.clear();
    }
    memory.insert(url.to_owned(), found.clone());
    found
}
