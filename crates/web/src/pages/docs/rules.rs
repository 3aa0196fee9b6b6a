//! What rule sets ask of a type, on its page.

use cresset_definitions::ResourceType;
use cresset_rules::{Description, Interaction, RuleSet};

/// The rules of one interaction under one set.
pub(super) struct Rules {
    pub(super) title: &'static str,
    pub(super) required: Vec<&'static str>,
    pub(super) refused: Vec<(&'static str, String)>,
    pub(super) ignored: &'static [&'static str],
}

/// Those of every set that has any.
pub(super) fn of_type(resource_type: ResourceType) -> Vec<Rules> {
    let descriptions = RuleSet::ALL
        .into_iter()
        .flat_map(|set| set.descriptions(resource_type));
    descriptions.map(Rules::of).collect()
}

impl Rules {
    fn of(description: Description) -> Self {
        let title = match description.interaction {
            Interaction::Create => "Create",
            _ => "Update",
        };
        Self {
            title,
            required: description.required,
            refused: description.refused,
            ignored: description.ignored,
        }
    }
}
