//! What a set says about one type, for people: made from its profiles and behaviours.

use cresset_definitions::ResourceType;
use cresset_definitions::profile::{Max, ProfileElement};

use crate::interaction::Interaction;
use crate::rule_set::RuleSet;

/// What a set says about the bodies of one interaction with a type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// Create or update.
    pub interaction: Interaction,
    /// The elements that must be there; a part of an element only where that element is.
    pub required: Vec<&'static str>,
    /// What else is refused: the element, and the text.
    pub refused: Vec<(&'static str, String)>,
    /// The elements that are taken out: the server alone says them.
    pub ignored: &'static [&'static str],
}

impl RuleSet {
    /// What the set says about creates and updates of a type, beyond R4; nothing where it is R4.
    pub fn descriptions(&self, resource_type: ResourceType) -> Vec<Description> {
        let writes = [Interaction::Create, Interaction::Update].into_iter();
        writes
            .filter_map(|i| self.description(resource_type, i))
            .collect()
    }

    fn description(
        &self,
        resource_type: ResourceType,
        interaction: Interaction,
    ) -> Option<Description> {
        let url = self.profile(resource_type, interaction)?;
        let elements = self.validator().profiles().profile(url)?.elements;
        let is_required = |element: &&ProfileElement| element.min.is_some_and(|min| min > 0);
        Some(Description {
            interaction,
            required: elements.iter().filter(is_required).map(|e| e.id).collect(),
            refused: elements.iter().flat_map(refused).collect(),
            ignored: self
                .of_type(resource_type)
                .map_or(&[][..], |rules| rules.behaviour.ignored),
        })
    }
}

/// The rules of an element; the type itself has an empty name.
fn refused(element: &ProfileElement) -> impl Iterator<Item = (&'static str, String)> {
    let id = element.id;
    let most = match element.max {
        Some(Max::Count(count)) => Some((id, format!("must have at most {count} values"))),
        _ => None,
    };
    let rules = element.constraints.iter();
    most.into_iter()
        .chain(rules.map(move |rule| (id, rule.human.to_owned())))
}

#[cfg(test)]
mod tests {
    use super::RuleSet;
    use cresset_definitions::ResourceType;

    #[test]
    fn a_type_is_described_from_its_profiles() {
        let set = RuleSet::named("canvas").unwrap();
        let patient = ResourceType::parse("Patient").unwrap();
        let [create, update] = set.descriptions(patient).try_into().unwrap();
        assert_eq!(create.required, update.required);
        for name in ["name", "gender", "birthDate", "name.family"] {
            assert!(create.required.contains(&name), "{name} in {create:?}");
        }
        let one = ("", "must have exactly one name of use official".to_owned());
        assert!(create.refused.contains(&one), "{create:?}");
        let team = ResourceType::parse("CareTeam").unwrap();
        assert_eq!(set.descriptions(team).len(), 1);
        assert!(RuleSet::r4().descriptions(patient).is_empty());
    }
}
