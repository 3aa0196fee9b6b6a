//! What a resource leaves in the index.

#![expect(clippy::unwrap_used, reason = "a surprise in a test is a failed test")]

#[path = "extract/shown.rs"]
mod shown;

use cresset_model::{Bounds, parse};
use shown::shown;

const OWN: &str = "https://demo.example/fhir";

/// `code=value` for every row of these parameters.
fn rows(source: &str, codes: &[&str]) -> Vec<String> {
    let tree = parse(source.as_bytes(), Bounds::default()).unwrap();
    let rows = cresset_search::extract(&tree, &[OWN.to_owned()]);
    rows.iter()
        .map(shown)
        .filter(|row| codes.iter().any(|c| row.split('=').next() == Some(c)))
        .collect()
}

fn check(source: &str, codes: &[&str], expect: &[&str]) {
    assert_eq!(rows(source, codes), expect, "{source}");
}

#[test]
fn tokens_come_from_every_type_that_can_be_one() {
    check(
        r#"{"resourceType":"Patient","active":true,"gender":"female","identifier":[{"system":"urn:mrn","value":"7"},{"value":"8"}],
            "telecom":[{"system":"phone","value":"555"},{"system":"email","value":"a@b.c"}],
            "meta":{"tag":[{"system":"t","code":"x"}],"security":[{"code":"R"}]}}"#,
        &[
            "active",
            "gender",
            "identifier",
            "telecom",
            "phone",
            "email",
            "_tag",
            "_security",
        ],
        &[
            "_security=token |R",
            "_tag=token t|x",
            "active=token |true",
            "email=token |a@b.c",
            "gender=token |female",
            "identifier=token urn:mrn|7",
            "identifier=token |8",
            "phone=token |555",
            "telecom=token |555",
            "telecom=token |a@b.c",
        ],
    );
    check(
        r#"{"resourceType":"Condition","code":{"coding":[{"system":"s","code":"a"},{"system":"s"},{"display":"only"}]}}"#,
        &["code"],
        &["code=token s|a", "code=token s|", "code=said only"],
    );
}

#[test]
fn what_people_read_of_a_code_is_kept_and_the_types_of_identifiers() {
    check(
        r#"{"resourceType":"Condition","code":{"coding":[{"system":"s","code":"a","display":"Asthma"}],"text":"Allergic asthma"}}"#,
        &["code"],
        &[
            "code=token s|a",
            "code=said Asthma",
            "code=said Allergic asthma",
        ],
    );
    check(
        r#"{"resourceType":"Patient","identifier":[{"type":{"coding":[{"system":"v2","code":"MR"},{"code":"x"}],"text":"Record"},"system":"urn:mrn","value":"7"},{"type":{"coding":[{"code":"MR"}]}}]}"#,
        &["identifier"],
        &[
            "identifier=token urn:mrn|7",
            "identifier=said Record",
            "identifier=of type v2|MR 7",
            "identifier=of type |x 7",
        ],
    );
    check(
        r#"{"resourceType":"Observation","status":"final","code":{"coding":[{"code":"a","display":"A"}]},"valueQuantity":{"value":1}}"#,
        &["code-value-quantity"],
        &["code-value-quantity=(token |a; quantity 1 | )"],
    );
}

#[test]
fn references_are_local_elsewhere_or_ignored() {
    let subject = |reference: &str| {
        format!(
            r#"{{"resourceType":"Observation","subject":{{"reference":"{reference}"}},"contained":[{{"resourceType":"Patient","id":"p"}}]}}"#
        )
    };
    for (reference, expect) in [
        (
            "Patient/1",
            vec!["patient=local Patient/1", "subject=local Patient/1"],
        ),
        (
            "Patient/1/_history/3",
            vec!["patient=local Patient/1", "subject=local Patient/1"],
        ),
        (
            "https://demo.example/fhir/Group/1",
            vec!["subject=local Group/1"],
        ),
        (
            "https://other.example/fhir/Patient/1",
            vec![
                "patient=elsewhere https://other.example/fhir/Patient/1",
                "subject=elsewhere https://other.example/fhir/Patient/1",
            ],
        ),
        ("#p", vec![]),
        ("urn:uuid:0", vec!["subject=elsewhere urn:uuid:0"]),
    ] {
        assert_eq!(
            rows(&subject(reference), &["subject", "patient"]),
            expect,
            "{reference}"
        );
    }
    check(
        r#"{"resourceType":"Observation","subject":{"type":"Patient","identifier":{"system":"m","value":"7"}}}"#,
        &["patient", "subject"],
        &["patient=identifier m|7", "subject=identifier m|7"],
    );
    check(
        r#"{"resourceType":"MeasureReport","measure":"http://x.org/Measure/a|2"}"#,
        &["measure"],
        &[
            "measure=elsewhere http://x.org/Measure/a|2",
            "measure=elsewhere http://x.org/Measure/a",
        ],
    );
}

