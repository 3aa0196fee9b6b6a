//! Conditional references: `Practitioner?identifier=system|value`, answered from what is stored.

use std::collections::HashMap;
use std::sync::Arc;

use cresset_access::Access;
use cresset_base::{Limits, Timestamp};
use cresset_definitions::ResourceType;
use cresset_fhir::Kind;
use cresset_search::{Concepts, Context, Handling, Query, Total, parse};
use cresset_store::Store;
use parking_lot::Mutex;
use tokio::runtime::Handle;

use super::entry::{NotNow, refused};

/// Answers remembered; a population refers to few practitioners and places.
const REMEMBERED_MAX: usize = 100_000;

/// What a conditional reference finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Matches {
    /// Nothing.
    None,
    /// This, as `Type/id`.
    One(String),
    /// More than one resource, so none in particular.
    Many,
}

/// Searches on behalf of the records of an import.
pub(crate) struct Lookup {
    store: Arc<dyn Store>,
    access: Access,
    limits: Arc<Limits>,
    now: Timestamp,
    runtime: Handle,
    found: Mutex<HashMap<String, String>>,
}

impl Lookup {
    pub(crate) fn new(
        store: Arc<dyn Store>,
        access: Access,
        limits: Arc<Limits>,
        now: Timestamp,
    ) -> Self {
        Self {
            store,
            access,
            limits,
            now,
            runtime: Handle::current(),
            found: Mutex::default(),
        }
    }

    /// What `Type?name=value&…` finds. Blocks: for worker threads only.
    pub(crate) fn find(&self, conditional: &str) -> Result<Matches, NotNow> {
        if let Some(known) = self.found.lock().get(conditional) {
            return Ok(Matches::One(known.clone()));
        }
        let query = self.query(conditional)?;
        let page = self
            .runtime
            .block_on(self.store.search(&self.access, &query, None))
            .map_err(|error| NotNow::from(cresset_fhir::Fault::from(error)))?;
        let [only] = page.matches.as_slice() else {
            return Ok(if page.matches.is_empty() {
                Matches::None
            } else {
                Matches::Many
            });
        };
        let reference = format!("{}/{}", only.resource_type, only.id);
        let mut found = self.found.lock();
        if found.len() >= REMEMBERED_MAX {
            found.clear();
        }
        found.insert(conditional.to_owned(), reference.clone());
        Ok(Matches::One(reference))
    }

    /// Strict: a parameter that is not understood must not find more than was meant.
    fn query(&self, conditional: &str) -> Result<Query, NotNow> {
        let (name, query) = conditional.split_once('?').unwrap_or((conditional, ""));
        let resource_type = ResourceType::parse(name).ok_or_else(|| {
            refused(
                Kind::Value,
                "a search names a type of FHIR R4 before the question mark",
            )
        })?;
        let pairs: Option<Vec<_>> = query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| {
                pair.split_once('=')
                    .map(|(name, value)| (unescape(name), unescape(value)))
            })
            .collect();
        let pairs = pairs.filter(|pairs| !pairs.is_empty());
        let pairs = pairs.ok_or_else(|| {
            refused(
                Kind::Value,
                "a search is written Type?name=value&name=value",
            )
        })?;
        let unindexed = self.store.unindexed();
        let context = Context {
            limits: &self.limits,
            now: self.now,
            own: &[],
            unindexed: &unindexed,
            handling: Handling::Strict,
            concepts: Concepts::NONE,
        };
        let parsed = parse(resource_type, &pairs, &context)
            .map_err(|fault| refused(Kind::Value, fault.sentence))?;
        // Two matches tell that there is more than one; more are not needed, nor a count.
        Ok(Query {
            count: 2,
            total: Total::None,
            ..parsed.query
        })
    }
}

/// Undoes `%41`; what is no escape stays as it is.
fn unescape(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let escaped = (*first == b'%').then(|| tail.split_at_checked(2)).flatten();
        let byte = escaped.and_then(|(digits, tail)| {
            let digits = std::str::from_utf8(digits).ok()?;
            Some((u8::from_str_radix(digits, 16).ok()?, tail))
        });
        let (byte, tail) = byte.unwrap_or((*first, tail));
        out.push(byte);
        rest = tail;
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::unescape;

    #[test]
    fn escapes_are_undone_once() {
        for (text, expect) in [
            ("a%7Cb", "a|b"),
            ("a|b", "a|b"),
            ("100%", "100%"),
            ("%2541", "%41"),
            ("%zz", "%zz"),
        ] {
            assert_eq!(unescape(text), expect);
        }
    }
}
