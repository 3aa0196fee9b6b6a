//! Profiles: what an implementation guide asks of a type beyond R4 itself.
//!
//! A profile is flat: everything it and its base profiles ask, relative to the R4 type, so that a
//! reader need not follow a chain.

use crate::{Binding, Constraint};

/// One profile of a type.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub struct Profile {
    /// The canonical URL, as it stands in `meta.profile`.
    pub url: &'static str,
    /// The last part of the URL.
    pub name: &'static str,
    /// The type it is about: a resource type, or `Extension`.
    pub type_name: &'static str,
    /// The canonical URL of the profile or type it was derived from.
    pub base: &'static str,
    /// What it asks of elements, in the order of the type.
    #[serde(deserialize_with = "crate::pack::leaked")]
    pub elements: &'static [ProfileElement],
}

/// What a profile asks of one element. Absent parts are as in R4.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub struct ProfileElement {
    /// The element without its type: `code`, `component:systolic.value[x]`; a slice follows a colon.
    /// Empty for the type itself.
    pub id: &'static str,
    /// Fewest values.
    pub min: Option<u8>,
    /// Most values; `Some(Max::Unbounded)` widens a slice.
    pub max: Option<Max>,
    /// Whether a server must be able to fill it and an app to read it.
    pub must_support: bool,
    /// Whether USCDI asks for it although the profile itself does not: certification treats it as
    /// must-support.
    pub uscdi: bool,
    /// The types that remain of a choice.
    #[serde(deserialize_with = "crate::pack::leaked")]
    pub types: &'static [&'static str],
    /// For an extension: the URLs of the profiles it must follow.
    #[serde(deserialize_with = "crate::pack::leaked")]
    pub profiles: &'static [&'static str],
    /// For a reference: the canonical URLs of what it may point to.
    #[serde(deserialize_with = "crate::pack::leaked")]
    pub targets: &'static [ProfileTarget],
    /// The value set its codes come from.
    pub binding: Option<Binding>,
    /// The value it must have or match.
    pub value: Option<RequiredValue>,
    /// How its repetitions are told apart.
    pub slicing: Option<Slicing>,
    /// Its rules.
    #[serde(deserialize_with = "crate::pack::leaked")]
    pub constraints: &'static [Constraint],
}

/// What a reference may point to.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ProfileTarget {
    /// The canonical URL of a profile or of an R4 type.
    pub url: &'static str,
    /// Whether this target, of several, is one a server must be able to fill.
    pub must_support: bool,
}

/// The most values of an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Max {
    /// This many.
    Count(u8),
    /// As many as one likes.
    Unbounded,
}

/// A value a profile prescribes, as JSON.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum RequiredValue {
    /// The element is exactly this.
    Fixed(&'static str),
    /// The element has at least this.
    Pattern(&'static str),
}

/// How the repetitions of an element are told apart.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
pub struct Slicing {
    /// What is compared, all of it.
    #[serde(deserialize_with = "crate::pack::leaked")]
    pub discriminators: &'static [Discriminator],
    /// Whether there may be no repetitions but those of a slice.
    pub closed: bool,
    /// Whether the slices must come in their order.
    pub ordered: bool,
}

/// One thing that tells slices apart.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Discriminator {
    /// How it is compared: `value`, `pattern`, `type`, `profile`, `exists`.
    pub kind: DiscriminatorKind,
    /// Where, relative to the element: `url`, `$this`, `coding.code`.
    pub path: &'static str,
}

/// FHIR `DiscriminatorType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DiscriminatorKind {
    /// `value`
    Value,
    /// `exists`
    Exists,
    /// `pattern`
    Pattern,
    /// `type`
    Type,
    /// `profile`
    Profile,
}

impl Profile {
    /// What it asks of the element with this id.
    pub fn element(&self, id: &str) -> Option<&'static ProfileElement> {
        self.elements.iter().find(|e| e.id == id)
    }

    /// The ids of what a server must be able to fill.
    pub fn must_support(&self) -> impl Iterator<Item = &'static str> {
        self.elements
            .iter()
            .filter(|e| e.must_support)
            .map(|e| e.id)
    }
}
