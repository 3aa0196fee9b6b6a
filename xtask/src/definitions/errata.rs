//! Corrections of the published definitions, as data with reasons.

use std::path::Path;

use serde::Deserialize;

use super::Error;

/// Everything that is put right.
pub(crate) struct Errata {
    /// Corrections of search parameters.
    pub(crate) search_parameters: Vec<ParameterErratum>,
    /// Corrections of elements.
    pub(crate) elements: Vec<ElementErratum>,
    /// Corrections of compartments.
    pub(crate) compartments: Vec<CompartmentErratum>,
    /// Corrections of rules.
    pub(crate) rules: Vec<RuleErratum>,
}

/// A search parameter that is changed or left out.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ParameterErratum {
    /// The canonical URL of the parameter.
    pub(crate) url: String,
    /// The expression that replaces the published one.
    pub(crate) expression: Option<String>,
    /// For a composite: expressions that replace those of its components, in order.
    pub(crate) components: Option<Vec<String>>,
    /// Whether the parameter is left out.
    #[serde(default)]
    pub(crate) omit: bool,
    /// Why.
    #[expect(
        dead_code,
        reason = "every correction must give its reason; it is for the reader"
    )]
    reason: String,
}

/// An element whose type is published wrongly.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ElementErratum {
    /// The element's base path, for example `Resource.id`.
    pub(crate) path: String,
    /// Its right type.
    #[serde(rename = "type")]
    pub(crate) type_name: String,
    /// Why.
    #[expect(
        dead_code,
        reason = "every correction must give its reason; it is for the reader"
    )]
    reason: String,
}

/// A compartment membership that is changed.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CompartmentErratum {
    /// The compartment's owner, for example `Patient`.
    pub(crate) owner: String,
    /// The type in the compartment.
    pub(crate) resource_type: String,
    /// The parameters that replace the published ones.
    pub(crate) parameters: Vec<String>,
    /// Why.
    #[expect(
        dead_code,
        reason = "every correction must give its reason; it is for the reader"
    )]
    reason: String,
}

/// A rule whose expression is published wrongly.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RuleErratum {
    /// The key of the rule, for example `que-7`.
    pub(crate) key: String,
    /// The expression that replaces the published one.
    pub(crate) expression: String,
    /// Why.
    #[expect(
        dead_code,
        reason = "every correction must give its reason; it is for the reader"
    )]
    reason: String,
}

impl Errata {
    /// Reads the files of the errata folder.
    pub(crate) fn read(folder: &Path) -> Result<Self, Error> {
        Ok(Self {
            search_parameters: read(&folder.join("search-parameters.json"))?,
            elements: read(&folder.join("elements.json"))?,
            compartments: read(&folder.join("compartments.json"))?,
            rules: read(&folder.join("rules.json"))?,
        })
    }
}

fn read<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, Error> {
    let bytes = std::fs::read(path).map_err(|e| format!("{}: {e}", path.display()))?;
    serde_json::from_slice(&bytes).map_err(|e| format!("{}: {e}", path.display()).into())
}
