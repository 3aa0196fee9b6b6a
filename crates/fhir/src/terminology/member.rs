//! Whether one code is in a value set, found without listing the set: it may hold all of SNOMED CT.

use std::sync::atomic::{AtomicUsize, Ordering};

use cresset_access::Access;
use cresset_model::Element;

use super::codes::{Codes, items, text};
use super::expand::{Member, Members, NESTED_MAX, built_in, cannot, listed, named};
use super::filter::Filter;
use super::source::Values;
use crate::fault::Fault;
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
        access: &Access,
        values: &Values,
        code: Code<'_>,
    ) -> Result<Option<Member>, Fault> {
        let nest = Nest {
            depth: 0,
            sets: &AtomicUsize::new(0),
        };
        self.member_within(access, values, code, nest).await
    }

    async fn member_within(
        &self,
        access: &Access,
        values: &Values,
        code: Code<'_>,
        nest: Nest<'_>,
    ) -> Result<Option<Member>, Fault> {
        let sets = nest.sets.fetch_add(1, Ordering::Relaxed);
        if nest.depth > NESTED_MAX || sets > SETS_MAX {
            return Err(cannot(
                "Value sets include each other too deeply or in a circle",
            ));
        }
        let among = |mut members: Members| {
            let is_it = |(system, found): &&(String, String)| {
                found == code.code && code.system.is_none_or(|wanted| wanted == system)
            };
            let key = members.keys().find(is_it).cloned();
            key.and_then(|key| members.remove(&key))
        };
        let tree = match values.definition() {
            Ok(tree) => tree,
            Err(set) => return Ok(among(built_in(set))),
        };
        let Some(compose) = tree.root().get("compose") else {
            return Ok(among(listed(tree)?));
        };
        let mut found = None;
        for include in items(compose, "include") {
            found = self.in_part(access, include, code, nest).await?;
            if found.is_some() {
                break;
            }
        }
        if found.is_some() {
            for exclude in items(compose, "exclude") {
                if self.in_part(access, exclude, code, nest).await?.is_some() {
                    return Ok(None);
                }
            }
        }
        Ok(found)
    }

    /// Whether an include or exclude names the code: by its system, and by every value set it names.
    async fn in_part(
        &self,
        access: &Access,
        part: Element<'_>,
        code: Code<'_>,
        nest: Nest<'_>,
    ) -> Result<Option<Member>, Fault> {
        let mut found = None;
        if let Some(system) = text(part, "system") {
            if code.system.is_some_and(|wanted| wanted != system) {
                return Ok(None);
            }
            found = self.in_system(access, part, (&system, code.code)).await?;
            if found.is_none() {
                return Ok(None);
            }
        }
        for url in items(part, "valueSet").filter_map(Element::as_str) {
            let set = self.values(access, url).await?;
            let deeper = Nest {
                depth: nest.depth + 1,
                ..nest
            };
            let inner = Box::pin(self.member_within(access, &set, code, deeper)).await?;
            let Some(inner) = inner else {
                return Ok(None);
            };
            found.get_or_insert(inner);
        }
        Ok(found)
    }

    async fn in_system(
        &self,
        access: &Access,
        part: Element<'_>,
        (system, code): (&str, &str),
    ) -> Result<Option<Member>, Fault> {
        let named = named(part);
        let codes = self.codes_for(access, (system, part), &named).await?;
        let known = match &codes {
            Some(codes) => codes.known(code)?,
            None => None,
        };
        let version = codes.as_ref().and_then(Codes::version).map(str::to_owned);
        let display = known.as_ref().and_then(|known| known.display.clone());
        let member = |display| Member { display, version };
        if !named.is_empty() {
            let mut named = named.into_iter();
            let found = named.find(|(named, _)| named == code);
            return Ok(found.map(|(_, given)| member(given.or(display))));
        }
        let (Some(codes), Some(_)) = (&codes, known) else {
            return match &codes {
                Some(codes) if !codes.is_complete() => Err(cannot(
                    "Not every code of a code system is loaded, so it is not known whether the code is in the value set",
                )),
                _ => Ok(None),
            };
        };
        for filter in items(part, "filter") {
            if !Filter::of(filter)?.passes(codes, code)? {
                return Ok(None);
            }
        }
        Ok(Some(member(display)))
    }
}
