//! The part of `StructureDefinition` that is compiled.

use serde::Deserialize;

#[derive(Deserialize)]
pub(crate) struct StructureDefinition {
    pub(crate) url: String,
    #[serde(rename = "type")]
    pub(crate) type_name: String,
    pub(crate) kind: String,
    #[serde(rename = "abstract")]
    pub(crate) is_abstract: bool,
    pub(crate) derivation: Option<String>,
    #[serde(rename = "baseDefinition")]
    pub(crate) base: Option<String>,
    #[serde(default)]
    pub(crate) snapshot: Snapshot,
}

#[derive(Deserialize, Default)]
pub(crate) struct Snapshot {
    pub(crate) element: Vec<Published>,
}

/// An `ElementDefinition`, as far as it is compiled.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Published {
    pub(crate) path: String,
    pub(crate) min: u8,
    pub(crate) max: String,
    pub(crate) base: Option<PublishedBase>,
    pub(crate) content_reference: Option<String>,
    #[serde(default, rename = "type")]
    pub(crate) types: Vec<PublishedType>,
    #[serde(default)]
    pub(crate) constraint: Vec<PublishedConstraint>,
    #[serde(default)]
    pub(crate) is_modifier: bool,
    #[serde(default)]
    pub(crate) is_summary: bool,
    pub(crate) binding: Option<PublishedBinding>,
}

#[derive(Deserialize)]
pub(crate) struct PublishedBase {
    pub(crate) path: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PublishedType {
    pub(crate) code: String,
    #[serde(default)]
    pub(crate) extension: Vec<TypeExtension>,
    #[serde(default)]
    pub(crate) profile: Vec<String>,
    #[serde(default)]
    pub(crate) target_profile: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TypeExtension {
    pub(crate) url: String,
    pub(crate) value_url: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct PublishedConstraint {
    pub(crate) key: String,
    pub(crate) severity: String,
    pub(crate) human: String,
    pub(crate) expression: Option<String>,
    pub(crate) source: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PublishedBinding {
    pub(crate) strength: String,
    pub(crate) value_set: Option<String>,
}
