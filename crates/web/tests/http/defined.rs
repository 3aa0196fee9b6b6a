//! Search parameters that a practice defines itself, as an app sees them.

use cresset_store::Reindexed;
use serde_json::{Value, json};

use super::practice::Practice;

const ANN: &str = r#"{"resourceType":"Patient","id":"ann","extension":[{"url":"http://example.org/shoe-size","valueDecimal":38.5}]}"#;
const BEA: &str = r#"{"resourceType":"Patient","id":"bea","extension":[{"url":"http://example.org/shoe-size","valueDecimal":41}]}"#;
const SHOES: &str =
    "Patient.extension.where(url='http://example.org/shoe-size').value.ofType(decimal)";

fn definition() -> Value {
    json!({
        "resourceType": "SearchParameter",
        "id": "shoes",
        "url": "http://example.org/shoes",
        "name": "ShoeSize",
        "status": "active",
        "description": "Size of the shoe",
        "code": "shoe-size",
        "base": ["Patient"],
        "type": "number",
        "expression": SHOES,
    })
}

async fn stocked() -> Practice {
    let practice = Practice::open().await;
    for (id, body) in [("ann", ANN), ("bea", BEA)] {
        let answer = practice.ask(&format!("PUT /Patient/{id}"), body).await;
        assert_eq!(answer.status, 201, "{answer:?}");
    }
    practice
}

async fn define(practice: &Practice, definition: &Value) {
    let body = definition.to_string();
    let answer = practice.ask("PUT /SearchParameter/shoes", &body).await;
    assert!(answer.status.is_success(), "{answer:?}");
}

async fn index(practice: &Practice) {
    while practice.store.reindex().await.unwrap() == Reindexed::More {}
}

async fn ids(practice: &Practice, search: &str) -> Vec<String> {
    let answer = practice.ask(&format!("GET /{search}"), "").await;
    assert_eq!(answer.status, 200, "{search}: {answer:?}");
    let json = answer.json();
    let entries = json["entry"].as_array().cloned().unwrap_or_default();
    let ids = entries
        .iter()
        .map(|e| e["resource"]["id"].as_str().unwrap());
    ids.map(str::to_owned).collect()
}

/// What the capability statement says of the parameter.
async fn declared(practice: &Practice) -> Option<Value> {
    let statement = practice.ask("GET /metadata", "").await.json();
    let resources = statement["rest"][0]["resource"].as_array().unwrap();
    let patient = resources.iter().find(|r| r["type"] == "Patient").unwrap();
    let parameters = patient["searchParam"].as_array().unwrap();
    parameters
        .iter()
        .find(|p| p["name"] == "shoe-size")
        .cloned()
}

#[tokio::test]
async fn it_is_searched_by_once_everything_is_indexed() {
    let practice = stocked().await;
    let unknown = practice.ask("GET /Patient?shoe-size=gt40", "").await;
    assert_eq!(unknown.status, 400);
    assert_eq!(declared(&practice).await, None);
    define(&practice, &definition()).await;
    let early = practice.ask("GET /Patient?shoe-size=gt40", "").await;
    early.refuses(503, "The index of shoe-size is being built, 0 % are done");
    assert!(early.issues()[0].starts_with("incomplete "));
    let told = declared(&practice).await.unwrap();
    assert!(told["documentation"].as_str().unwrap().contains("0 %"));
    index(&practice).await;

    assert_eq!(ids(&practice, "Patient?shoe-size=gt40").await, ["bea"]);
    assert_eq!(ids(&practice, "Patient?shoe-size=38.5").await, ["ann"]);
    let sorted = ids(&practice, "Patient?_sort=-shoe-size").await;
    assert_eq!(sorted, ["bea", "ann"]);
    let told = declared(&practice).await.unwrap();
    let expected =
        json!({ "name": "shoe-size", "type": "number", "definition": "http://example.org/shoes" });
    assert_eq!(told, expected);
    let document = practice.ask("GET /openapi.json?_type=Patient", "").await;
    let document = document.json();
    let asked = document["paths"]["/Patient"]["get"]["parameters"].to_string();
    assert!(asked.contains("shoe-size"), "{asked}");
    // Everybody may read this document.
    assert!(!asked.contains(SHOES), "{asked}");

    // What comes later is there at once; what is taken back is unknown at once.
    let changed = ANN.replace("38.5", "44");
    assert_eq!(practice.ask("PUT /Patient/ann", &changed).await.status, 200);
    let large = ids(&practice, "Patient?shoe-size=gt40&_sort=_id").await;
    assert_eq!(large, ["ann", "bea"]);
    let gone = practice.ask("DELETE /SearchParameter/shoes", "").await;
    assert_eq!(gone.status, 204, "{gone:?}");
    let unknown = practice.ask("GET /Patient?shoe-size=gt40", "").await;
    unknown.refuses(400, "Patient has no search parameter 'shoe-size'");
    assert_eq!(declared(&practice).await, None);
}

