//! Whether one code is in a value set, found without listing the set: it may hold all of SNOMED CT.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::codes::Codes;
use super::expand::{Member, NESTED_MAX, cannot};
use super::remembered::Remembered;
use super::set::{OfSystem, Part, Set, among, among_listed};
use crate::fault::{Fault, Kind};
use crate::service::Service;

/// A code.
#[derive(Clone, Copy)]
pub(super) struct Code<'c> {
    /// Any system of the value set, for a value that has no place for one.
    pub(super) system: Option<&'c str>,
    pub(super) code: &'c str,
}

/// Most value sets looked into for one code: two that include each other twice would be looked into
/// for ever.
const SETS_MAX: usize = 256;

/// How far the search for a code has gone.
#[derive(Clone, Copy)]
struct Nest<'n> {
    from: &'n Remembered,
    depth: usize,
    /// Value sets looked into so far.
    sets: &'n AtomicUsize,
}

impl Service {
    /// The code as a member of the value set; `None` when it is not one.
    ///
    /// # Errors
    /// As [`Service::expand`], of what the answer depends on.
    pub(super) async fn member(
        &self,
        from: &Remembered,
        set: &Set,
        code: Code<'_>,
    ) -> Result<Option<Member>, Fault> {
        let nest = Nest {
            from,
            depth: 0,
            sets: &AtomicUsize::new(0),
        };
        self.member_within(set, code, nest).await
    }

    async fn member_within(
        &self,
        set: &Set,
        code: Code<'_>,
        nest: Nest<'_>,
    ) -> Result<Option<Member>, Fault> {
        let sets = nest.sets.fetch_add(1, Ordering::Relaxed);
        if nest.depth > NESTED_MAX || sets > SETS_MAX {
            return Err(cannot(
                "Value sets include each other too deeply or in a circle",
            ));
        }
        let (includes, excludes) = match set {
            Set::BuiltIn(set) => return Ok(among(set, code)),
            Set::Listed(Ok(members)) => return Ok(among_listed(members, code)),
            Set::Listed(Err(fault)) => return Err(fault.clone()),
            Set::Composed { includes, excludes } => (includes, excludes),
        };
        let mut found = None;
        for include in includes {
            found = self.in_part(include, code, nest).await?;
            if found.is_some() {
                break;
            }
        }
        if found.is_some() {
            for exclude in excludes {
                if self.in_part(exclude, code, nest).await?.is_some() {
                    return Ok(None);
                }
            }
        }
        Ok(found)
    }

    /// Whether an include or exclude names the code: by its system, and by every value set it names.
    async fn in_part(
        &self,
        part: &Part,
        code: Code<'_>,
        nest: Nest<'_>,
    ) -> Result<Option<Member>, Fault> {
        let mut found = None;
        if let Some(system) = &part.system {
            if code.system.is_some_and(|wanted| wanted != system.url) {
                return Ok(None);
            }
            found = self.in_system(system, code.code, nest.from).await?;
            if found.is_none() {
                return Ok(None);
            }
        }
        for url in &part.sets {
            let set = self.set(nest.from, url).await?;
            let deeper = Nest {
                depth: nest.depth + 1,
                ..nest
            };
            let inner = Box::pin(self.member_within(&set, code, deeper)).await?;
            let Some(inner) = inner else {
                return Ok(None);
            };
            found.get_or_insert(inner);
        }
        Ok(found)
    }

    async fn in_system(
        &self,
        of: &OfSystem,
        code: &str,
        from: &Remembered,
    ) -> Result<Option<Member>, Fault> {
        let codes = self.codes_of(of, from).await?;
        let known = match &codes {
            Some(codes) => codes.known(code)?,
            None => None,
        };
        let version = codes.as_ref().and_then(|codes| codes.version());
        let version = version.map(str::to_owned);
        let display = known.as_ref().and_then(|known| known.display.clone());
        let member = |display| Member { display, version };
        if !of.named.is_empty() {
            let given = of.named.get(code);
            return Ok(given.map(|given| member(given.clone().or(display))));
        }
        let (Some(codes), Some(_)) = (&codes, known) else {
            return match &codes {
                Some(codes) if !codes.is_complete() => Err(cannot(
                    "Not every code of a code system is loaded, so it is not known whether the code is in the value set",
                )),
                _ => Ok(None),
            };
        };
        for filter in &of.filters {
            let filter = filter.as_ref().map_err(Clone::clone)?;
            if !filter.passes(codes, code)? {
                return Ok(None);
            }
        }
        Ok(Some(member(display)))
    }

    /// Codes that are listed need no system to be listed from.
    async fn codes_of(
        &self,
        of: &OfSystem,
        from: &Remembered,
    ) -> Result<Option<Arc<Codes>>, Fault> {
        match self.system(from, &of.canonical).await {
            Ok(codes) => Ok(Some(codes)),
            Err(fault) if fault.kind == Kind::NotFound && !of.named.is_empty() => Ok(None),
            Err(fault) => Err(fault),
        }
    }
}
