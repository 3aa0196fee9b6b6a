//! The shape of the data in `crates/definitions/us-core`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A file of `profiles/`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct WrittenProfile {
    /// The canonical URL.
    pub(crate) url: String,
    /// The type it is about.
    #[serde(rename = "type")]
    pub(crate) type_name: String,
    /// What it was derived from.
    pub(crate) base: String,
    /// What it asks of each element beyond R4, in the order of the type.
    pub(crate) elements: Vec<WrittenElement>,
}

/// What a profile asks of one element.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct WrittenElement {
    /// The element without its type; a slice follows a colon.
    pub(crate) id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) min: Option<u8>,
    /// A number or `*`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max: Option<String>,
    #[serde(skip_serializing_if = "is_false")]
    pub(crate) must_support: bool,
    /// Marked with the extension `uscdi-requirement` without being must-support.
    #[serde(skip_serializing_if = "is_false")]
    pub(crate) uscdi: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) types: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) profiles: Vec<String>,
    /// Canonical URLs; with `!` before those a server must be able to fill, where that is only some.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) targets: Vec<String>,
    /// Strength and URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) binding: Option<(String, String)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) fixed: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pattern: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) slicing: Option<WrittenSlicing>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) rules: Vec<WrittenRule>,
}

/// How repetitions are told apart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct WrittenSlicing {
    /// Kind and path of each discriminator.
    pub(crate) by: Vec<(String, String)>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) closed: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) ordered: bool,
}

/// A FHIRPath rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct WrittenRule {
    pub(crate) key: String,
    pub(crate) severity: String,
    pub(crate) human: String,
    pub(crate) expression: String,
}

/// An entry of `search-parameters.json`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct WrittenParameter {
    pub(crate) url: String,
    pub(crate) resource_type: String,
    pub(crate) code: String,
    #[serde(rename = "type")]
    pub(crate) search_type: String,
    pub(crate) expression: String,
    /// Why the expression is not the published one.
    pub(crate) reason: Option<String>,
}

/// An entry of `value-sets.json`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct WrittenValueSet {
    pub(crate) url: String,
    /// The codes by system.
    pub(crate) systems: BTreeMap<String, Vec<String>>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the signature serde asks for"
)]
fn is_false(value: &bool) -> bool {
    !*value
}
