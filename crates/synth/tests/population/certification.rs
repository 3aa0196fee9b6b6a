//! What the certification of a server looks for in its data, beyond must-support.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::world::{World, is, mentions, parsed, population, reference, strings, text};

fn five() -> World {
    World::of(1, 5)
}

/// Every string value of `member` in resources of a type.
fn values<'w>(
    world: &'w World,
    resource_type: &str,
    part: &str,
    member: &str,
) -> BTreeSet<&'w str> {
    let mut found = BTreeSet::new();
    for resource in world.resources().filter(|r| is(r, resource_type)) {
        strings(&resource[part], "", &mut |name, text| {
            if name == member {
                found.insert(text);
            }
        });
    }
    found
}

fn check_all(found: &BTreeSet<&str>, wanted: &[&str]) {
    let missing: Vec<_> = wanted
        .iter()
        .filter(|code| !found.contains(*code))
        .collect();
    assert!(missing.is_empty(), "missing {missing:?}");
}

#[test]
fn all_clinical_note_types_occur() {
    let wanted = [
        "11488-4", "18842-5", "34117-2", "28570-0", "11506-3", "18748-4", "11502-2", "11526-1",
    ];
    check_all(
        &values(&five(), "DocumentReference", "type", "code"),
        &wanted,
    );
}

#[test]
fn every_report_category_occurs() {
    check_all(
        &values(&five(), "DiagnosticReport", "category", "code"),
        &["LP29708-2", "LP7839-6", "LP29684-5", "LAB"],
    );
}

#[test]
fn every_presented_form_is_also_a_document_of_the_same_patient() {
    for chart in World::of(3, 60).patients() {
        let mut documents = BTreeSet::new();
        for document in chart.iter().filter(|r| is(r, "DocumentReference")) {
            documents.insert(text(&document["content"][0]["attachment"]["url"]));
        }
        for report in chart.iter().filter(|r| is(r, "DiagnosticReport")) {
            for form in report["presentedForm"].as_array().into_iter().flatten() {
                assert!(
                    documents.contains(text(&form["url"])),
                    "{}",
                    reference(report)
                );
            }
        }
    }
}

#[test]
fn screening_and_result_categories_occur() {
    let world = five();
    let surveys = world
        .resources()
        .filter(|r| is(r, "Observation") && mentions(&r["category"], "survey"));
    let seen: Vec<&Value> = surveys.map(|r| &r["category"]).collect();
    for category in [
        "sdoh",
        "functional-status",
        "disability-status",
        "cognitive-status",
    ] {
        assert!(seen.iter().any(|c| mentions(c, category)), "{category}");
    }
    let concern = |r: &&Value| is(r, "Condition") && mentions(&r["category"], "sdoh");
    assert!(world.resources().any(|r| concern(&r)));
    let found = values(&world, "Observation", "category", "code");
    let wanted = [
        "laboratory",
        "exam",
        "therapy",
        "imaging",
        "procedure",
        "vital-signs",
        "activity",
        "survey",
        "social-history",
    ];
    check_all(&found, &wanted);
}

#[test]
fn absent_data_says_why() {
    let world = five();
    let extension = "http://hl7.org/fhir/StructureDefinition/data-absent-reason";
    let coding = "http://terminology.hl7.org/CodeSystem/data-absent-reason";
    let mut found = BTreeSet::new();
    for resource in world.resources() {
        strings(resource, "", &mut |_, text| {
            if text == extension || text == coding {
                found.insert(text.to_owned());
            }
        });
    }
    assert_eq!(found.len(), 2, "{found:?}");
}

#[test]
fn practitioners_can_be_found_by_post() {
    for practitioner in World::of(1, 1)
        .resources()
        .filter(|r| is(r, "Practitioner"))
    {
        let address = &practitioner["address"][0];
        for member in ["city", "state", "postalCode", "country"] {
            assert!(!text(&address[member]).is_empty(), "{member}");
        }
        assert!(!text(&address["line"][0]).is_empty());
    }
}

#[test]
fn medicines_are_named_both_ways_and_reported_both_ways() {
    let world = five();
    let requests: Vec<&Value> = world
        .resources()
        .filter(|r| is(r, "MedicationRequest"))
        .collect();
    for member in [
        "medicationReference",
        "medicationCodeableConcept",
        "reportedBoolean",
        "reportedReference",
    ] {
        assert!(requests.iter().any(|r| r.get(member).is_some()), "{member}");
    }
    let dispenses = |member: &str| {
        world
            .resources()
            .any(|r| is(r, "MedicationDispense") && r.get(member).is_some())
    };
    assert!(dispenses("medicationReference") && dispenses("medicationCodeableConcept"));
}

#[test]
fn documents_have_a_custodian_and_agents_an_organization() {
    let world = five();
    for document in world.resources().filter(|r| is(r, "DocumentReference")) {
        assert!(document["custodian"].is_object());
    }
    for provenance in world.resources().filter(|r| is(r, "Provenance")) {
        for agent in provenance["agent"].as_array().unwrap() {
            let by_person = text(&agent["who"]["reference"]).starts_with("Practitioner/");
            assert!(!by_person || agent["onBehalfOf"].is_object());
        }
    }
}

#[test]
fn national_provider_identifiers_have_their_check_digit() {
    let world = World::of(1, 1);
    let mut checked = 0;
    for resource in world.resources() {
        for identifier in resource["identifier"].as_array().into_iter().flatten() {
            if text(&identifier["system"]) == "http://hl7.org/fhir/sid/us-npi" {
                checked += 1;
                assert!(
                    luhn(&format!("80840{}", text(&identifier["value"]))),
                    "{identifier}"
                );
            }
        }
    }
    assert!(checked >= 19);
}

fn luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .chars()
        .rev()
        .filter_map(|c| c.to_digit(10))
        .enumerate()
        .map(|(at, digit)| {
            if at % 2 == 1 {
                digit * 2 / 10 + digit * 2 % 10
            } else {
                digit
            }
        })
        .sum();
    sum.is_multiple_of(10)
}

#[test]
fn groups_hold_every_patient_once() {
    let population = population(1, 1_003);
    let groups = parsed(&population.groups());
    assert_eq!(groups.len(), 3);
    let members: Vec<&str> = groups
        .iter()
        .flat_map(|group| group["member"].as_array().unwrap())
        .map(|member| text(&member["entity"]["reference"]))
        .collect();
    assert_eq!(members.len(), 1_003);
    assert_eq!(members.iter().collect::<BTreeSet<_>>().len(), 1_003);
    for number in [0, 499, 500, 1_002] {
        let patient = &parsed(&population.patient(number))[0];
        assert_eq!(
            members[usize::try_from(number).unwrap()],
            reference(patient)
        );
    }
}
