//! A rule set by its name.

use cresset_definitions::ResourceType;
use cresset_model::{Element, Tree, Value};
use cresset_validate::Validator;

use crate::canvas;
use crate::edit;
use crate::envelope::Envelope;
use crate::interaction::{Interaction, Interactions};
use crate::us_core;
use crate::write::Behaviour;

/// What an instance accepts and how it shapes it.
#[derive(Debug)]
pub struct RuleSet {
    /// As settings and the command line write it.
    pub name: &'static str,
    /// What it is, in one sentence.
    pub summary: &'static str,
    /// How answers look.
    pub envelope: Envelope,
    /// Whether resources must follow the US Core profile meant for them.
    pub us_core: bool,
    /// Whether it has [`Allergen`](crate::allergen), which is no type of R4.
    pub allergens: bool,
    /// The types with rules of their own, by name.
    pub types: &'static [TypeRules],
    /// The order of a search that asks for none, by type, as `_sort` says it.
    pub orders: &'static [(&'static str, &'static str)],
    /// What a search must say and what it means when it does not, by type.
    pub searches: &'static [(&'static str, SearchRule)],
    /// The types whose creates and updates leave a Provenance.
    pub provenance: &'static [&'static str],
    /// The operations it has beside those of the standard: type and name.
    pub operations: &'static [(&'static str, &'static str)],
    /// What is done to what is written, by type, in words.
    pub notes: &'static [(&'static str, &'static str)],
    /// Where its profiles lie.
    pub(crate) profiles: Source,
}

/// Adds to the parameters of a search what it means without saying it; `today` is the day of the
/// present. An error names what is missing, in a sentence.
pub type SearchRule = fn(&mut Vec<(String, String)>, today: &str) -> Result<(), &'static str>;

/// The profiles a set brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// Those every instance knows.
    Standard,
    /// Those of `canvas` beside them.
    Canvas,
}

/// What a set says about one type.
#[derive(Debug)]
pub struct TypeRules {
    /// The type.
    pub name: &'static str,
    /// What can be done with it.
    pub interactions: Interactions,
    /// What is done to its bodies.
    pub behaviour: &'static Behaviour,
}

/// Plain R4.
static R4: RuleSet = RuleSet {
    name: "r4",
    summary: "FHIR R4 as published; nothing more is asked",
    envelope: Envelope::R4,
    us_core: false,
    allergens: false,
    types: &[],
    orders: &[],
    searches: &[],
    provenance: &[],
    operations: &[],
    notes: &[],
    profiles: Source::Standard,
};

/// R4 with the profiles of US Core enforced.
static US_CORE: RuleSet = RuleSet {
    name: "us-core",
    summary: "R4, and every resource must follow the US Core 6.1.0 profile that is meant for it",
    envelope: Envelope::R4,
    us_core: true,
    allergens: false,
    types: &[],
    orders: &[],
    searches: &[],
    provenance: &[],
    operations: &[],
    notes: &[],
    profiles: Source::Standard,
};

impl RuleSet {
    /// Every set, the plainest first.
    pub const ALL: [&'static Self; 3] = [&R4, &US_CORE, &canvas::CANVAS];

    /// The set of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        Self::ALL.into_iter().find(|set| set.name == name)
    }

