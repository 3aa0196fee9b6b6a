//! Terminology operations over what is built in and what is stored.

use cresset_store::LoadedSystem;
use cresset_store::code_systems::{CodeSystemLoader, Row};
use serde_json::Value;

use super::practice::Practice;

const GENDER: &str = "http://hl7.org/fhir/ValueSet/administrative-gender";
const COLOURS: &str = r#"{"resourceType":"CodeSystem","id":"colours","url":"http://example.org/colours","version":"2","name":"Colours","status":"active","content":"complete","concept":[{"code":"red","display":"Red","definition":"Like blood","concept":[{"code":"scarlet","display":"Scarlet"}]},{"code":"blue","display":"Blue"}]}"#;
const WARM: &str = r#"{"resourceType":"ValueSet","id":"warm","url":"http://example.org/warm","name":"Warm","status":"draft","compose":{"include":[{"system":"http://example.org/colours","filter":[{"property":"concept","op":"is-a","value":"red"}]},{"system":"http://hl7.org/fhir/administrative-gender","concept":[{"code":"male"}]},{"valueSet":["http://hl7.org/fhir/ValueSet/administrative-gender"]}],"exclude":[{"system":"http://hl7.org/fhir/administrative-gender","concept":[{"code":"unknown"}]}]}}"#;
const MAP: &str = r#"{"resourceType":"ConceptMap","id":"m","url":"http://example.org/m","status":"active","group":[{"source":"http://example.org/colours","target":"http://example.org/paint","element":[{"code":"red","target":[{"code":"R1","display":"Paint red","equivalence":"equivalent"},{"code":"R9","equivalence":"unmatched"}]}]}]}"#;

async fn stocked() -> Practice {
    let practice = Practice::open().await;
    for (line, body) in [
        ("PUT /CodeSystem/colours", COLOURS),
        ("PUT /ValueSet/warm", WARM),
        ("PUT /ConceptMap/m", MAP),
    ] {
        let answer = practice.ask(line, body).await;
        assert_eq!(answer.status, 201, "{answer:?}");
    }
    practice
}

/// `system|code display` of every member.
fn members(set: &Value) -> Vec<String> {
    let contains = set["expansion"]["contains"].as_array();
    contains
        .into_iter()
        .flatten()
        .map(|c| {
            format!(
                "{} {}",
                c["code"].as_str().unwrap(),
                c["display"].as_str().unwrap_or("-")
            )
        })
        .collect()
}

/// `name=value` of every parameter that is not made of parts.
fn told(answer: &Value) -> Vec<String> {
    assert_eq!(answer["resourceType"], "Parameters", "{answer}");
    let parameters = answer["parameter"].as_array().unwrap().iter();
    let plain = parameters.filter(|p| p.get("part").is_none());
    plain
        .map(|p| {
            let value = p
                .as_object()
                .unwrap()
                .iter()
                .find(|(name, _)| name.starts_with("value"));
            format!("{}={}", p["name"].as_str().unwrap(), value.unwrap().1)
        })
        .collect()
}

#[tokio::test]
async fn value_sets_are_expanded() {
    let practice = stocked().await;
    let set = practice
        .ask(&format!("GET /ValueSet/$expand?url={GENDER}"), "")
        .await
        .json();
    assert_eq!(
        members(&set),
        [
            "female Female",
            "male Male",
            "other Other",
            "unknown Unknown"
        ]
    );
    assert_eq!(
        (set["url"].as_str(), set["expansion"]["total"].as_u64()),
        (Some(GENDER), Some(4))
    );
    let line = format!("GET /ValueSet/$expand?url={GENDER}&filter=MALE&offset=1&count=1");
    let page = practice.ask(&line, "").await.json();
    assert_eq!(members(&page), ["male Male"]);
    assert_eq!(page["expansion"]["offset"], 1);
    assert_eq!(page["expansion"]["total"], 2);
    for line in [
        "GET /ValueSet/warm/$expand",
        "GET /ValueSet/$expand?url=http://example.org/warm",
    ] {
        let set = practice.ask(line, "").await.json();
        assert_eq!(
            members(&set),
            [
                "red Red",
                "scarlet Scarlet",
                "female Female",
                "male Male",
                "other Other"
            ],
            "{line}"
        );
        assert_eq!(set["status"], "draft");
    }
    let body = format!(
        r#"{{"resourceType":"Parameters","parameter":[{{"name":"valueSet","resource":{WARM}}},{{"name":"count","valueInteger":1}}]}}"#
    );
    let set = practice.ask("POST /ValueSet/$expand", &body).await.json();
    assert_eq!(members(&set), ["red Red"]);
}

