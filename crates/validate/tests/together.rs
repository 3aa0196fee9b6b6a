//! All faults of a resource in one answer, each once: structure, codes, references, rules, profiles.
#![expect(clippy::expect_used, reason = "a missed expectation is a failed test")]

use cresset_model::{Bounds, parse};
use cresset_validate::{Ask, Detail, Issue, standard};
use serde_json::{Value, json};

const US_CORE: &str = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-";

fn faults(resource: &Value, profiles: &[&str]) -> Vec<Issue> {
    let bytes = resource.to_string();
    let tree = parse(bytes.as_bytes(), Bounds::default()).expect("JSON");
    let detail = Detail::Refusals;
    standard().validate(tree.root(), &Ask { profiles, detail })
}

#[track_caller]
fn check(resource: &Value, profiles: &[&str], expect: &[&str]) {
    let texts: Vec<_> = faults(resource, profiles)
        .into_iter()
        .map(|issue| issue.text)
        .collect();
    assert_eq!(texts, expect, "{resource}");
}

fn us_core(name: &str) -> String {
    format!("{US_CORE}{name}")
}

#[test]
fn faults_of_every_kind_stand_side_by_side() {
    let patient = us_core("patient");
    check(
        &json!({"resourceType": "Patient", "colour": "red", "active": "true", "gender": "man",
            "telecom": [{"system": "phone", "value": "1", "rank": 0}, {"value": "2"}],
            "contact": [{"gender": "male"}],
            "managingOrganization": {"reference": "Practitioner/1"},
            "contained": [{"resourceType": "Organization", "id": "o", "name": "O"}],
            "link": [{"other": {"reference": "#gone"}, "type": "seealso"}]}),
        &[&patient],
        &[
            "Patient.active must be true or false, without quotes",
            "Patient must not have an element 'colour': R4 defines none for Patient",
            "Patient.contact[0] must follow pat-1: SHALL at least contain a contact's details or a reference to an organization",
            "Patient.gender must have a code of the value set http://hl7.org/fhir/ValueSet/administrative-gender",
            "Patient.link[0].other.reference must name a resource in 'contained'; there is none with this id",
            "Patient.managingOrganization must refer to Organization",
            "Patient.telecom[0].rank must be 1 or more (a whole number up to 2147483647)",
            "Patient.telecom[1] must follow cpt-2: A system is required if a value is provided",
            "Patient.contained[0] must be referred to from the resource that contains it (dom-3)",
            "Patient must have 'identifier' (profile us-core-patient)",
            "Patient must have 'name' (profile us-core-patient)",
            "Patient.telecom[1] must have 'system' (profile us-core-patient)",
        ],
    );
}

#[test]
fn a_rule_is_judged_beside_a_fault_it_does_not_look_at() {
    check(
        &json!({"resourceType": "Observation", "status": "done", "code": {"text": "x"},
            "valueString": "a", "dataAbsentReason": {"text": "b"}}),
        &[],
        &[
            "Observation.status must have a code of the value set http://hl7.org/fhir/ValueSet/observation-status",
            "Observation must follow obs-6: dataAbsentReason SHALL only be present if Observation.value[x] is not present",
        ],
    );
    check(
        &json!({"resourceType": "Questionnaire", "status": "draft", "item": [
            {"linkId": "a", "type": "string", "required": "yes"}, {"linkId": "a", "type": "string"}]}),
        &[],
        &[
            "Questionnaire.item[0].required must be true or false, without quotes",
            "Questionnaire must follow que-2: The link ids for groups and questions must be unique within the questionnaire",
        ],
    );
    check(
        &json!({"resourceType": "Observation", "status": "final", "code": {"text": "x"},
            "referenceRange": [{"low": {"value": "1"}}, {"low": {"value": 1, "comparator": "<"}}]}),
        &[],
        &[
            "Observation.referenceRange[0].low.value must be a JSON number, without quotes",
            "Observation.referenceRange[1].low must follow sqty-1: The comparator is not used on a SimpleQuantity",
        ],
    );
}

#[test]
fn a_mistake_is_told_once() {
    // The period cannot be compared, and that is not another fault.
    check(
        &json!({"resourceType": "Patient", "identifier": [{"period": {"start": "2020-02-01", "end": "soon"}}]}),
        &[],
        &[
            "Patient.identifier[0].period.end must be YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm:ss with a time zone",
        ],
    );
    // R4 and the profile want the same element.
    let lab = us_core("observation-lab");
    let observation = json!({"resourceType": "Observation", "status": "final",
        "category": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "laboratory"}]}],
        "subject": {"reference": "Patient/1"}, "effectiveDateTime": "2020-01-01", "valueString": "x"});
    check(&observation, &[&lab], &["Observation must have 'code'"]);
    // A value that is none has no children to miss.
    let mut malformed = observation.clone();
    malformed["code"] = json!({"text": "x"});
    malformed["category"] = json!("laboratory");
    check(
        &malformed,
        &[&lab],
        &["Observation.category must be an array: the element may repeat"],
    );
    // Nor does a value with a mistake in it count as one that is not there.
    let mut unreadable = observation.clone();
    unreadable["code"] = json!({"text": "x"});
    unreadable["category"][0]["coding"][0]["system"] = json!(7);
    check(
        &unreadable,
        &[&lab],
        &["Observation.category[0].coding[0].system must be a JSON string"],
    );
    // Nor does the profile add a word about a code or a target the type refuses.
    let mut wrong = observation;
    wrong["code"] = json!({"text": "x"});
    wrong["status"] = json!("done");
    wrong["subject"] = json!({"reference": "Claim/1"});
    check(
        &wrong,
        &[&lab],
        &[
            "Observation.status must have a code of the value set http://hl7.org/fhir/ValueSet/observation-status",
            "Observation.subject must refer to Device or Group or Location or Patient",
        ],
    );
}

#[test]
fn each_entry_and_each_contained_resource_is_held_against_its_own_profile() {
    let patient = us_core("patient");
    let named = json!({"resourceType": "Patient", "meta": {"profile": [patient]}, "gender": "male", "name": [{"family": "F"}]});
    check(
        &json!({"resourceType": "Bundle", "type": "collection", "total": 1, "entry": [
            {"resource": named}, {"resource": {"resourceType": "Patient", "active": 1}}]}),
        &[],
        &[
            "Bundle.entry[0].resource must have 'identifier' (profile us-core-patient)",
            "Bundle.entry[1].resource.active must be true or false, without quotes",
            "Bundle must follow bdl-1: total only when a search or history",
        ],
    );
}

#[test]
fn a_profile_named_a_thousand_times_is_compared_once() {
    let names = vec![us_core("patient"); 1000];
    let patient = json!({"resourceType": "Patient", "meta": {"profile": names}, "gender": "male", "name": [{"family": "F"}]});
    let asked = format!("{}|6.1.0", us_core("patient"));
    let texts = faults(&patient, &[&asked]);
    assert_eq!(texts.len(), 1, "{texts:?}");
}