    /// What R4 alone asks.
    pub fn r4() -> &'static Self {
        &R4
    }

    /// What knows the profiles of the set.
    pub fn validator(&self) -> &'static Validator {
        match self.profiles {
            Source::Standard => cresset_validate::standard(),
            Source::Canvas => canvas::profiles::validator(),
        }
    }

    /// The profile of the set that the body of this interaction with a type must follow.
    pub fn profile(
        &self,
        resource_type: ResourceType,
        interaction: Interaction,
    ) -> Option<&'static str> {
        match self.profiles {
            Source::Standard => None,
            Source::Canvas => canvas::profiles::url(resource_type.name(), interaction),
        }
    }

    /// The profiles a resource must follow as it is stored.
    pub fn profiles_of(&self, resource: Element<'_>) -> Vec<String> {
        let wanted = self.us_core.then(|| us_core::profile_of(resource));
        wanted.flatten().into_iter().collect()
    }

    /// What the set says about a type; `None` where it is as in R4.
    pub fn of_type(&self, resource_type: ResourceType) -> Option<&'static TypeRules> {
        let name = resource_type.name();
        let at = self.types.binary_search_by(|rules| rules.name.cmp(name));
        at.ok().and_then(|at| self.types.get(at))
    }

    /// What is done to what is written of a type, in words.
    pub fn note(&self, resource_type: ResourceType) -> Option<&'static str> {
        let mut notes = self.notes.iter();
        let note = notes.find(|(name, _)| *name == resource_type.name());
        note.map(|(_, words)| *words)
    }

    /// The order in which a search of a type is answered that asks for none.
    pub fn order(&self, resource_type: ResourceType) -> Option<&'static str> {
        let mut orders = self.orders.iter();
        let order = orders.find(|(name, _)| *name == resource_type.name());
        order.map(|(_, order)| *order)
    }

    /// Whether a type has this operation by the set.
    pub fn has_operation(&self, resource_type: ResourceType, operation: &str) -> bool {
        let asked = (resource_type.name(), operation);
        self.operations.contains(&asked)
    }

    /// What the set adds to a search of a type, and asks of it.
    pub fn searched(&self, resource_type: ResourceType) -> Option<SearchRule> {
        let mut searches = self.searches.iter();
        let rule = searches.find(|(name, _)| *name == resource_type.name());
        rule.map(|(_, rule)| *rule)
    }

    /// The Provenance that the write of a resource of this id leaves, if it leaves one: `is_new` says
    /// whether it was created, `now` is the present as an instant.
    pub fn provenance_of(
        &self,
        resource: &Value,
        id: &str,
        (is_new, now): (bool, &str),
    ) -> Option<Value> {
        let name = edit::text(resource, &["resourceType"])?;
        let is_kept = self.provenance.contains(&name);
        is_kept.then(|| canvas::provenance::of(resource, (name, id), (is_new, now)))
    }

    /// A record that an import brings, as this set lets it in; `None` where it stays as it is.
    pub fn imported(&self, record: &Tree) -> Option<Value> {
        let of = ResourceType::parse(record.resource_type()?)?;
        let import = self.of_type(of)?.behaviour.imported?;
        let mut body = Value::of(record.root());
        import(&mut body);
        Some(body)
    }

    /// What can be done with resources of a type. The audit trail is the server's own: nobody writes it.
    pub fn interactions(&self, resource_type: ResourceType) -> Interactions {
        if resource_type.name() == "AuditEvent" {
            return Interactions::of(&[Interaction::Read, Interaction::Search]);
        }
        self.of_type(resource_type)
            .map_or(Interactions::ALL, |rules| rules.interactions)
    }

    /// Whether this can be done with resources of a type.
    pub fn offers(&self, resource_type: ResourceType, interaction: Interaction) -> bool {
        self.interactions(resource_type).contains(interaction)
    }
}

#[cfg(test)]
mod tests {
    use super::RuleSet;
    use cresset_definitions::ResourceType;

    #[test]
    fn types_are_sorted_and_exist() {
        for set in RuleSet::ALL {
            assert!(
                set.types.is_sorted_by_key(|rules| rules.name),
                "{}",
                set.name
            );
            for rules in set.types {
                let known = ResourceType::parse(rules.name);
                assert_eq!(
                    known.and_then(|t| set.of_type(t)).map(|found| found.name),
                    Some(rules.name)
                );
            }
            for (name, _) in set.notes {
                let at = set.types.iter().any(|rules| rules.name == *name);
                assert!(at, "{name} has a note and no rules in {}", set.name);
            }
            assert!(RuleSet::named(set.name).is_some_and(|found| std::ptr::eq(found, set)));
        }
    }
}
