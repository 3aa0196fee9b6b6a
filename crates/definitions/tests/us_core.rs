//! The embedded US Core tables answer as the implementation guide says.
#![expect(clippy::expect_used, reason = "a missed expectation is a failed test")]

use cresset_definitions::{
    Profile, ResourceType, SearchType, Strength,
    profile::{DiscriminatorKind, Max, ProfileElement, RequiredValue},
    r4, terminology, us_core,
};

const BASE: &str = "http://hl7.org/fhir/us/core/StructureDefinition/";

fn profile(name: &str) -> &'static Profile {
    us_core()
        .profile(&format!("{BASE}{name}"))
        .expect("a profile")
}

fn element(name: &str, id: &str) -> &'static ProfileElement {
    profile(name).element(id).expect("an element")
}

#[test]
fn every_profile_is_about_a_type_of_r4() {
    assert_eq!(us_core().profiles.len(), 59);
    for profile in &us_core().profiles {
        assert!(
            r4().type_named(profile.type_name).is_some(),
            "{}",
            profile.url
        );
        assert!(!profile.elements.is_empty(), "{}", profile.url);
    }
    assert_eq!(us_core().profiles_of("Condition").count(), 2);
    assert!(
        us_core()
            .profile(&format!("{BASE}us-core-patient|6.1.0"))
            .is_some()
    );
}

#[test]
fn every_element_has_a_place_in_its_type() {
    for profile in &us_core().profiles {
        for e in profile.elements {
            let mut types = vec![r4().type_named(profile.type_name).expect("a type")];
            for step in e.id.split('.').filter(|s| !s.is_empty()) {
                let name = step.split(':').next().unwrap_or(step);
                let found: Vec<_> = types
                    .iter()
                    .flat_map(|t| match name.strip_suffix("[x]") {
                        Some(choice) => t.choices(choice).collect::<Vec<_>>(),
                        None => t.element(name).into_iter().collect(),
                    })
                    .collect();
                assert!(!found.is_empty(), "{} {}", profile.url, e.id);
                types = found
                    .iter()
                    .filter_map(|e| r4().type_at(e.type_ix))
                    .collect();
            }
        }
    }
}

#[test]
fn slices_say_how_they_are_told_apart() {
    let component = element("us-core-blood-pressure", "component")
        .slicing
        .as_ref()
        .expect("sliced");
    assert_eq!(component.discriminators[0].kind, DiscriminatorKind::Pattern);
    assert_eq!(component.discriminators[0].path, "code");
    let systolic = element("us-core-blood-pressure", "component:systolic");
    assert_eq!(
        (systolic.min, systolic.max, systolic.must_support),
        (Some(1), Some(Max::Count(1)), true)
    );
    let code = element("us-core-blood-pressure", "component:systolic.code");
    let Some(RequiredValue::Pattern(json)) = code.value else {
        panic!("a pattern")
    };
    assert!(json.contains("8480-6"));
}

#[test]
fn must_support_targets_are_marked_among_several() {
    let requester = element("us-core-medicationrequest", "requester");
    let marked: Vec<_> = requester
        .targets
        .iter()
        .filter(|t| t.must_support)
        .map(|t| t.url)
        .collect();
    assert_eq!(marked, [format!("{BASE}us-core-practitioner")]);
    assert!(requester.targets.len() > 1);
    assert!(
        profile("us-core-patient")
            .must_support()
            .any(|id| id == "name.family")
    );
}

#[test]
fn its_own_search_parameters_are_served_with_those_of_r4() {
    let check = |resource_type: &str, code: &str, search_type: SearchType| {
        let of = ResourceType::parse(resource_type).expect("a type");
        let parameter = r4().search_parameter(of, code).expect("a parameter");
        assert_eq!(parameter.search_type, search_type);
        assert!(
            parameter
                .url
                .starts_with("http://hl7.org/fhir/us/core/SearchParameter/")
        );
    };
    check("Patient", "race", SearchType::Token);
    check("Patient", "ethnicity", SearchType::Token);
    check("Patient", "gender-identity", SearchType::Token);
    check("Condition", "asserted-date", SearchType::Date);
    check("Encounter", "discharge-disposition", SearchType::Token);
    check("CareTeam", "role", SearchType::Token);
    check("Goal", "description", SearchType::Token);
}

#[test]
fn value_sets_that_can_be_listed_are() {
    let race = us_core().value_set("http://hl7.org/fhir/us/core/ValueSet/omb-race-category");
    let race = race.expect("listed");
    assert!(race.contains("urn:oid:2.16.840.1.113883.6.238", "2106-3"));
    assert!(race.contains("http://terminology.hl7.org/CodeSystem/v3-NullFlavor", "UNK"));
    let nulls = terminology().code_system("http://terminology.hl7.org/CodeSystem/v3-NullFlavor");
    assert!(nulls.expect("known").concept("ASKU").is_some());
    let binding = element("us-core-race", "extension:ombCategory.value[x]")
        .binding
        .as_ref();
    let binding = binding.expect("a binding");
    assert_eq!(
        (binding.strength, binding.url),
        (Strength::Required, race.url)
    );
}
