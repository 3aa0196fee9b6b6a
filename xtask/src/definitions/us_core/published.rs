//! The published package, as far as it is compared.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StructureDefinition {
    pub(crate) url: String,
    #[serde(rename = "type")]
    pub(crate) type_name: String,
    pub(crate) base_definition: String,
    pub(crate) snapshot: Snapshot,
}

#[derive(Deserialize)]
pub(crate) struct Snapshot {
    pub(crate) element: Vec<Element>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Element {
    pub(crate) id: String,
    pub(crate) path: String,
    #[serde(default)]
    pub(crate) extension: Vec<Extension>,
    pub(crate) slice_name: Option<String>,
    pub(crate) min: u8,
    pub(crate) max: String,
    #[serde(default, rename = "type")]
    pub(crate) types: Vec<Type>,
    #[serde(default)]
    pub(crate) must_support: bool,
    pub(crate) binding: Option<Binding>,
    pub(crate) slicing: Option<Slicing>,
    #[serde(default)]
    pub(crate) constraint: Vec<Constraint>,
    /// Everything else; `fixed…` and `pattern…` are read from here.
    #[serde(flatten)]
    pub(crate) rest: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Type {
    pub(crate) code: String,
    #[serde(default)]
    pub(crate) extension: Vec<Extension>,
    #[serde(default)]
    pub(crate) profile: Vec<String>,
    #[serde(default)]
    pub(crate) target_profile: Vec<String>,
    /// One per target profile, where any has an extension.
    #[serde(default, rename = "_targetProfile")]
    pub(crate) target_extensions: Vec<Option<Extended>>,
}

#[derive(Deserialize)]
pub(crate) struct Extended {
    #[serde(default)]
    pub(crate) extension: Vec<Extension>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Extension {
    pub(crate) url: String,
    pub(crate) value_boolean: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Binding {
    pub(crate) strength: String,
    pub(crate) value_set: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct Slicing {
    #[serde(default)]
    pub(crate) discriminator: Vec<Discriminator>,
    pub(crate) rules: String,
    #[serde(default)]
    pub(crate) ordered: bool,
}

#[derive(Deserialize)]
pub(crate) struct Discriminator {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) path: String,
}

#[derive(Deserialize)]
pub(crate) struct Constraint {
    pub(crate) key: String,
    pub(crate) severity: String,
    pub(crate) human: String,
    pub(crate) expression: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct SearchParameter {
    pub(crate) url: String,
    pub(crate) code: String,
    pub(crate) base: Vec<String>,
    #[serde(rename = "type")]
    pub(crate) search_type: String,
    pub(crate) expression: String,
}

impl Type {
    /// Whether this type, of several, is marked as one a server must be able to fill.
    pub(crate) fn must_support(&self) -> bool {
        marked(&self.extension)
    }

    /// The target profiles and whether each is marked.
    pub(crate) fn targets(&self) -> impl Iterator<Item = (&str, bool)> {
        self.target_profile.iter().enumerate().map(|(at, url)| {
            let extended = self.target_extensions.get(at).and_then(Option::as_ref);
            (url.as_str(), extended.is_some_and(|e| marked(&e.extension)))
        })
    }
}

fn marked(extensions: &[Extension]) -> bool {
    let mark = "http://hl7.org/fhir/StructureDefinition/elementdefinition-type-must-support";
    extensions
        .iter()
        .any(|e| e.url == mark && e.value_boolean == Some(true))
}