#[tokio::test]
async fn other_practices_do_not_know_it() {
    let practice = stocked().await;
    define(&practice, &definition()).await;
    index(&practice).await;
    let theirs = practice.stranger("GET /other/fhir/metadata").await;
    assert!(!theirs.json().to_string().contains("shoe-size"));
    let ours = practice.stranger("GET /demo/fhir/metadata").await;
    assert!(ours.json().to_string().contains("shoe-size"));
}

/// An element, a value that makes the definition one that cannot be searched by, where that is told and
/// in which words.
fn wrong() -> Vec<(&'static str, Value, &'static str, &'static str)> {
    let code = |value, words| ("code", json!(value), "code", words);
    let expression = |value, words| ("expression", json!(value), "expression", words);
    vec![
        code("gender", "has a search parameter gender already"),
        code("shoe_size", "made of letters, digits and hyphens"),
        code("_shoe", "begins with a letter"),
        (
            "base",
            json!(["Resource"]),
            "base[0]",
            "Name each resource type",
        ),
        ("type", json!("special"), "type", "choose another type"),
        expression("Patient.name.where(", "The expression is wrong"),
        expression("Patient.birthplace", "gives nothing of Patient"),
        expression("Observation.value", "gives nothing of Patient"),
        expression("Patient.photo", "cannot find: Attachment"),
        expression("Patient.birthDate", "cannot find: date"),
        expression("Patient.birthDate.toString()", "must lead to elements"),
        expression("Patient.name.count()", "must lead to elements"),
        expression("Patient.name.exists()", "must lead to elements"),
        expression(
            "Patient.name.given.select(length())",
            "must lead to elements",
        ),
        expression("now()", "must lead to elements"),
        expression(
            "Patient.name.where(family.matches('a{9}'))",
            "matches() here is not supported",
        ),
        expression(
            "Patient.name.given.replaceMatches('a', 'b')",
            "replaceMatches() here is not supported",
        ),
    ]
}

/// Each is refused at the element, and nothing of it is stored.
#[tokio::test]
async fn what_cannot_be_searched_by_is_refused_at_its_element() {
    let practice = stocked().await;
    for (member, value, element, words) in wrong() {
        let mut definition = definition();
        definition[member] = value.clone();
        let body = definition.to_string();
        let answer = practice.ask("PUT /SearchParameter/shoes", &body).await;
        answer.refuses(422, words);
        let told = answer.json().to_string();
        let at = format!("\"SearchParameter.{element}\"");
        assert!(told.contains(&at), "{value}: {told}");
        let read = practice.ask("GET /SearchParameter/shoes", "").await;
        assert_eq!(read.status, 404);
    }
    let mut long = definition();
    long["expression"] = json!(format!("Patient.name{}", " | Patient.name".repeat(100)));
    let body = long.to_string();
    let refused = practice.ask("PUT /SearchParameter/shoes", &body).await;
    refused.refuses(422, "at most 1024 bytes");
    let mut of_trail = definition();
    of_trail["base"] = json!(["AuditEvent"]);
    of_trail["type"] = json!("token");
    of_trail["expression"] = json!("AuditEvent.outcome");
    let body = of_trail.to_string();
    let refused = practice.ask("PUT /SearchParameter/shoes", &body).await;
    refused.refuses(422, "The audit trail has the search parameters it has");
    assert!(practice.store.unindexed().defined().is_empty());
}

