//! What rule sets ask of a type, on its page.

use cresset_definitions::ResourceType;
use cresset_rules::{Description, Interaction, RuleSet};

/// What one set says of a type.
pub(super) struct Worn {
    pub(super) name: &'static str,
    /// The interactions it offers, by their codes.
    pub(super) interactions: Vec<&'static str>,
    pub(super) rules: Vec<Rules>,
    /// What is done to what is written.
    pub(super) note: Option<&'static str>,
}

/// The rules of one interaction under one set.
pub(super) struct Rules {
    pub(super) title: &'static str,
    pub(super) required: Vec<&'static str>,
    pub(super) refused: Vec<(&'static str, String)>,
    pub(super) ignored: &'static [&'static str],
}

/// What each set says that does not leave the type as R4 has it.
pub(super) fn of_type(resource_type: ResourceType) -> Vec<Worn> {
    let sets = RuleSet::ALL.into_iter();
    let sets = sets.filter(|set| set.of_type(resource_type).is_some());
    sets.map(|set| {
        let descriptions = set.descriptions(resource_type).into_iter();
        Worn {
            name: set.name,
            interactions: set
                .interactions(resource_type)
                .iter()
                .map(Interaction::code)
                .collect(),
            rules: descriptions.map(Rules::of).collect(),
            note: set.note(resource_type),
        }
    })
    .collect()
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
