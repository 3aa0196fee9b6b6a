//! Resources shown with the matches of a page.

use cresset_base::Limits;

use super::practice::Practice;

async fn filled(limits: Limits) -> Practice {
    let practice = Practice::with(limits, |_| {}).await;
    for (path, body) in [
        ("/Patient/a", r#"{"resourceType":"Patient","id":"a"}"#),
        (
            "/Medication/m",
            r#"{"resourceType":"Medication","id":"m","status":"active"}"#,
        ),
        (
            "/MedicationRequest/r",
            r#"{"resourceType":"MedicationRequest","id":"r","status":"active","intent":"order","medicationReference":{"reference":"Medication/m"},"subject":{"reference":"Patient/a"}}"#,
        ),
        (
            "/Provenance/p",
            r#"{"resourceType":"Provenance","id":"p","target":[{"reference":"MedicationRequest/r"}],"recorded":"2023-01-01T00:00:00Z","agent":[{"who":{"display":"x"}}]}"#,
        ),
    ] {
        let answer = practice.ask(&format!("PUT {path}"), body).await;
        assert_eq!(answer.status, 201, "{answer:?}");
    }
    practice
}

const URL: &str = "GET /MedicationRequest?patient=a&_include=MedicationRequest:medication&_revinclude=Provenance:target";

fn modes(bundle: &serde_json::Value) -> Vec<(&str, &str)> {
    let entries = bundle["entry"].as_array().unwrap();
    entries
        .iter()
        .map(|e| {
            let of = e["resource"]["resourceType"].as_str().unwrap();
            (of, e["search"]["mode"].as_str().unwrap())
        })
        .collect()
}

#[tokio::test]
async fn what_certification_includes_is_included() {
    let practice = filled(Limits::default()).await;
    let bundle = practice.ask(URL, "").await.json();
    assert_eq!(
        modes(&bundle),
        [
            ("MedicationRequest", "match"),
            ("Medication", "include"),
            ("Provenance", "include")
        ]
    );
    assert_eq!(bundle["total"], 1);
    assert!(
        bundle["entry"][1]["fullUrl"]
            .as_str()
            .unwrap()
            .ends_with("/Medication/m")
    );
    let here = bundle["link"][0]["url"].as_str().unwrap();
    assert!(
        here.ends_with("&_include=MedicationRequest:medication&_revinclude=Provenance:target"),
        "{here}"
    );
}

#[tokio::test]
async fn what_does_not_fit_is_said_to_be_left_out() {
    let limits = Limits {
        included_max: 1,
        ..Limits::default()
    };
    let practice = filled(limits).await;
    let bundle = practice.ask(URL, "").await.json();
    let outcome = ("OperationOutcome", "outcome");
    assert_eq!(modes(&bundle).last(), Some(&outcome));
    assert_eq!(modes(&bundle).len(), 3);
    let issue = &bundle["entry"][2]["resource"]["issue"][0];
    assert_eq!(
        (issue["severity"].as_str(), issue["code"].as_str()),
        (Some("warning"), Some("too-costly"))
    );
}

#[tokio::test]
async fn a_chain_to_what_the_token_cannot_search_is_refused() {
    let mut practice = filled(Limits::default()).await;
    practice.token = practice.token_for("system/MedicationRequest.rs").await;
    for line in [
        "GET /MedicationRequest?patient.family=x",
        "GET /MedicationRequest?_has:Provenance:target:agent=x",
    ] {
        let answer = practice.ask(line, "").await;
        assert_eq!(answer.status, 403, "{line}");
    }
    let shown = practice.ask(URL, "").await.json();
    assert_eq!(modes(&shown), [("MedicationRequest", "match")]);
}
