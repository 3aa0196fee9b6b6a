//! Types and their elements, one entry per JSON property.
//!
//! A choice such as `value[x]` appears once per allowed type (`valueString`, `valueQuantity`, …);
//! its members share [`Element::choice`]. An inline structure (`Patient.contact`) is a type of its
//! own, and a content reference points to that same type, so recursion needs no special case.

mod elements;

pub use elements::Elements;

use crate::{Primitive, ResourceType, ValueSetIx};

/// The position of a type in [`crate::Definitions::types`]; stable only within one build.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(transparent)]
pub struct TypeIx(pub u16);

/// What a type is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum TypeKind {
    /// A primitive; it has no elements here beyond `id` and `extension`.
    Primitive(Primitive),
    /// A data type such as `HumanName`.
    Complex,
    /// A structure defined inside another type, such as `Patient.contact`.
    Inline,
    /// A concrete resource type.
    Resource(ResourceType),
    /// `Resource` or `DomainResource` where any resource may stand (`contained`, `Bundle.entry.resource`).
    AnyResource,
}

/// A data type, resource type or inline structure.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub struct TypeDef {
    /// `HumanName`, `Patient`, or for an inline structure its path, `Patient.contact`.
    pub name: &'static str,
    /// What it is.
    pub kind: TypeKind,
    /// The type it specialises (`Quantity` for `Age`); `None` at the roots.
    pub base: Option<TypeIx>,
    /// Every JSON property sorted by [`Element::name`], inherited ones included.
    pub elements: Elements,
    /// The names (with `[x]` for a choice) of the elements with a minimum above 0.
    #[serde(deserialize_with = "crate::pack::leaked")]
    pub required: &'static [&'static str],
    /// The FHIRPath rules this type adds to those of its base.
    #[serde(deserialize_with = "crate::pack::leaked")]
    pub constraints: &'static [Constraint],
}

impl TypeDef {
    /// The element with this JSON property name (`valueQuantity`, not `value`).
    pub fn element(&self, name: &str) -> Option<&'static Element> {
        self.elements.named(name)
    }

    /// The members of the choice `name[x]`; empty when there is no such choice.
    pub fn choices(&self, name: &str) -> impl Iterator<Item = &'static Element> {
        self.elements
            .into_iter()
            .filter(move |e| e.choice.is_some_and(|c| c == name))
    }
}

/// One JSON property of a type.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub struct Element {
    /// The property: `birthDate`, `valueQuantity`.
    pub name: &'static str,
    /// For a member of a choice its name without `[x]`: `value`.
    pub choice: Option<&'static str>,
    /// The type of the value.
    pub type_ix: TypeIx,
    /// Fewest values.
    pub min: u8,
    /// Most values; `None` is unbounded.
    pub max: Option<u8>,
    /// For `Reference` and `canonical`: the types it may point to; empty means any.
    #[serde(deserialize_with = "crate::pack::leaked")]
    pub targets: &'static [ResourceType],
    /// The value set its codes come from.
    pub binding: Option<Binding>,
    /// Whether it changes the meaning of what holds it.
    pub modifier: bool,
    /// Whether it is part of `_summary=true`.
    pub summary: bool,
    /// Its place among the elements as the definition lists them, which XML keeps; the members of a
    /// choice share one.
    pub order: u16,
    /// FHIRPath rules beyond those of the type.
    #[serde(deserialize_with = "crate::pack::leaked")]
    pub constraints: &'static [Constraint],
}

impl Element {
    /// Whether the JSON form is an array.
    pub fn is_array(&self) -> bool {
        self.max != Some(1)
    }
}

/// A binding to a value set.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub struct Binding {
    /// How strictly it binds.
    pub strength: Strength,
    /// The canonical URL: without version in what is built in, as it is written in what is loaded.
    pub url: &'static str,
    /// The expansion, where the binding is required and the codes can be listed.
    pub value_set: Option<ValueSetIx>,
}

/// FHIR `BindingStrength`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Strength {
    /// Codes come from the set.
    Required,
    /// Codes come from the set if one fits.
    Extensible,
    /// The set is recommended.
    Preferred,
    /// The set shows what is meant.
    Example,
}

/// A FHIRPath rule.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub struct Constraint {
    /// Its key, for example `pat-1`.
    pub key: &'static str,
    /// Whether breaking it is an error or a warning.
    pub severity: Severity,
    /// The rule in words.
    pub human: &'static str,
    /// The rule in FHIRPath.
    pub expression: &'static str,
}

/// FHIR `ConstraintSeverity`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Severity {
    /// The resource is wrong.
    Error,
    /// The resource is questionable.
    Warning,
}
