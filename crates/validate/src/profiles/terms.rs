//! Whether codes are in value sets, as far as their lists are known.

use cresset_definitions::{CodeSystem, TypeIx, ValueSet, r4, terminology, us_core};
use cresset_model::Element;

use super::versions::split;
use super::{AddedValueSet, Profiles, R4_VERSION};

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

/// How the URLs of the code systems begin that R4 lists.
const OF_HL7: [&str; 2] = [
    "http://terminology.hl7.org/CodeSystem/",
    "http://hl7.org/fhir/",
];

/// The versions of what is built in, by the beginning of its URL; the longest is first. What is published
/// elsewhere (HL7 v2 and v3, VSAC) has versions of its own, which are not known here.
const VERSIONS: [(&str, &str); 2] = [
    ("http://hl7.org/fhir/us/core/", "6.1.0"),
    ("http://hl7.org/fhir/", R4_VERSION),
];

/// The version of what is built in under a URL, where it is known here.
pub(super) fn built_in_version(url: &str) -> Option<&'static str> {
    let mut versions = VERSIONS.into_iter();
    let own = versions.find(|(beginning, _)| url.starts_with(beginning));
    own.map(|(_, version)| version)
}

/// The value set of this canonical URL that is built in; R4's are of the version 4.0.1, those of US
/// Core of 6.1.0, and others of whatever version is named.
pub fn built_in_value_set(canonical: &str) -> Option<&'static ValueSet> {
    let (url, version) = split(canonical);
    if let (Some(version), Some(own)) = (version, built_in_version(url))
        && version != own
    {
        return None;
    }
    let known = us_core().value_set(url).or_else(|| r4().value_set(url));
    known.or_else(|| terminology().value_set(url))
}

/// The code system of this canonical URL that is built in.
pub fn built_in_code_system(canonical: &str) -> Option<&'static CodeSystem> {
    let (url, version) = split(canonical);
    let system = terminology().code_system(url)?;
    version
        .is_none_or(|version| version == system.version)
        .then_some(system)
}

/// The same, where its URL is one of those that HL7 gives its own: whose others R4 does not list.
pub(super) fn built_in_of_fhir(canonical: &str) -> Option<&'static CodeSystem> {
    let own = OF_HL7.iter().any(|own| canonical.starts_with(own));
    own.then(|| built_in_code_system(canonical)).flatten()
}

impl Profiles {
    /// The value set of this canonical URL, where its codes can be listed: one that was added, or one
    /// of US Core or R4. Where it names a version, no other one is meant.
    pub fn value_set(&self, canonical: &str) -> Option<&'static ValueSet> {
        match self.added_value_set(canonical) {
            Some(AddedValueSet::Listed(set)) => Some(set),
            Some(AddedValueSet::Unlisted(_)) => None,
            None => built_in_value_set(canonical),
        }
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