#[test]
fn choices_are_found_by_their_type() {
    check(
        r#"{"resourceType":"Observation","valueQuantity":{"value":6.30,"unit":"mmol/l","system":"http://unitsofmeasure.org","code":"mmol/L"}}"#,
        &[
            "value-quantity",
            "value-string",
            "value-concept",
            "value-date",
            "combo-value-quantity",
        ],
        &[
            "combo-value-quantity=quantity 6.3 http://unitsofmeasure.org|mmol/L mmol/l",
            "value-quantity=quantity 6.3 http://unitsofmeasure.org|mmol/L mmol/l",
        ],
    );
    check(
        r#"{"resourceType":"Observation","valueCodeableConcept":{"text":"Negative","coding":[{"code":"N"}]}}"#,
        &["value-quantity", "value-string", "value-concept"],
        &[
            "value-concept=token |N",
            "value-concept=said Negative",
            "value-string=text Negative",
        ],
    );
    check(
        r#"{"resourceType":"Condition","onsetAge":{"value":52,"unit":"a","code":"a"},"abatementRange":{"low":{"value":53},"high":{"value":54}}}"#,
        &["onset-age", "onset-date", "abatement-age"],
        &[
            "abatement-age=quantity 53 | ",
            "abatement-age=quantity 54 | ",
            "onset-age=quantity 52 |a a",
        ],
    );
}

#[test]
fn dates_are_as_wide_as_written() {
    check(
        r#"{"resourceType":"Patient","birthDate":"1970-01"}"#,
        &["birthdate"],
        &["birthdate=date 0..2678399999"],
    );
    check(
        r#"{"resourceType":"Encounter","period":{"start":"1970-01-01T00:00:00Z"}}"#,
        &["date"],
        &["date=date 0.."],
    );
    check(
        r#"{"resourceType":"ServiceRequest","occurrenceTiming":{"event":["1970-01-02","1970-01-01"],"repeat":{"boundsPeriod":{"end":"1970-01-03"}}}}"#,
        &["occurrence"],
        &["occurrence=date ..259199999"],
    );
    check(
        r#"{"resourceType":"Patient","birthDate":"1970-02-30"}"#,
        &["birthdate"],
        &[],
    );
}

#[test]
fn names_and_addresses_are_found_by_each_part() {
    check(
        r#"{"resourceType":"Patient","name":[{"family":"Chalmers","given":["Peter","James"]}],"address":[{"line":["534 Erewhon St"],"city":"PleasantVille","postalCode":"3999"}]}"#,
        &[
            "name",
            "family",
            "given",
            "address",
            "address-city",
            "phonetic",
        ],
        &[
            "address=text 534 Erewhon St",
            "address=text PleasantVille",
            "address=text 3999",
            "address-city=text PleasantVille",
            "family=text Chalmers",
            "given=text Peter",
            "given=text James",
            "name=text Chalmers",
            "name=text Peter",
            "name=text James",
            "phonetic=text Chalmers",
            "phonetic=text Peter",
            "phonetic=text James",
        ],
    );
}

#[test]
fn a_composite_joins_what_stands_in_one_occurrence() {
    check(
        r#"{"resourceType":"Observation","code":{"coding":[{"code":"bp"}]},
            "component":[{"code":{"coding":[{"code":"sys"}]},"valueQuantity":{"value":120}},
                         {"code":{"coding":[{"code":"dia"}]},"valueQuantity":{"value":80}}]}"#,
        &["component-code-value-quantity", "code-value-quantity"],
        &[
            "component-code-value-quantity=(token |sys; quantity 120 | )",
            "component-code-value-quantity=(token |dia; quantity 80 | )",
        ],
    );
}

#[test]
fn what_the_store_knows_leaves_no_row() {
    check(
        r#"{"resourceType":"Patient","id":"p","meta":{"lastUpdated":"2020-01-01T00:00:00Z","profile":["http://p"],"source":"http://s"}}"#,
        &["_id", "_lastUpdated", "_profile", "_source"],
        &["_profile=uri http://p", "_source=uri http://s"],
    );
}

#[test]
fn a_computed_answer_is_a_token() {
    for (deceased, expect) in [
        ("", "false"),
        (r#","deceasedBoolean":false"#, "false"),
        (r#","deceasedBoolean":true"#, "true"),
        (r#","deceasedDateTime":"2020""#, "true"),
    ] {
        let patient = format!(r#"{{"resourceType":"Patient"{deceased}}}"#);
        check(
            &patient,
            &["deceased"],
            &[&format!("deceased=token |{expect}")],
        );
    }
}

#[test]
fn extensions_are_found_by_the_parameters_of_us_core() {
    check(
        r#"{"resourceType":"Patient","extension":[{"url":"http://hl7.org/fhir/us/core/StructureDefinition/us-core-race","extension":[
            {"url":"ombCategory","valueCoding":{"system":"urn:oid:2.16.840.1.113883.6.238","code":"2106-3"}},{"url":"text","valueString":"White"}]}]}"#,
        &["race", "ethnicity"],
        &["race=token urn:oid:2.16.840.1.113883.6.238|2106-3"],
    );
}
