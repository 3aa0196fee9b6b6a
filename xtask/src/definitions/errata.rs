//! Corrections of the published definitions, as data with reasons.

use std::path::Path;

use serde::Deserialize;

use super::Error;

/// Everything that is put right.
pub struct Errata {
    /// Corrections of search parameters.
    pub search_parameters: Vec<ParameterErratum>,
    /// Corrections of elements.
    pub elements: Vec<ElementErratum>,
    /// Corrections of compartments.
    pub compartments: Vec<CompartmentErratum>,
}

/// A search parameter that is changed or left out.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ParameterErratum {
    /// The canonical URL of the parameter.
    pub url: String,
    /// The expression that replaces the published one.
    pub expression: Option<String>,
    /// For a composite: expressions that replace those of its components, in order.
    pub components: Option<Vec<String>>,
    /// Whether the parameter is left out.
    #[serde(default)]
    pub omit: bool,
    /// Why.
    #[expect(dead_code, reason = "every correction must give its reason; it is for the reader")]
    reason: String,
}

/// An element whose type is published wrongly.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ElementErratum {
    /// The element's base path, for example `Resource.id`.
    pub path: String,
    /// Its right type.
    #[serde(rename = "type")]
    pub type_name: String,
    /// Why.
    #[expect(dead_code, reason = "every correction must give its reason; it is for the reader")]
    reason: String,
}

/// A compartment membership that is changed.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CompartmentErratum {
    /// The compartment's owner, for example `Patient`.
    pub owner: String,
    /// The type in the compartment.
    pub resource_type: String,
    /// The parameters that replace the published ones.
    pub parameters: Vec<String>,
    /// Why.
    #[expect(dead_code, reason = "every correction must give its reason; it is for the reader")]
    reason: String,
}

impl Errata {
    /// Reads the files of the errata folder.
    pub fn read(folder: &Path) -> Result<Self, Error> {
        Ok(Self {
            search_parameters: read(&folder.join("search-parameters.json"))?,
            elements: read(&folder.join("elements.json"))?,
            compartments: read(&folder.join("compartments.json"))?,
        })
    }
}

fn read<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, Error> {
    let bytes = std::fs::read(path).map_err(|e| format!("{}: {e}", path.display()))?;
    serde_json::from_slice(&bytes).map_err(|e| format!("{}: {e}", path.display()).into())
}
