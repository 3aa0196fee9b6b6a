//! The rules of R4's types (invariants), each by a resource that breaks it.
#![expect(clippy::expect_used, reason = "a missed expectation is a failed test")]

use cresset_model::{Bounds, parse};
use cresset_validate::{Ask, Detail, standard};

fn texts(json: &str, detail: Detail) -> Vec<String> {
    let tree = parse(json.as_bytes(), Bounds::default()).expect("JSON");
    let ask = Ask {
        profiles: &[],
        detail,
    };
    let issues = standard().validate(tree.root(), &ask);
    issues
        .into_iter()
        .map(|i| format!("{} {}", i.severity.code(), i.text))
        .collect()
}

#[track_caller]
fn check(json: &str, expect: &[&str]) {
    assert_eq!(texts(json, Detail::Refusals), expect, "{json}");
}

const PATIENT: &str = r#"{"resourceType":"Patient","contact":[{"gender":"male"}],
    "identifier":[{"period":{"start":"2020-02-01","end":"2020-01-31"}}],
    "photo":[{"data":"AAAA"}],"telecom":[{"value":"1"}]}"#;

#[test]
fn every_broken_rule_is_told_with_its_place_and_key() {
    check(
        PATIENT,
        &[
            "error Patient.contact[0] must follow pat-1: SHALL at least contain a contact's details or a reference to an organization",
            "error Patient.identifier[0].period must follow per-1: If present, start SHALL have a lower value than end",
            "error Patient.photo[0] must follow att-1: If the Attachment has data, it SHALL have a contentType",
            "error Patient.telecom[0] must follow cpt-2: A system is required if a value is provided",
        ],
    );
}

#[test]
fn a_period_is_judged_only_as_far_as_it_is_known() {
    for (start, end, broken) in [
        ("2020", "2020-05", false),
        ("2020-05-01", "2020", false),
        ("2020-06", "2020-05", true),
        ("2020-01-01T10:00:00Z", "2020-01-01T11:00:00+02:00", true),
        ("2020-01-01", "2020-01-01", false),
    ] {
        let json = format!(
            r#"{{"resourceType":"Patient","identifier":[{{"period":{{"start":"{start}","end":"{end}"}}}}]}}"#
        );
        assert_eq!(
            texts(&json, Detail::Refusals).len(),
            usize::from(broken),
            "{json}"
        );
    }
}

#[test]
fn rules_of_resources_look_at_the_whole() {
    check(
        r#"{"resourceType":"Observation","status":"final","code":{"text":"x"},
            "valueString":"a","dataAbsentReason":{"text":"b"}}"#,
        &[
            "error Observation must follow obs-6: dataAbsentReason SHALL only be present if Observation.value[x] is not present",
        ],
    );
    check(
        r#"{"resourceType":"Observation","status":"final","code":{"coding":[{"code":"c"}]},
            "valueString":"a","component":[{"code":{"coding":[{"code":"c"}]}}]}"#,
        &[
            "error Observation must follow obs-7: If Observation.code is the same as an Observation.component.code then the value element associated with the code SHALL NOT be present",
        ],
    );
    check(
        r#"{"resourceType":"Questionnaire","status":"draft","item":[
            {"linkId":"a","type":"group","item":[{"linkId":"a","type":"string"}]}]}"#,
        &[
            "error Questionnaire must follow que-2: The link ids for groups and questions must be unique within the questionnaire",
        ],
    );
}

#[test]
fn a_comparison_with_what_is_missing_is_not_met() {
    check(
        r#"{"resourceType":"Questionnaire","status":"draft","item":[{"linkId":"a","type":"string",
            "initial":[{"valueString":"x"},{"valueString":"y"}]}]}"#,
        &[
            "error Questionnaire.item[0] must follow que-13: Can only have multiple initial values for repeating items",
        ],
    );
}

#[test]
fn rules_an_element_adds_to_its_type_count() {
    check(
        r#"{"resourceType":"Observation","status":"final","code":{"text":"x"},
            "referenceRange":[{"low":{"value":1,"comparator":"<"}}]}"#,
        &[
            "error Observation.referenceRange[0].low must follow sqty-1: The comparator is not used on a SimpleQuantity",
        ],
    );
    check(
        r#"{"resourceType":"Organization","name":"O","telecom":[{"system":"phone","value":"1","use":"home"}]}"#,
        &[
            "error Organization.telecom[0] must follow org-3: The telecom of an organization can never be of use 'home'",
        ],
    );
}

