//! Searches by sets of codes, and expressions, as an app asks them.

use super::practice::Practice;

const COLOURS: &str = r#"{"resourceType":"CodeSystem","id":"colours","url":"http://example.org/colours","status":"active","content":"complete","concept":[{"code":"red","concept":[{"code":"scarlet"}]},{"code":"blue"}]}"#;
const WARM: &str = r#"{"resourceType":"ValueSet","id":"warm","url":"http://example.org/warm","status":"active","compose":{"include":[{"system":"http://example.org/colours","filter":[{"property":"concept","op":"is-a","value":"red"}]}]}}"#;

async fn stocked() -> Practice {
    let practice = Practice::open().await;
    let observation = |id: &str, code: &str| {
        format!(
            r#"{{"resourceType":"Observation","id":"{id}","status":"final","code":{{"coding":[{{"system":"http://example.org/colours","code":"{code}"}}]}}}}"#
        )
    };
    let mut bodies = vec![
        ("CodeSystem/colours".to_owned(), COLOURS.to_owned()),
        ("ValueSet/warm".to_owned(), WARM.to_owned()),
    ];
    for code in ["red", "scarlet", "blue"] {
        bodies.push((format!("Observation/{code}"), observation(code, code)));
    }
    for (path, body) in bodies {
        let answer = practice.ask(&format!("PUT /{path}"), &body).await;
        assert_eq!(answer.status, 201, "{answer:?}");
    }
    practice
}

async fn check(practice: &Practice, search: &str, expect: &[&str]) {
    let answer = practice.ask(&format!("GET /{search}"), "").await;
    assert_eq!(answer.status, 200, "{search}: {answer:?}");
    let bundle = answer.json();
    let entries = bundle["entry"].as_array().into_iter().flatten();
    let ids: Vec<&str> = entries
        .map(|e| e["resource"]["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, expect, "{search}");
}

async fn refuse(practice: &Practice, search: &str, expect: &str) {
    let answer = practice.ask(&format!("GET /{search}"), "").await;
    assert_eq!(answer.status, 400, "{search}: {answer:?}");
    let text = answer.json()["issue"][0]["details"]["text"].clone();
    assert_eq!(text, expect, "{search}");
}

#[tokio::test]
async fn sets_of_codes_are_looked_up() {
    let practice = stocked().await;
    let colours = "http://example.org/colours%7C";
    for (search, expect) in [
        (
            "Observation?code:in=http://example.org/warm".to_owned(),
            vec!["red", "scarlet"],
        ),
        (
            "Observation?code:in=ValueSet/warm".to_owned(),
            vec!["red", "scarlet"],
        ),
        (
            "Observation?code:not-in=http://example.org/warm".to_owned(),
            vec!["blue"],
        ),
        (
            format!("Observation?code:below={colours}red"),
            vec!["red", "scarlet"],
        ),
        (
            format!("Observation?code:above={colours}scarlet"),
            vec!["red", "scarlet"],
        ),
        (format!("Observation?code:above={colours}red"), vec!["red"]),
        (
            format!("Observation?_filter=code%20ss%20{colours}red%20and%20not%20(code%20eq%20red)"),
            vec!["scarlet"],
        ),
        (
            "Observation?_filter=code%20ni%20http://example.org/warm".to_owned(),
            vec!["blue"],
        ),
        (
            "Observation?status:in=http://hl7.org/fhir/ValueSet/observation-status&code=blue"
                .to_owned(),
            vec!["blue"],
        ),
        (
            "?_type=Observation&_filter=code%20eq%20blue".to_owned(),
            vec!["blue"],
        ),
    ] {
        check(&practice, &search, &expect).await;
    }
}

#[tokio::test]
async fn what_is_not_loaded_is_no_empty_set() {
    let practice = stocked().await;
    refuse(
        &practice,
        "Observation?code:not-in=http://example.org/none",
        "The value set 'http://example.org/none' is not loaded here",
    )
    .await;
    refuse(
        &practice,
        "Observation?code:below=http://example.org/colours%7Cgreen",
        "The code is not in what is loaded of its code system",
    )
    .await;
    refuse(
        &practice,
        "Patient?_filter=gender%20is%20male",
        "Search parameter '_filter', character 8: gender takes no 'is' here but eq, ne, in, ni, ss, sb, pr.",
    )
    .await;
    let known = "administrative-gender observation-status name-use address-use address-type bundle-type \
        contact-point-system contact-point-use identifier-use link-type narrative-status http-verb \
        publication-status request-status request-intent event-status quantity-comparator";
    let many: Vec<String> = known
        .split(' ')
        .filter(|name| !name.is_empty())
        .map(|name| format!("code:in=http://hl7.org/fhir/ValueSet/{name}"))
        .collect();
    assert_eq!(many.len(), 17);
    refuse(
        &practice,
        &format!("Observation?{}", many.join("&")),
        "A search names at most 16 value sets and hierarchies",
    )
    .await;
}
