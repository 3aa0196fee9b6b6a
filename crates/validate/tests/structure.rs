//! What a resource may and may not be, as a person who sends it sees it.
#![expect(clippy::expect_used, reason = "a missed expectation is a failed test")]

use cresset_model::{Bounds, parse};
use cresset_validate::{ISSUES_MAX, Issue, validate};

fn issues(json: &str) -> Vec<Issue> {
    validate(
        parse(json.as_bytes(), Bounds::default())
            .expect("JSON")
            .root(),
    )
}

/// The issues as lines `code path: text`.
fn check(json: &str, expect: &[&str]) {
    let found: Vec<_> = issues(json)
        .iter()
        .map(|i| format!("{} {}: {}", i.code.code(), i.path, i.text))
        .collect();
    assert_eq!(found, expect, "{json}");
}

/// A patient with these members gives these issues.
fn check_patient(members: &str, expect: &[&str]) {
    check(
        &format!(r#"{{"resourceType":"Patient",{members}}}"#),
        expect,
    );
}

#[test]
fn a_valid_resource_has_no_issues() {
    check(r#"{"resourceType":"Patient"}"#, &[]);
    check_patient(
        r#""id":"p-1","birthDate":"1974-12-25","gender":"male","active":true"#,
        &[],
    );
}

#[test]
fn what_is_no_resource_is_said_to_be_none() {
    check(
        "[]",
        &["structure Resource: Resource must be a resource (a JSON object)"],
    );
    check(
        "{}",
        &["required Resource: Resource must have a resourceType"],
    );
    check(
        r#"{"resourceType":"Patiant"}"#,
        &[
            "value Resource.resourceType: Resource.resourceType must be the name of an R4 resource type",
        ],
    );
    check(
        r#"{"resourceType":"DomainResource"}"#,
        &[
            "value Resource.resourceType: Resource.resourceType must be the name of an R4 resource type",
        ],
    );
}

#[test]
fn unknown_elements_are_named_when_they_look_like_names() {
    check_patient(
        r#""birthdate":"1974-12-25""#,
        &[
            "structure Patient: Patient must not have an element 'birthdate': R4 defines none for Patient",
        ],
    );
    check_patient(
        r#""Jane Doe, 12 Main St":1"#,
        &[
            "structure Patient: Patient must not have an element that R4 does not define for Patient",
        ],
    );
    check_patient(
        r#""name":[{"resourceType":"HumanName"}]"#,
        &[
            "structure Patient.name[0]: Patient.name[0] must not have an element 'resourceType': R4 defines none for HumanName",
        ],
    );
}

#[test]
fn json_types_are_those_of_the_element() {
    check_patient(
        r#""active":"true""#,
        &["structure Patient.active: Patient.active must be true or false, without quotes"],
    );
    check_patient(
        r#""birthDate":19741225"#,
        &["structure Patient.birthDate: Patient.birthDate must be a JSON string"],
    );
    check_patient(
        r#""name":{"family":"Doe"}"#,
        &["structure Patient.name: Patient.name must be an array: the element may repeat"],
    );
    check_patient(
        r#""birthDate":["1974-12-25"]"#,
        &["structure Patient.birthDate: Patient.birthDate must be a single value, not an array"],
    );
    check_patient(
        r#""name":["Doe"]"#,
        &["structure Patient.name[0]: Patient.name[0] must be a JSON object"],
    );
    check_patient(
        r#""gender":null"#,
        &["structure Patient.gender: Patient.gender must not be null"],
    );
    check_patient(
        r#""telecom":[{"rank":"1"}]"#,
        &[
            "structure Patient.telecom[0].rank: Patient.telecom[0].rank must be a JSON number, without quotes",
        ],
    );
}

#[test]
fn nothing_may_be_empty() {
    check_patient(
        r#""name":[]"#,
        &[
            "structure Patient.name: Patient.name must not be an empty array; leave the element out instead",
        ],
    );
    check_patient(
        r#""name":[{}]"#,
        &[
            "structure Patient.name[0]: Patient.name[0] must not be empty; leave the element out instead",
        ],
    );
    check_patient(
        r#""language":"""#,
        &[
            "value Patient.language: Patient.language must not be empty; leave the element out instead",
        ],
    );
    check_patient(
        r#""maritalStatus":{"id":"x"}"#,
        &[
            "invariant Patient.maritalStatus: Patient.maritalStatus must have a value or an extension beside its id",
        ],
    );
}

#[test]
fn required_elements_must_be_there() {
    check(
        r#"{"resourceType":"Observation"}"#,
        &[
            "required Observation: Observation must have 'status'",
            "required Observation: Observation must have 'code'",
        ],
    );
    check(
        r#"{"resourceType":"MedicationRequest","status":"active","intent":"order","subject":{"reference":"Patient/1"}}"#,
        &["required MedicationRequest: MedicationRequest must have one medication[x]"],
    );
    check_patient(
        r#""link":[{"other":{"reference":"Patient/2"}}]"#,
        &["required Patient.link[0]: Patient.link[0] must have 'type'"],
    );
}

#[test]
fn an_extension_may_stand_for_a_required_value() {
    check(
        r#"{"resourceType":"Observation","code":{"text":"x"},"_status":{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"unknown"}]}}"#,
        &[],
    );
}

#[test]
fn a_choice_is_made_once() {
    check_patient(
        r#""deceasedBoolean":false,"deceasedDateTime":"2020-01-01""#,
        &[
            "structure Patient: Patient must have only one of deceased[x], not deceasedBoolean and deceasedDateTime",
        ],
    );
    check_patient(
        r#""deceasedDateTime":"2020","_deceasedDateTime":{"id":"a","extension":[{"url":"http://x","valueCode":"y"}]}"#,
        &[],
    );
    check_patient(
        r#""multipleBirthString":"2""#,
        &[
            "structure Patient: Patient must not have an element 'multipleBirthString': R4 defines none for Patient",
        ],
    );
    let json = r#"{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":"6"}}"#;
    check(
        json,
        &[
            "structure Observation.value.value: Observation.valueQuantity.value must be a JSON number, without quotes",
        ],
    );
}

#[test]
fn companions_line_up_with_their_values() {
    let extension = r#"{"extension":[{"url":"http://x","valueCode":"y"}]}"#;
    check_patient(
        &format!(r#""name":[{{"given":["A",null],"_given":[null,{extension}]}}]"#),
        &[],
    );
    check_patient(
        r#""name":[{"given":["A",null]}]"#,
        &["structure Patient.name[0].given[1]: Patient.name[0].given[1] must not be null"],
    );
    check_patient(
        &format!(r#""name":[{{"given":["A",null],"_given":[{extension},null]}}]"#),
        &[
            "structure Patient.name[0].given[1]: Patient.name[0].given[1] must not be null",
            "structure Patient.name[0].given[1]: Patient.name[0].given[1] must have a value or an extension, not null for both",
        ],
    );
    check_patient(r#""gender":"male","_gender":{"id":"a"}"#, &[]);
    check_patient(
        r#""_gender":{"id":"a"}"#,
        &[
            "invariant Patient.gender: Patient.gender must have a value or an extension beside its id",
        ],
    );
    check_patient(r#""name":[{"given":["A"],"_given":[{"id":"a"}]}]"#, &[]);
    check_patient(
        r#""_name":[{"id":"a"}]"#,
        &[
            "structure Patient.name: Patient.name must not have a companion with '_': it is no primitive",
        ],
    );
    check_patient(
        r#""_birthDate":{"value":"x"}"#,
        &[
            "structure Patient.birthDate: Patient.birthDate must not have an element 'value': R4 defines none for date",
        ],
    );
}

#[test]
fn codes_come_from_the_value_set_of_a_required_binding() {
    check_patient(
        r#""gender":"m""#,
        &[
            "code-invalid Patient.gender: Patient.gender must have a code of the value set http://hl7.org/fhir/ValueSet/administrative-gender",
        ],
    );
    let allergy = |status: &str| {
        format!(
            r#"{{"resourceType":"AllergyIntolerance","patient":{{"reference":"Patient/1"}},"clinicalStatus":{status}}}"#
        )
    };
    let system = "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical";
    check(
        &allergy(&format!(
            r#"{{"coding":[{{"system":"{system}","code":"active"}}]}}"#
        )),
        &[],
    );
    let refusal = "code-invalid AllergyIntolerance.clinicalStatus: AllergyIntolerance.clinicalStatus must have a code of the value set http://hl7.org/fhir/ValueSet/allergyintolerance-clinical";
    check(
        &allergy(&format!(
            r#"{{"coding":[{{"system":"{system}","code":"on"}}]}}"#
        )),
        &[refusal],
    );
    check(
        &allergy(r#"{"coding":[{"system":"http://other","code":"active"}]}"#),
        &[refusal],
    );
    check(&allergy(r#"{"text":"active"}"#), &[refusal]);
}

#[test]
fn references_have_a_form_and_a_target() {
    let managing =
        |reference: &str| format!(r#""managingOrganization":{{"reference":"{reference}"}}"#);
    for good in [
        "Organization/1",
        "Organization/1/_history/2",
        "http://example.org/fhir/Organization/1",
        "https://example.org/anything",
        "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0",
        "Organization?identifier=a|b",
    ] {
        check_patient(&managing(good), &[]);
    }
    let form = "value Patient.managingOrganization.reference: Patient.managingOrganization.reference must be Type/id, an absolute URL, urn:uuid: with a UUID, or # and a contained id";
    for bad in [
        "1",
        "Organization",
        "Organization/",
        "organization/1",
        "Organization/1/2",
        "/Organization/1",
    ] {
        check_patient(&managing(bad), &[form]);
    }
    let target = "value Patient.managingOrganization: Patient.managingOrganization must refer to Organization";
    for bad in [
        "Patient/1",
        "http://example.org/fhir/Patient/1",
        "Patient?name=x",
    ] {
        check_patient(&managing(bad), &[target]);
    }
    check_patient(
        r#""managingOrganization":{"type":"Patient","display":"x"}"#,
        &[target],
    );
    check_patient(
        r##""managingOrganization":{"reference":"#o"}"##,
        &[
            "value Patient.managingOrganization.reference: Patient.managingOrganization.reference must name a resource in 'contained'; there is none with this id",
        ],
    );
}

#[test]
fn contained_resources_are_checked_in_their_container() {
    let organization = r#"{"resourceType":"Organization","id":"o","name":"Clinic"}"#;
    check_patient(
        &format!(r##""contained":[{organization}],"managingOrganization":{{"reference":"#o"}}"##),
        &[],
    );
    check_patient(
        r#""contained":[{"resourceType":"Organization","id":"o","nome":"Clinic"}]"#,
        &[
            "structure Patient.contained[0]: Patient.contained[0] must not have an element 'nome': R4 defines none for Organization",
            "invariant Patient.contained[0]: Patient.contained[0] must follow org-1: The organization SHALL at least have a name or an identifier, and possibly more than one",
            "invariant Patient.contained[0]: Patient.contained[0] must be referred to from the resource that contains it (dom-3)",
        ],
    );
    check_patient(
        &format!(r#""contained":[{{"resourceType":"Patient","contained":[{organization}]}}]"#),
        &[
            "invariant Patient.contained[0].contained[0]: Patient.contained[0].contained[0] must not be there: a contained resource holds no further ones",
            "invariant Patient.contained[0]: Patient.contained[0] must be referred to from the resource that contains it (dom-3)",
        ],
    );
}

#[test]
fn an_extension_has_a_url_and_a_value_or_extensions() {
    let extension = |members: &str| format!(r#""extension":[{{{members}}}]"#);
    check_patient(&extension(r#""url":"http://x","valueString":"y""#), &[]);
    check_patient(
        &extension(r#""url":"http://x","extension":[{"url":"a","valueCode":"y"}]"#),
        &[],
    );
    check_patient(
        &extension(r#""valueString":"y""#),
        &["required Patient.extension[0]: Patient.extension[0] must have 'url'"],
    );
    check_patient(
        &extension(r#""url":"http://x""#),
        &["invariant Patient.extension[0]: Patient.extension[0] must have a value or extensions"],
    );
    check_patient(
        &extension(r#""url":"http://x","valueCode":"y","extension":[{"url":"a","valueCode":"y"}]"#),
        &[
            "invariant Patient.extension[0]: Patient.extension[0] must have a value or extensions, not both",
        ],
    );
    check_patient(
        &extension(r#""url":"http://x","valueString":"a","valueCode":"b""#),
        &[
            "structure Patient.extension[0]: Patient.extension[0] must have only one of value[x], not valueString and valueCode",
        ],
    );
}

#[test]
fn bundle_entries_are_checked_each_for_itself() {
    check(
        r##"{"resourceType":"Bundle","type":"transaction","entry":[
            {"resource":{"resourceType":"Patient","contained":[{"resourceType":"Organization","id":"o","name":"O"}],"managingOrganization":{"reference":"#o"}},
             "request":{"method":"POST","url":"Patient"}},
            {"resource":{"resourceType":"Patient","managingOrganization":{"reference":"#o"}}},
            {"resource":{"resourceType":"Patient","gender":7}, "request":{"method":"SEND","url":"Patient"}}]}"##,
        &[
            "value Bundle.entry[1].resource.managingOrganization.reference: Bundle.entry[1].resource.managingOrganization.reference must name a resource in 'contained'; there is none with this id",
            "structure Bundle.entry[2].resource.gender: Bundle.entry[2].resource.gender must be a JSON string",
            "code-invalid Bundle.entry[2].request.method: Bundle.entry[2].request.method must have a code of the value set http://hl7.org/fhir/ValueSet/http-verb",
            "invariant Bundle: Bundle must follow bdl-3: entry.request mandatory for batch/transaction/history, otherwise prohibited",
        ],
    );
}

#[test]
fn content_references_repeat_their_structure() {
    check(
        r#"{"resourceType":"Questionnaire","status":"active","item":[{"linkId":"1","type":"group","item":[{"linkId":"1.1","type":"group","item":[{"type":"string"}]}]}]}"#,
        &[
            "required Questionnaire.item[0].item[0].item[0]: Questionnaire.item[0].item[0].item[0] must have 'linkId'",
        ],
    );
}

#[test]
fn no_sentence_repeats_a_value() {
    let canary = "CANARY-7d1f";
    let json = format!(
        r#"{{"resourceType":"Patient","id":"{canary}/","birthDate":"{canary}","gender":"{canary}","active":"{canary}",
            "managingOrganization":{{"reference":"{canary}"}},"{canary}":1,"text":{{"status":"{canary}","div":"{canary}"}}}}"#
    );
    let found = issues(&json);
    assert_eq!(found.len(), 8);
    assert!(
        found
            .iter()
            .all(|i| !i.text.contains(canary) && !i.path.contains(canary))
    );
}

#[test]
fn the_answer_is_bounded() {
    let names = vec![r#"{"famly":"x"}"#; 10 * ISSUES_MAX].join(",");
    assert_eq!(
        issues(&format!(r#"{{"resourceType":"Patient","name":[{names}]}}"#)).len(),
        ISSUES_MAX
    );
}

#[test]
fn deep_nesting_ends_in_an_issue() {
    let depth = 2_000;
    let json = format!(
        r#"{{"resourceType":"Patient","extension":[{}{}]}}"#,
        r#"{"url":"http://x","extension":["#.repeat(depth),
        "]}".repeat(depth),
    );
    let bounds = Bounds {
        depth_max: 100_000,
        values_max: 1_000_000,
    };
    let found = validate(parse(json.as_bytes(), bounds).expect("JSON").root());
    assert!(
        found
            .iter()
            .any(|i| i.text.ends_with("is nested too deeply"))
    );
}