#[test]
fn contained_resources_are_referred_to() {
    let with = |reference: &str| {
        format!(
            r#"{{"resourceType":"Patient","contained":[{{"resourceType":"Organization","id":"o","name":"O"}}]
               {reference}}}"#
        )
    };
    check(
        &with(r##","managingOrganization":{"reference":"#o"}"##),
        &[],
    );
    check(
        &with(""),
        &[
            "error Patient.contained[0] must be referred to from the resource that contains it (dom-3)",
        ],
    );
    check(
        r##"{"resourceType":"Patient","contained":[{"resourceType":"Observation","id":"o","status":"final",
            "code":{"text":"x"},"subject":{"reference":"#"}}]}"##,
        &[],
    );
    check(
        &with(r##","managingOrganization":{"reference":"#o"}"##)
            .replace(r#""name":"O""#, r#""name":"O","meta":{"versionId":"1"}"#),
        &[
            "error Patient must follow dom-4: If a resource is contained in another resource, it SHALL NOT have a meta.versionId or a meta.lastUpdated",
        ],
    );
}

#[test]
fn bundles_follow_the_rules_of_their_kind() {
    check(
        r#"{"resourceType":"Bundle","type":"searchset","entry":[
            {"fullUrl":"http://x.org/Patient/1","resource":{"resourceType":"Patient","id":"1"}},
            {"fullUrl":"http://x.org/Patient/1","resource":{"resourceType":"Patient","id":"1"}}]}"#,
        &[
            "error Bundle must follow bdl-7: FullUrl must be unique in a bundle, or else entries with the same fullUrl must have different meta.versionId (except in history bundles)",
        ],
    );
    check(
        r#"{"resourceType":"Bundle","type":"batch","entry":[{"resource":{"resourceType":"Patient"}}]}"#,
        &[
            "error Bundle must follow bdl-3: entry.request mandatory for batch/transaction/history, otherwise prohibited",
        ],
    );
}

#[test]
fn a_full_url_agrees_with_the_id() {
    let bundle = |url: &str| {
        format!(
            r#"{{"resourceType":"Bundle","type":"collection","entry":[
                {{"fullUrl":"{url}","resource":{{"resourceType":"Patient","id":"1"}}}}]}}"#
        )
    };
    for good in [
        "http://x.org/fhir/Patient/1",
        "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0",
        "http://x.org/other",
    ] {
        check(&bundle(good), &[]);
    }
    check(
        &bundle("http://x.org/fhir/Patient/2"),
        &["error Bundle.entry[0].fullUrl must end with the id of the resource"],
    );
}

#[test]
fn codes_that_are_doubtful_or_cannot_be_checked_are_told() {
    let json = r#"{"resourceType":"Patient","maritalStatus":{"coding":[{"system":"s","code":"c"}]},
        "photo":[{"contentType":"image/x"}],
        "text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">x</div>"}}"#;
    check(json, &[]);
    assert_eq!(
        texts(json, Detail::Everything),
        [
            "warning Patient.maritalStatus should have a code of the value set http://hl7.org/fhir/ValueSet/marital-status, if one fits",
            "information Patient.photo[0].contentType was not checked: the value set http://hl7.org/fhir/ValueSet/mimetypes is not loaded",
        ]
    );
}

#[test]
fn unknown_modifier_extensions_are_refused_and_others_are_not() {
    check(
        r#"{"resourceType":"Patient","extension":[{"url":"http://x.org/e","valueString":"x"}],
            "modifierExtension":[{"url":"http://x.org/m","valueBoolean":true}]}"#,
        &[
            "error Patient.modifierExtension[0] changes the meaning of what holds it and is not known here: load the package that defines it, or leave it out",
        ],
    );
}

#[test]
fn warnings_come_only_when_asked_for() {
    let json = r#"{"resourceType":"ValueSet","name":"not a name","status":"draft"}"#;
    check(json, &[]);
    assert_eq!(
        texts(json, Detail::Everything),
        [
            "warning ValueSet must follow vsd-0: Name should be usable as an identifier for the module by machine processing applications such as code generation",
            "warning ValueSet must follow dom-6: A resource should have narrative for robust management",
        ]
    );
}

#[test]
fn a_mistake_is_told_once() {
    // What is malformed is not judged by rules as well.
    check(
        r#"{"resourceType":"Patient","telecom":[{"value":1}]}"#,
        &["error Patient.telecom[0].value must be a JSON string"],
    );
}
