//! Compartments: which parameters tie a resource to a patient, encounter, practitioner, …

use crate::ResourceType;

/// One compartment definition.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
pub struct Compartment {
    /// The type of the resource the compartment is about: `Patient`.
    pub owner: ResourceType,
    /// Every type that can lie in it, sorted by type.
    #[serde(deserialize_with = "crate::pack::leaked")]
    pub members: &'static [Member],
}

/// One type in a compartment.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
pub struct Member {
    /// The type.
    pub resource_type: ResourceType,
    /// The codes of the reference parameters that tie it to the owner; any one suffices.
    /// Empty for the owner's own type when only the owner itself is in its compartment.
    #[serde(deserialize_with = "crate::pack::leaked")]
    pub parameters: &'static [&'static str],
}

impl Compartment {
    /// The parameters that tie `resource_type` to the owner; `None` when the type is outside.
    ///
    /// The owner itself is always in its own compartment, whatever is listed here.
    pub fn parameters(&self, resource_type: ResourceType) -> Option<&'static [&'static str]> {
        let at = self
            .members
            .binary_search_by_key(&resource_type, |m| m.resource_type)
            .ok()?;
        self.members.get(at).map(|m| m.parameters)
    }
}
