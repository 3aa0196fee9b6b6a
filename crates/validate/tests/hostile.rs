//! Profiles that were written to keep the validator busy end in an answer that says so.
#![expect(clippy::expect_used, reason = "a missed expectation is a failed test")]

use cresset_model::{Bounds, Tree, parse};
use cresset_validate::{Ask, Detail, LoadFault, Profiles, Validator};
use serde_json::{Value, json};

const BASE: &str = "http://hl7.org/fhir/StructureDefinition/";
const TOO_MUCH: &str = "Patient holds too much to be compared with";

fn tree(json: &Value) -> Tree {
    parse(json.to_string().as_bytes(), Bounds::default()).expect("JSON")
}

fn profile(name: &str, of: &str, elements: &Value) -> Value {
    json!({"resourceType": "StructureDefinition", "url": format!("http://x.org/{name}"), "type": of,
        "derivation": "constraint", "baseDefinition": format!("{BASE}{of}"),
        "differential": {"element": elements}})
}

fn rule(of: &str, keys: &[String], expression: &str) -> Value {
    let rules: Vec<_> = keys
        .iter()
        .map(|key| json!({"key": key, "severity": "error", "human": "h", "expression": expression}))
        .collect();
    json!([{"id": of, "path": of, "constraint": rules}])
}

/// What a patient is told who must follow `http://x.org/a`.
fn told(definitions: &[Value], patient: &Value) -> Vec<String> {
    let mut profiles = Profiles::r4();
    let trees: Vec<_> = definitions.iter().map(tree).collect();
    let refused = profiles.add_all(&trees.iter().map(Tree::root).collect::<Vec<_>>());
    assert_eq!(refused, []);
    let ask = Ask {
        profiles: &["http://x.org/a"],
        detail: Detail::Refusals,
    };
    let found = Validator::new(profiles).validate(tree(patient).root(), &ask);
    found.into_iter().map(|issue| issue.text).collect()
}

#[test]
fn profiles_that_ask_for_each_other_end() {
    let patient = json!({"resourceType": "Patient", "name": [{"family": "F"}]});
    let conforms = |name: &str, to: &str| {
        let expression = format!("conformsTo('http://x.org/{to}')");
        profile(
            name,
            "Patient",
            &rule("Patient", &["k".to_owned()], &expression),
        )
    };
    let texts = told(&[conforms("a", "b"), conforms("b", "a")], &patient);
    assert!(
        texts.iter().any(|text| text.starts_with(TOO_MUCH)),
        "{texts:?}"
    );
    // A name that must follow a profile of names, which asks that of itself.
    let names = json!([{"id": "Patient.name", "path": "Patient.name",
        "type": [{"code": "HumanName", "profile": ["http://x.org/n"]}]}]);
    let itself = json!([{"id": "HumanName", "path": "HumanName",
        "type": [{"code": "HumanName", "profile": ["http://x.org/n"]}]}]);
    let definitions = [
        profile("a", "Patient", &names),
        profile("n", "HumanName", &itself),
    ];
    let texts = told(&definitions, &patient);
    assert!(
        texts.iter().any(|text| text.starts_with(TOO_MUCH)),
        "{texts:?}"
    );
}

#[test]
fn a_profile_whose_slices_ask_for_it_ends() {
    let contained = json!([
        {"id": "Patient.contact", "path": "Patient.contact", "slicing": {"rules": "open",
            "discriminator": [{"type": "profile", "path": "name"}]}},
        {"id": "Patient.contact:c", "path": "Patient.contact", "sliceName": "c"},
        {"id": "Patient.contact:c.name", "path": "Patient.contact.name",
            "type": [{"code": "HumanName", "profile": ["http://x.org/n"]}]}]);
    let period = json!([
        {"id": "HumanName.extension", "path": "HumanName.extension", "slicing": {"rules": "open",
            "discriminator": [{"type": "profile", "path": "$this"}]}},
        {"id": "HumanName.extension:e", "path": "HumanName.extension", "sliceName": "e",
            "type": [{"code": "Extension", "profile": ["http://x.org/e"]}]}]);
    let extension = json!([
        {"id": "Extension.extension", "path": "Extension.extension", "slicing": {"rules": "open",
            "discriminator": [{"type": "profile", "path": "$this"}]}},
        {"id": "Extension.extension:e", "path": "Extension.extension", "sliceName": "e",
            "type": [{"code": "Extension", "profile": ["http://x.org/e"]}]}]);
    let mut nested = json!({"url": "http://x.org/e", "valueString": "x"});
    for _ in 0..20 {
        nested = json!({"url": "http://x.org/e", "extension": [nested.clone(), nested]});
        if nested.to_string().len() > 200_000 {
            break;
        }
    }
    let patient = json!({"resourceType": "Patient", "contact": [{"name": {"family": "F", "extension": [nested]}}]});
    let definitions = [
        profile("a", "Patient", &contained),
        profile("n", "HumanName", &period),
        profile("e", "Extension", &extension),
    ];
    let texts = told(&definitions, &patient);
    assert!(
        texts.iter().any(|text| text.contains("holds too much")),
        "{texts:?}"
    );
}

