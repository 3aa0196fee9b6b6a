//! Whether codes are in value sets, as far as their lists are known.

use cresset_definitions::{TypeIx, ValueSet, r4, terminology, us_core};
use cresset_model::Element;

use super::Profiles;

/// Whether something is in a value set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Member {
    /// It is.
    Yes,
    /// It is not.
    No,
    /// The codes of the value set are not known here.
    Unknown,
}

impl Profiles {
    /// The value set of this URL (a `|version` is ignored), where its codes can be listed: one that
    /// was added, or one of US Core or R4.
    pub fn value_set(&self, url: &str) -> Option<&'static ValueSet> {
        let url = url.split('|').next().unwrap_or(url);
        if let Some(added) = self.value_sets.get(url) {
            return Some(added);
        }
        let known = us_core().value_set(url).or_else(|| r4().value_set(url));
        known.or_else(|| terminology().value_set(url))
    }

    /// Whether a code, Coding, `CodeableConcept` or Quantity is in a value set.
    pub(crate) fn coded(&self, url: &str, value: Element<'_>, type_ix: TypeIx) -> Member {
        let Some(set) = self.value_set(url) else {
            return Member::Unknown;
        };
        let name = r4().type_at(type_ix).map_or("", |t| t.name);
        let is_in = match (value.as_str(), name) {
            (Some(code), _) => set.contains_code(code),
            (None, "CodeableConcept") => match value.get("coding") {
                Some(codings) => codings.items().any(|c| has_code(set, c)),
                // An extension (data-absent-reason) may say why there is no code.
                None => value.get("extension").is_some(),
            },
            (None, _) => value.get("code").is_none() || has_code(set, value),
        };
        if is_in { Member::Yes } else { Member::No }
    }
}

fn has_code(set: &ValueSet, coded: Element<'_>) -> bool {
    let text = |name| {
        let value = coded.get(name).and_then(Element::as_str);
        value.unwrap_or_default()
    };
    set.contains(text("system"), text("code"))
}