#[tokio::test]
async fn a_composite_is_made_of_parameters_the_server_has() {
    let practice = Practice::open().await;
    let observation = r#"{"resourceType":"Observation","id":"o","status":"final","code":{"coding":[{"code":"8867-4"}]},"method":{"coding":[{"code":"m"}]}}"#;
    let put = practice.ask("PUT /Observation/o", observation).await;
    assert_eq!(put.status, 201, "{put:?}");
    let mut composite = definition();
    for (member, value) in [
        ("code", json!("code-method")),
        ("base", json!(["Observation"])),
        ("type", json!("composite")),
        ("expression", json!("Observation")),
        (
            "component",
            json!([
                { "definition": "http://hl7.org/fhir/SearchParameter/clinical-code", "expression": "code" },
                { "definition": "http://example.org/nobody", "expression": "method" },
            ]),
        ),
    ] {
        composite[member] = value;
    }
    let refused = practice
        .ask("PUT /SearchParameter/shoes", &composite.to_string())
        .await;
    refused.refuses(
        422,
        "none of the search parameters this server has of its own",
    );
    assert!(
        refused
            .json()
            .to_string()
            .contains("SearchParameter.component[1].definition")
    );
    composite["component"][1]["definition"] =
        json!("http://hl7.org/fhir/SearchParameter/Observation-method");
    define(&practice, &composite).await;
    index(&practice).await;
    assert_eq!(
        ids(&practice, "Observation?code-method=8867-4$m").await,
        ["o"]
    );
    assert_eq!(
        ids(&practice, "Observation?code-method=8867-4$n").await,
        [""; 0]
    );
}

#[tokio::test]
async fn definitions_that_define_nothing_are_documents() {
    let practice = stocked().await;
    let mut draft = definition();
    draft["status"] = json!("draft");
    draft["code"] = json!("gender");
    define(&practice, &draft).await;
    let mut own = definition();
    own["code"] = json!("gender");
    own["type"] = json!("token");
    own["url"] = json!("http://hl7.org/fhir/SearchParameter/individual-gender");
    own["expression"] = json!("Patient.gender");
    define(&practice, &own).await;
    assert!(practice.store.unindexed().defined().is_empty());
}

/// Whoever loads the definitions of a guide beside its examples finds them as they were.
#[tokio::test]
async fn definitions_of_guides_are_documents_where_the_server_has_the_parameter() {
    let practice = stocked().await;
    let of_guide = |url: &str, code: &str, base: &str, expression: &str| {
        let mut definition = definition();
        for (member, value) in [
            ("url", url),
            ("code", code),
            ("type", "token"),
            ("expression", expression),
        ] {
            definition[member] = json!(value);
        }
        definition["base"] = json!([base]);
        definition
    };
    let guide = "http://hl7.org/fhir/us/core/SearchParameter/us-core-patient-gender";
    let of_us_core = of_guide(guide, "gender", "Patient", "Patient.gender.matches('a')");
    define(&practice, &of_us_core).await;
    let mut derived = of_guide(
        "http://example.org/x",
        "gender",
        "Patient",
        "Patient.gender",
    );
    let body = derived.to_string();
    let refused = practice.ask("PUT /SearchParameter/shoes", &body).await;
    refused.refuses(422, "has a search parameter gender already");
    derived["derivedFrom"] = json!("http://hl7.org/fhir/SearchParameter/individual-gender");
    define(&practice, &derived).await;
    let of_all = "http://hl7.org/fhir/SearchParameter/Resource-id";
    define(
        &practice,
        &of_guide(of_all, "_id", "Resource", "Resource.id"),
    )
    .await;
    assert!(practice.store.unindexed().defined().is_empty());
    let read = practice.ask("GET /SearchParameter/shoes", "").await;
    assert_eq!(read.status, 200);
}

