//! `Allergen`, which R4 does not have.

use serde_json::{Value, json};

use super::super::practice::{HOST, Practice};
use super::{canvas, read, stored};

const RXNORM: &str = "http://www.nlm.nih.gov/research/umls/rxnorm";

fn substance(id: &str, category: &str, code: &str, display: &str) -> String {
    json!({
        "resourceType": "Substance", "id": id, "status": "active",
        "category": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/substance-category", "code": category}]}],
        "code": {"coding": [
            {"system": "http://www.fdbhealth.com/", "code": id, "display": display},
            {"system": RXNORM, "code": code, "display": display}
        ]}
    })
    .to_string()
}

/// A practice with three allergens and something that is none.
async fn supplied() -> Practice {
    let practice = canvas().await;
    let substances = [
        substance("fdb-1", "allergen", "7980", "penicillin G"),
        substance("fdb-2", "allergen", "7984", "penicillin V"),
        substance("fdb-3", "allergen", "1191", "aspirin <81 mg>"),
        substance("soap", "chemical", "7980", "penicillin soap"),
    ];
    let substances = substances.each_ref().map(String::as_bytes);
    practice.import(&substances).await;
    practice
}

async fn found(practice: &Practice, query: &str) -> Vec<String> {
    let answer = practice.ask(&format!("GET /Allergen?{query}"), "").await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let page = answer.json();
    let entries = page["entry"].as_array().into_iter().flatten();
    let mut ids: Vec<_> = entries
        .map(|entry| entry["resource"]["id"].as_str().unwrap().to_owned())
        .collect();
    ids.sort();
    ids
}

#[tokio::test]
async fn an_allergen_is_read_with_its_two_codings_and_a_generated_text() {
    let practice = supplied().await;
    let allergen = read(&practice, "Allergen/fdb-3").await;
    assert_eq!(allergen["resourceType"], "Allergen");
    assert_eq!(allergen["text"]["status"], "generated");
    assert_eq!(
        allergen["text"]["div"],
        "<div xmlns=\"http://www.w3.org/1999/xhtml\">aspirin &lt;81 mg&gt;</div>"
    );
    assert_eq!(allergen["code"]["coding"].as_array().unwrap().len(), 2);
    for nothing in ["soap", "none"] {
        let answer = practice.ask(&format!("GET /Allergen/{nothing}"), "").await;
        answer.refuses(
            404,
            &format!("not-found Unknown Allergen resource '{nothing}'"),
        );
    }
}

#[tokio::test]
async fn a_search_by_code_names_rxnorm_or_snomed() {
    let practice = supplied().await;
    assert_eq!(
        found(&practice, &format!("code={RXNORM}|7980")).await,
        ["fdb-1"]
    );
    for query in ["code=7980", "code=http://www.fdbhealth.com/|fdb-1"] {
        let answer = practice.ask(&format!("GET /Allergen?{query}"), "").await;
        answer.refuses(400, "value Search parameter 'code': Give system|code");
    }
}

#[tokio::test]
async fn a_search_carries_code_or_text() {
    let practice = supplied().await;
    for query in ["", "?_count=5"] {
        let answer = practice.ask(&format!("GET /Allergen{query}"), "").await;
        answer.refuses(400, "required A search of Allergen needs code or _text");
    }
    let answer = practice.ask("GET /Allergen?status=active", "").await;
    answer.refuses(400, "A search of Allergen takes code, _text and _id");
}

