//! Whether one code is in a value set, found without listing the set: it may hold all of SNOMED CT.

use cresset_access::Access;
use cresset_model::Element;

use super::codes::{Codes, items, text};
use super::expand::{Member, NESTED_MAX, built_in, cannot, listed, named};
use super::filter::Filter;
use super::source::Values;
use crate::fault::Fault;
use crate::service::Service;

/// A code of a system.
#[derive(Clone, Copy)]
pub(super) struct Code<'c> {
    pub(super) system: &'c str,
    pub(super) code: &'c str,
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
        self.member_within(access, values, code, 0).await
    }

    async fn member_within(
        &self,
        access: &Access,
        values: &Values,
        code: Code<'_>,
        nested: usize,
    ) -> Result<Option<Member>, Fault> {
        if nested > NESTED_MAX {
            return Err(cannot(
                "Value sets include each other too deeply or in a circle",
            ));
        }
        let key = (code.system.to_owned(), code.code.to_owned());
        let tree = match values {
            Values::BuiltIn(set) => return Ok(built_in(set).remove(&key)),
            Values::Composed(tree) => tree,
        };
        let Some(compose) = tree.root().get("compose") else {
            return Ok(listed(tree)?.remove(&key));
        };
        let mut found = None;
        for include in items(compose, "include") {
            found = self.in_part(access, include, code, nested).await?;
            if found.is_some() {
                break;
            }
        }
        if found.is_some() {
            for exclude in items(compose, "exclude") {
                if self.in_part(access, exclude, code, nested).await?.is_some() {
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
        nested: usize,
    ) -> Result<Option<Member>, Fault> {
        let mut found = None;
        if let Some(system) = text(part, "system") {
            if system != code.system {
                return Ok(None);
            }
            found = self.in_system(access, part, code).await?;
            if found.is_none() {
                return Ok(None);
            }
        }
        for url in items(part, "valueSet").filter_map(Element::as_str) {
            let set = self.values(access, url).await?;
            let inner = Box::pin(self.member_within(access, &set, code, nested + 1)).await?;
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
        code: Code<'_>,
    ) -> Result<Option<Member>, Fault> {
        let named = named(part);
        let codes = self.codes_for(access, code.system, &named).await?;
        let known = match &codes {
            Some(codes) => codes.known(code.code)?,
            None => None,
        };
        let version = codes.as_ref().and_then(Codes::version).map(str::to_owned);
        let display = known.as_ref().and_then(|known| known.display.clone());
        let member = |display| Member { display, version };
        if !named.is_empty() {
            let mut named = named.into_iter();
            let found = named.find(|(named, _)| named == code.code);
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
            if !Filter::of(filter)?.passes(codes, code.code)? {
                return Ok(None);
            }
        }
        Ok(Some(member(display)))
    }
}