/// What asks whether something is missing has an answer for those where it is.
#[tokio::test]
async fn what_is_missing_is_found_by_its_absence() {
    let practice = stocked().await;
    let photo = r#"{"resourceType":"Patient","id":"cleo","photo":[{"title":"x"}]}"#;
    let put = practice.ask("PUT /Patient/cleo", photo).await;
    assert_eq!(put.status, 201, "{put:?}");
    for (expression, yes, no) in [
        ("Patient.photo.empty()", vec!["ann", "bea"], vec!["cleo"]),
        ("Patient.photo.exists()", vec!["cleo"], vec!["ann", "bea"]),
        (
            "Patient.photo.exists().not()",
            vec!["ann", "bea"],
            vec!["cleo"],
        ),
        (
            "Patient.photo.all(title = 'y')",
            vec!["ann", "bea"],
            vec!["cleo"],
        ),
    ] {
        let mut asked = definition();
        asked["type"] = json!("token");
        asked["expression"] = json!(expression);
        define(&practice, &asked).await;
        index(&practice).await;
        for (value, expected) in [("true", yes), ("false", no)] {
            let search = format!("Patient?shoe-size={value}&_sort=_id");
            assert_eq!(ids(&practice, &search).await, expected, "{expression}");
        }
    }
}

#[tokio::test]
async fn one_parameter_leaves_so_many_rows_of_a_resource() {
    let practice = Practice::open().await;
    let mut given = definition();
    given["type"] = json!("string");
    given["expression"] = json!("Patient.contact.name.given");
    define(&practice, &given).await;
    index(&practice).await;
    let names: Vec<String> = (0..1_500).map(|n| format!("g{n}")).collect();
    let many = json!({ "resourceType": "Patient", "id": "many", "contact": [{ "name": { "given": names } }] });
    let put = practice.ask("PUT /Patient/many", &many.to_string()).await;
    assert_eq!(put.status, 201, "{put:?}");
    assert_eq!(ids(&practice, "Patient?shoe-size:exact=g9").await, ["many"]);
    let last = ids(&practice, "Patient?shoe-size:exact=g1499").await;
    assert_eq!(last, [""; 0]);
}

#[tokio::test]
async fn a_code_is_defined_once() {
    let practice = stocked().await;
    define(&practice, &definition()).await;
    let mut second = definition();
    second["id"] = json!("second");
    let body = second.to_string();
    let refused = practice.ask("PUT /SearchParameter/second", &body).await;
    refused.refuses(409, "Another SearchParameter defines");
    let read = practice.ask("GET /SearchParameter/second", "").await;
    assert_eq!(read.status, 404);
}

/// An expression that never ends for a client costs a write so many steps and no more.
#[tokio::test]
async fn an_expression_that_takes_too_long_has_no_value() {
    let practice = stocked().await;
    let mut endless = definition();
    endless["type"] = json!("token");
    endless["expression"] = json!(
        "Patient.descendants().select($this.descendants().count() > descendants().descendants().count()).exists()"
    );
    define(&practice, &endless).await;
    let names: Vec<Value> = (0..500)
        .map(|n| json!({ "given": [format!("g{n}")] }))
        .collect();
    let large = json!({ "resourceType": "Patient", "id": "large", "name": names });
    let put = practice.ask("PUT /Patient/large", &large.to_string()).await;
    assert_eq!(put.status, 201, "{put:?}");
    index(&practice).await;
    let without = ids(&practice, "Patient?shoe-size:missing=true&_count=10").await;
    assert!(without.contains(&"large".to_owned()), "{without:?}");
}