#[tokio::test]
async fn a_search_by_text_finds_a_part_of_the_name_whatever_its_case() {
    let practice = supplied().await;
    assert_eq!(found(&practice, "_text=ICILLIN").await, ["fdb-1", "fdb-2"]);
    assert_eq!(found(&practice, "_text=81").await, ["fdb-3"]);
    assert!(found(&practice, "_text=soap").await.is_empty());
    let page = practice
        .ask("GET /Allergen?_text=icillin&_count=1&_sort=_id", "")
        .await
        .json();
    assert_eq!(
        page["entry"][0]["fullUrl"],
        format!("{HOST}/demo/fhir/Allergen/fdb-1")
    );
    let links = page["link"].as_array().unwrap();
    let next = links
        .iter()
        .find(|link| link["relation"] == "next")
        .unwrap();
    let next = next["url"].as_str().unwrap();
    let path = next.strip_prefix(&format!("{HOST}/demo/fhir")).unwrap();
    let page = practice.ask(&format!("GET {path}"), "").await.json();
    assert_eq!(page["entry"][0]["resource"]["id"], "fdb-2");
    let form = practice
        .request("POST /Allergen/_search", "")
        .header("content-type", "application/x-www-form-urlencoded");
    let body = axum::body::Body::from("_text=aspirin");
    let answer = practice.send(form.body(body).unwrap()).await;
    assert_eq!(answer.json()["total"], 1, "{answer:?}");
}

#[tokio::test]
async fn its_scope_gives_allergens_and_nothing_else() {
    let mut practice = supplied().await;
    let mut app = practice.registered_app().await;
    app.scopes = "system/Allergen.read system/Patient.rs".to_owned();
    practice.store.update_app(app, None).await.unwrap();
    practice.token = practice.token_for("system/Allergen.read").await;
    assert_eq!(found(&practice, "_text=penicillin").await.len(), 2);
    let page = practice.ask("GET /Substance", "").await.json();
    assert_eq!(page["total"], 3, "the one that is no allergen is not shown");
    let answer = practice.ask("GET /Patient", "").await;
    assert_eq!(answer.status, 403);
    practice.token = practice.token_for("system/Patient.rs").await;
    for address in ["/Allergen/fdb-1", "/Allergen?_text=penicillin"] {
        let answer = practice.ask(&format!("GET {address}"), "").await;
        answer.refuses(403, "on Allergen");
    }
}

#[tokio::test]
async fn it_is_read_only_and_belongs_to_this_set_alone() {
    let practice = canvas().await;
    for line in [
        "POST /Allergen",
        "PUT /Allergen/fdb-1",
        "PATCH /Allergen/fdb-1",
        "DELETE /Allergen/fdb-1",
    ] {
        let answer = practice.ask(line, "").await;
        answer.refuses(405, "not-supported Operation is not supported");
    }
    let plain = Practice::open().await;
    let answer = plain.ask("GET /Allergen?_text=penicillin", "").await;
    answer.refuses(404, "Unknown resource type 'Allergen'");
    let stranger = practice.stranger("GET /demo/fhir/Allergen/fdb-1").await;
    assert_eq!(stranger.status, 401);
}

#[tokio::test]
async fn what_it_gives_is_what_an_allergy_is_created_with() {
    let practice = supplied().await;
    let code: Value = read(&practice, "Allergen/fdb-1").await["code"].clone();
    let allergy = json!({
        "resourceType": "AllergyIntolerance", "type": "allergy", "patient": {"reference": "Patient/1"},
        "clinicalStatus": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical", "code": "active"}]},
        "verificationStatus": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification", "code": "confirmed"}]},
        "code": code
    });
    assert_eq!(stored(&practice, &allergy).await["code"], code);
}

#[tokio::test]
async fn medications_are_found_by_a_part_of_their_name() {
    let practice = canvas().await;
    let medication = json!({"resourceType": "Medication", "id": "fdb-9", "code": {"coding": [{"system": RXNORM, "code": "1191", "display": "Aspirin 81 MG"}]}});
    practice.import(&[medication.to_string().as_bytes()]).await;
    for (query, total) in [("_text=pirin", 1), ("_text=81%20mg", 1), ("_text=ibu", 0)] {
        let answer = practice.ask(&format!("GET /Medication?{query}"), "").await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.json()["total"], total, "{query}");
    }
}
