//! The US Core 6.1.0 profiles that resources of this server can conform to.

use cresset_definitions::{ResourceType, us_core};

/// The canonical URLs of the profiles of a type.
pub fn of_type(resource_type: ResourceType) -> Vec<&'static str> {
    let profiles = us_core().profiles_of(resource_type.name());
    profiles.map(|profile| profile.url).collect()
}