#[test]
fn a_thousand_costly_rules_cost_no_more_than_a_few() {
    let keys: Vec<_> = (0..1_000).map(|n| format!("k{n}")).collect();
    let bomb = "telecom.select(%resource.telecom.select(%resource.descendants())).count() >= 0";
    let telecom = vec![json!({"system": "phone", "value": "x"}); 40];
    let patient = json!({"resourceType": "Patient", "telecom": telecom});
    let texts = told(
        &[profile("a", "Patient", &rule("Patient", &keys, bomb))],
        &patient,
    );
    assert!(
        texts
            .iter()
            .any(|t| t.contains("takes more steps than it may")),
        "{texts:?}"
    );
}

#[test]
fn expressions_that_would_run_for_ever_end() {
    let name = vec![json!({"given": vec!["a"; 60]}); 60];
    let patient = json!({"resourceType": "Patient", "name": name});
    for expression in [
        // Each round finds something new.
        "name.given.repeat($this & 'a').empty()",
        "name.select(%resource.name.select(%resource.name.given)).isDistinct()",
        "name.given.aggregate($total & %resource.name.given.first() & $total, 'a').length() > 0",
    ] {
        let key = ["bomb".to_owned()];
        let texts = told(
            &[profile("a", "Patient", &rule("Patient", &key, expression))],
            &patient,
        );
        assert_eq!(texts.len(), 1, "{expression}: {texts:?}");
        assert!(
            texts
                .iter()
                .all(|t| t.starts_with("Patient is too large for bomb")),
            "{expression}: {texts:?}"
        );
    }
    // Patterns run in linear time, so this one is simply answered.
    let catastrophe = format!("'{}!'.matches('^(a+)+$')", "a".repeat(3_000));
    let key = ["slow".to_owned()];
    let texts = told(
        &[profile(
            "a",
            "Patient",
            &rule("Patient", &key, &catastrophe),
        )],
        &patient,
    );
    assert_eq!(texts, ["Patient must follow slow: h (profile a)"]);
}

/// A slicing of names by how they are used, into this many slices.
fn slices(count: usize) -> Value {
    let mut elements = vec![
        json!({"id": "Patient.name", "path": "Patient.name", "slicing": {
        "rules": "closed", "discriminator": [{"type": "value", "path": "text"}]}}),
    ];
    for number in 0..count {
        let id = format!("Patient.name:s{number}");
        let text = format!("{id}.text");
        elements.push(json!({"id": id, "path": "Patient.name", "sliceName": format!("s{number}")}));
        elements.push(
            json!({"id": text, "path": "Patient.name.text", "fixedString": format!("{number}")}),
        );
    }
    json!(elements)
}

#[test]
fn ten_thousand_slices_are_refused_and_as_many_as_there_may_be_end() {
    let mut profiles = Profiles::r4();
    let definition = tree(&profile("a", "Patient", &slices(10_000)));
    assert_eq!(
        profiles.add(definition.root()),
        Err(LoadFault::TooLarge(4_000))
    );
    let most = [profile("a", "Patient", &slices(1_999))];
    let one = json!({"resourceType": "Patient", "name": [{"text": "1998"}]});
    assert_eq!(told(&most, &one), Vec::<String>::new());
    let other = json!({"resourceType": "Patient", "name": [{"text": "other"}]});
    let texts = told(&most, &other);
    assert_eq!(
        texts,
        ["Patient.name[0] is none of the slices the profile allows (profile a)"]
    );
    let many = json!({"resourceType": "Patient", "name": vec![json!({"text": "other"}); 5_000]});
    let texts = told(&most, &many);
    assert_eq!(texts, [format!("{TOO_MUCH} (profile a)")]);
}

#[test]
fn huge_unions_end() {
    let name = vec![json!({"given": vec!["a"; 60]}); 60];
    let patient = json!({"resourceType": "Patient", "name": name});
    let key = ["huge".to_owned()];
    // The same again and again is the same.
    let long = vec!["descendants()"; 60].join(" | ");
    let long = format!("({long}).exists()");
    let definition = profile("a", "Patient", &rule("Patient", &key, &long));
    assert_eq!(told(&[definition], &patient), Vec::<String>::new());
    let endless = vec!["name"; 100_000].join(" | ");
    let definition = tree(&profile("a", "Patient", &rule("Patient", &key, &endless)));
    let refused = Profiles::r4().add(definition.root());
    assert!(
        matches!(refused, Err(LoadFault::Rule { .. })),
        "{refused:?}"
    );
}
