//! What a create or an update must hold, as FHIR profiles (`data/canvas`).
//!
//! A rule whose key begins with `canvas-rule-` is one of the EHR's business: a body that breaks it
//! is understood and refused with the rule's own text.

use std::sync::OnceLock;

use cresset_model::{Bounds, parse};
use cresset_validate::{Profiles, Validator};

use crate::interaction::Interaction;

const BASE: &str = "https://cresset.example/fhir/StructureDefinition/canvas-";

/// The profiles as they are published.
const SOURCES: &[&str] = &[
    include_str!("../../data/canvas/AllergyIntolerance-create.json"),
    include_str!("../../data/canvas/AllergyIntolerance-update.json"),
    include_str!("../../data/canvas/Appointment-create.json"),
    include_str!("../../data/canvas/Appointment-update.json"),
    include_str!("../../data/canvas/CareTeam-update.json"),
    include_str!("../../data/canvas/Claim-create.json"),
    include_str!("../../data/canvas/Claim-update.json"),
    include_str!("../../data/canvas/Communication-create.json"),
    include_str!("../../data/canvas/Condition-create.json"),
    include_str!("../../data/canvas/Condition-update.json"),
    include_str!("../../data/canvas/Consent-create.json"),
    include_str!("../../data/canvas/Coverage-create.json"),
    include_str!("../../data/canvas/Coverage-update.json"),
    include_str!("../../data/canvas/CoverageEligibilityRequest-create.json"),
    include_str!("../../data/canvas/DetectedIssue-create.json"),
    include_str!("../../data/canvas/DetectedIssue-update.json"),
    include_str!("../../data/canvas/DocumentReference-create.json"),
    include_str!("../../data/canvas/Group-create.json"),
    include_str!("../../data/canvas/Group-update.json"),
    include_str!("../../data/canvas/Immunization-create.json"),
    include_str!("../../data/canvas/Immunization-update.json"),
    include_str!("../../data/canvas/Media-create.json"),
    include_str!("../../data/canvas/MedicationStatement-create.json"),
    include_str!("../../data/canvas/MedicationStatement-update.json"),
    include_str!("../../data/canvas/Observation-create.json"),
    include_str!("../../data/canvas/Patient-create.json"),
    include_str!("../../data/canvas/Patient-update.json"),
    include_str!("../../data/canvas/PaymentNotice-create.json"),
    include_str!("../../data/canvas/Practitioner-create.json"),
    include_str!("../../data/canvas/Practitioner-update.json"),
    include_str!("../../data/canvas/QuestionnaireResponse-create.json"),
    include_str!("../../data/canvas/QuestionnaireResponse-update.json"),
    include_str!("../../data/canvas/Task-create.json"),
    include_str!("../../data/canvas/Task-update.json"),
];

/// Those of an operation.
const OPERATIONS: &[&str] = &[
    include_str!("../../data/canvas/lab-report.json"),
    include_str!("../../data/canvas/lab-test.json"),
    include_str!("../../data/canvas/lab-value.json"),
];

/// The URL of the profile for an interaction with a type, if there is one.
pub(crate) fn url(name: &str, interaction: Interaction) -> Option<&'static str> {
    let url = format!("{BASE}{name}-{}", interaction.code());
    validator()
        .profiles()
        .profile(&url)
        .map(|profile| profile.url)
}

/// A validator that knows them beside R4 and US Core.
pub(crate) fn validator() -> &'static Validator {
    static VALIDATOR: OnceLock<Validator> = OnceLock::new();
    VALIDATOR.get_or_init(|| {
        let mut profiles = Profiles::us_core();
        for source in SOURCES.iter().chain(OPERATIONS) {
            // They are part of the build, and a test takes each of them in.
            if let Ok(tree) = parse(source.as_bytes(), Bounds::default()) {
                drop(profiles.add(tree.root()));
            }
        }
        Validator::new(profiles)
    })
}

#[cfg(test)]
mod tests {
    use super::{OPERATIONS, SOURCES, url};
    use crate::canvas::CANVAS;
    use crate::interaction::Interaction;
    use cresset_model::{Bounds, Element, parse};
    use cresset_validate::Profiles;

    #[test]
    fn every_profile_is_taken_in() {
        let mut profiles = Profiles::us_core();
        for source in SOURCES.iter().chain(OPERATIONS) {
            let tree = parse(source.as_bytes(), Bounds::default()).unwrap();
            let name = tree.root().get("name").and_then(Element::as_str).unwrap();
            profiles
                .add(tree.root())
                .unwrap_or_else(|fault| panic!("{name}: {fault}"));
        }
    }

    #[test]
    fn every_write_has_its_profile() {
        let mut count = 0;
        for rules in CANVAS.types {
            for interaction in [Interaction::Create, Interaction::Update] {
                let is_offered = rules.interactions.contains(interaction);
                let found = url(rules.name, interaction);
                assert_eq!(
                    found.is_some(),
                    is_offered,
                    "{} {interaction:?}",
                    rules.name
                );
                count += usize::from(is_offered);
            }
        }
        assert_eq!(count, SOURCES.len());
    }
}