#[tokio::test]
async fn what_cannot_be_expanded_says_why() {
    let practice = stocked().await;
    let check = async |line: &str, status: u16, words: &str| {
        practice.ask(line, "").await.refuses(status, words);
    };
    check("GET /ValueSet/$expand", 400, "The parameter url is missing").await;
    check(
        "GET /ValueSet/$expand?url=http://example.org/none",
        404,
        "The value set 'http://example.org/none' is not loaded here",
    )
    .await;
    check("GET /ValueSet/none/$expand", 404, "none").await;
    check(
        &format!("GET /ValueSet/$expand?url={GENDER}&count=x"),
        400,
        "count must be a whole number",
    )
    .await;
    check(
        &format!("GET /ValueSet/$expand?url={GENDER}&displayLanguage=de"),
        400,
        "does not take a parameter 'displayLanguage'",
    )
    .await;
    check(
        &format!("GET /ValueSet/$expand?url={GENDER}&includeDesignations=true"),
        400,
        "may be false only",
    )
    .await;
    practice
        .ask("POST /ValueSet/$expand", r#"{"resourceType":"Patient"}"#)
        .await
        .refuses(400, "Parameters resource");
    let itself = r#"{"resourceType":"ValueSet","id":"loop","url":"http://example.org/loop","status":"active","compose":{"include":[{"valueSet":["http://example.org/loop"]}]}}"#;
    practice.ask("PUT /ValueSet/loop", itself).await;
    check("GET /ValueSet/loop/$expand", 422, "in a circle").await;
    let part = r#"{"resourceType":"ValueSet","id":"part","status":"active","compose":{"include":[{"system":"http://snomed.info/sct"}]}}"#;
    practice.ask("PUT /ValueSet/part", part).await;
    check(
        "GET /ValueSet/part/$expand",
        404,
        "The code system 'http://snomed.info/sct' is not loaded here",
    )
    .await;
}

#[tokio::test]
async fn codes_are_validated() {
    let practice = stocked().await;
    let check = async |line: String, expect: &[&str]| {
        let answer = practice.ask(&line, "").await.json();
        assert_eq!(told(&answer), expect, "{line}");
    };
    let of_set = |rest: &str| format!("GET /ValueSet/$validate-code?url={GENDER}&{rest}");
    let system = "system=http://hl7.org/fhir/administrative-gender";
    check(
        of_set(&format!("{system}&code=male")),
        &["result=true", "display=\"Male\""],
    )
    .await;
    check(
        of_set(&format!("{system}&code=Male")),
        &[
            "result=false",
            "message=\"The code is not in the value set\"",
        ],
    )
    .await;
    check(
        of_set(&format!("{system}&code=male&display=Man")),
        &[
            "result=false",
            "message=\"The display is not the one of this code\"",
            "display=\"Male\"",
        ],
    )
    .await;
    let of_system = |rest: &str| format!("GET /CodeSystem/$validate-code?{rest}");
    check(
        of_system("url=http://example.org/colours&code=red"),
        &["result=true", "display=\"Red\""],
    )
    .await;
    check(
        of_system("url=http://example.org/colours&code=green"),
        &[
            "result=false",
            "message=\"The code is not in the code system\"",
        ],
    )
    .await;
    check(
        "GET /CodeSystem/colours/$validate-code?code=blue".to_owned(),
        &["result=true", "display=\"Blue\""],
    )
    .await;
    practice
        .ask(&of_set("code=male"), "")
        .await
        .refuses(400, "Name the system of the code");
    practice
        .ask(&of_set(""), "")
        .await
        .refuses(400, "Name the code");
    let concept = format!(
        r#"{{"resourceType":"Parameters","parameter":[{{"name":"url","valueUri":"{GENDER}"}},{{"name":"codeableConcept","valueCodeableConcept":{{"coding":[{{"system":"http://x","code":"m"}},{{"system":"http://hl7.org/fhir/administrative-gender","code":"female"}}]}}}}]}}"#
    );
    let answer = practice
        .ask("POST /ValueSet/$validate-code", &concept)
        .await
        .json();
    assert_eq!(told(&answer), ["result=true", "display=\"Female\""]);
}

#[tokio::test]
async fn codes_are_looked_up_and_compared() {
    let practice = stocked().await;
    let found = practice
        .ask(
            "GET /CodeSystem/$lookup?system=http://example.org/colours&code=scarlet",
            "",
        )
        .await
        .json();
    assert_eq!(
        told(&found),
        ["name=\"Colours\"", "version=\"2\"", "display=\"Scarlet\""]
    );
    assert_eq!(found["parameter"][3]["part"][1]["valueCode"], "red");
    let clinical = "http://terminology.hl7.org/CodeSystem/condition-clinical";
    let line = format!("GET /CodeSystem/$lookup?system={clinical}&code=relapse");
    assert_eq!(
        told(&practice.ask(&line, "").await.json())[2],
        "display=\"Relapse\""
    );
    practice
        .ask(
            "GET /CodeSystem/$lookup?system=http://loinc.org&code=1-8",
            "",
        )
        .await
        .refuses(404, "'http://loinc.org' is not loaded here");
    practice
        .ask(
            &format!("GET /CodeSystem/$lookup?system={clinical}&code=x"),
            "",
        )
        .await
        .refuses(404, "does not have this code");
    let check = async |a: &str, b: &str, expect: &str| {
        let line = format!("GET /CodeSystem/$subsumes?system={clinical}&codeA={a}&codeB={b}");
        let answer = practice.ask(&line, "").await.json();
        assert_eq!(told(&answer), [format!("outcome=\"{expect}\"")], "{a} {b}");
    };
    check("active", "relapse", "subsumes").await;
    check("relapse", "active", "subsumed-by").await;
    check("active", "active", "equivalent").await;
    check("relapse", "inactive", "not-subsumed").await;
    let stored = practice
        .ask(
            "GET /CodeSystem/colours/$subsumes?codeA=red&codeB=scarlet",
            "",
        )
        .await
        .json();
    assert_eq!(told(&stored), ["outcome=\"subsumes\""]);
    practice
        .ask(
            &format!("GET /CodeSystem/$subsumes?system={clinical}&codeA=active&codeB=x"),
            "",
        )
        .await
        .refuses(404, "both codes");
}

#[tokio::test]
async fn codes_are_translated() {
    let mut practice = stocked().await;
    let lines = [
        "GET /ConceptMap/$translate?url=http://example.org/m&system=http://example.org/colours&code=red",
        "GET /ConceptMap/m/$translate?system=http://example.org/colours&code=red",
        "GET /ConceptMap/$translate?system=http://example.org/colours&code=red&targetsystem=http://example.org/paint",
    ];
    for line in lines {
        let answer = practice.ask(line, "").await.json();
        assert_eq!(told(&answer), ["result=true"], "{line}");
        let first = &answer["parameter"][1]["part"];
        assert_eq!(first[0]["valueCode"], "equivalent");
        assert_eq!(first[1]["valueCoding"]["code"], "R1");
        assert_eq!(first[2]["valueUri"], "http://example.org/m");
    }
    let back = practice
        .ask(
            "GET /ConceptMap/m/$translate?system=http://example.org/paint&code=R1&reverse=true",
            "",
        )
        .await
        .json();
    assert_eq!(
        back["parameter"][1]["part"][1]["valueCoding"]["code"],
        "red"
    );
    let none = practice
        .ask(
            "GET /ConceptMap/m/$translate?system=http://example.org/colours&code=blue",
            "",
        )
        .await
        .json();
    assert_eq!(told(&none)[0], "result=false");
    practice
        .ask(
            "GET /ConceptMap/$translate?url=http://example.org/x&system=a&code=b",
            "",
        )
        .await
        .refuses(404, "is not loaded here");
    // Whoever may not search the maps has none; the tables of R4 are everybody's.
    practice.token = practice.token_for("system/Patient.rs").await;
    practice
        .ask(lines[0], "")
        .await
        .refuses(404, "is not loaded here");
    let known = practice
        .ask(&format!("GET /ValueSet/$expand?url={GENDER}"), "")
        .await;
    assert_eq!(known.status, 200);
    practice
        .ask("GET /ValueSet/warm/$expand", "")
        .await
        .refuses(403, "ValueSet");
}

const SNOMED: &str = "http://snomed.info/sct";

/// A system of 30,000 codes below `top`, of which `odd` stands above every second one.
fn load_release(practice: &Practice) {
    let parent = |code: &str, parent: &str| Row::Parent {
        code: code.to_owned(),
        parent: parent.to_owned(),
    };
    let concept = |code: &str| Row::Concept {
        code: code.to_owned(),
        active: code != "n7",
    };
    let mut rows = vec![concept("top"), concept("odd"), parent("odd", "top")];
    rows.push(Row::Display {
        code: "n7".to_owned(),
        text: "Seven (number)".to_owned(),
        rank: 0,
    });
    for n in 0..30_000 {
        let code = format!("n{n}");
        rows.push(concept(&code));
        rows.push(parent(&code, if n % 3000 == 7 { "odd" } else { "top" }));
    }
    let mut loader = practice.directory.code_system_loader().unwrap();
    let system = LoadedSystem {
        url: SNOMED.to_owned(),
        name: "SNOMED CT".to_owned(),
        version: Some("20260101".to_owned()),
    };
    loader.begin(&system).unwrap();
    loader.keep(&rows, ("a", "", 1)).unwrap();
    loader.finish().unwrap();
}

/// A value set of what passes one filter of the release.
fn filtered(op: &str, value: &str) -> String {
    format!(
        r#"{{"resourceType":"Parameters","parameter":[{{"name":"valueSet","resource":{{"resourceType":"ValueSet","status":"draft","compose":{{"include":[{{"system":"{SNOMED}","filter":[{{"property":"concept","op":"{op}","value":"{value}"}}]}}]}}}}}},{{"name":"coding","valueCoding":{{"system":"{SNOMED}","code":"n7"}}}}]}}"#
    )
}

#[tokio::test]
async fn a_loaded_release_is_looked_up_and_subsumes() {
    let practice = Practice::open().await;
    let line = format!("GET /CodeSystem/$lookup?system={SNOMED}&code=n7");
    practice
        .ask(&line, "")
        .await
        .refuses(404, "is not loaded here");
    load_release(&practice);
    let found = practice.ask(&line, "").await.json();
    assert_eq!(
        told(&found),
        [
            "name=\"SNOMED CT\"",
            "version=\"20260101\"",
            "display=\"Seven (number)\""
        ]
    );
    assert_eq!(
        found["parameter"][3]["part"][1]["valueBoolean"], true,
        "{found}"
    );
    assert_eq!(
        found["parameter"][4]["part"][1]["valueCode"], "odd",
        "{found}"
    );
    for (a, b, outcome) in [
        ("top", "n7", "subsumes"),
        ("n7", "odd", "subsumed-by"),
        ("odd", "n8", "not-subsumed"),
    ] {
        let line = format!("GET /CodeSystem/$subsumes?system={SNOMED}&codeA={a}&codeB={b}");
        let answer = practice.ask(&line, "").await.json();
        assert_eq!(told(&answer), [format!("outcome=\"{outcome}\"")]);
    }
    // A synonym is as right as the one name that is kept.
    let line = format!("GET /CodeSystem/$validate-code?url={SNOMED}&code=n7&display=Seven");
    let answer = practice.ask(&line, "").await.json();
    assert_eq!(told(&answer)[0], "result=true");
    let line = format!("GET /CodeSystem/$validate-code?url={SNOMED}|20250101&code=n7");
    practice
        .ask(&line, "")
        .await
        .refuses(404, "is not loaded here");
}

#[tokio::test]
async fn value_sets_over_a_loaded_release_are_judged_without_listing_them() {
    let practice = Practice::open().await;
    load_release(&practice);
    let coding =
        format!(r#",{{"name":"coding","valueCoding":{{"system":"{SNOMED}","code":"n7"}}}}"#);
    for (op, value, result) in [
        ("is-a", "top", true),
        ("descendent-of", "odd", true),
        ("is-not-a", "odd", false),
        ("in", "n1,n7", true),
    ] {
        let body = filtered(op, value);
        let answer = practice.ask("POST /ValueSet/$validate-code", &body).await;
        assert_eq!(told(&answer.json())[0], format!("result={result}"), "{op}");
    }
    let expand = |op, value| filtered(op, value).replace(&coding, "");
    let few = practice
        .ask("POST /ValueSet/$expand", &expand("is-a", "odd"))
        .await;
    let few = members(&few.json());
    assert_eq!(few.len(), 11, "{few:?}");
    assert!(few.contains(&"n7 Seven (number)".to_owned()));
    practice
        .ask("POST /ValueSet/$expand", &expand("is-a", "top"))
        .await
        .refuses(422, "more than 20000 codes");
}
