//! With `canvas` on, what certification asks for is the same as without.

use cresset_base::Limits;
use cresset_synth::Population;
use serde_json::Value;

use super::super::practice::Practice;

/// The types of US Core 6.1.0 that are searched by patient.
const TYPES: [&str; 18] = [
    "AllergyIntolerance",
    "CarePlan",
    "CareTeam",
    "Condition",
    "Coverage",
    "Device",
    "DiagnosticReport",
    "DocumentReference",
    "Encounter",
    "Goal",
    "Immunization",
    "MedicationDispense",
    "MedicationRequest",
    "Observation",
    "Procedure",
    "Provenance",
    "RelatedPerson",
    "ServiceRequest",
];

/// A practice with this set and the first patient of the population.
async fn filled(rules: &str) -> (Practice, String) {
    let practice = Practice::with(Limits::default(), |settings| {
        rules.clone_into(&mut settings.rules);
    })
    .await;
    let population = Population::new(1, 1, jiff::civil::date(2026, 1, 1));
    let charts = [population.practice(), population.patient(0)];
    let bodies: Vec<_> = charts
        .iter()
        .flat_map(|chart| chart.resources().map(|resource| resource.json))
        .collect();
    practice.import(&bodies).await;
    let page = practice.ask("GET /Patient", "").await.json();
    let id = page["entry"][0]["resource"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    (practice, id)
}

/// The resources of every page of a search, in the order of their ids: which comes first is the
/// server's to say.
async fn walked(practice: &Practice, search: &str) -> Vec<Value> {
    let mut found = Vec::new();
    let mut next = Some(search.to_owned());
    while let Some(address) = next {
        let page = practice.ask(&format!("GET {address}"), "").await;
        assert_eq!(page.status, 200, "{address} {page:?}");
        let page = page.json();
        found.extend(
            page["entry"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|e| e["resource"].clone()),
        );
        let links = page["link"].as_array().into_iter().flatten();
        next = links
            .filter(|link| link["relation"] == "next")
            .find_map(|link| {
                link["url"]
                    .as_str()?
                    .split_once("/demo/fhir")
                    .map(|(_, path)| path.to_owned())
            });
    }
    found.sort_by_key(|resource| resource["id"].as_str().unwrap_or_default().to_owned());
    found
}

/// What a certification suite asks beyond the patient alone: type and parameters, `{}` the patient.
const SEARCHES: [(&str, &str); 34] = [
    ("Patient", "_id={}"),
    ("Patient", "gender=female&name=a"),
    (
        "AllergyIntolerance",
        "patient={}&_revinclude=Provenance:target",
    ),
    (
        "CarePlan",
        "patient={}&category=http://hl7.org/fhir/us/core/CodeSystem/careplan-category|assess-plan",
    ),
    (
        "CareTeam",
        "patient={}&status=proposed,active,suspended,inactive,entered-in-error",
    ),
    ("Condition", "patient={}&category=encounter-diagnosis"),
    (
        "Condition",
        "patient={}&category=problem-list-item,health-concern",
    ),
    ("Condition", "patient={}&_revinclude=Provenance:target"),
    ("Coverage", "patient={}&_revinclude=Provenance:target"),
    ("Device", "patient={}&_revinclude=Provenance:target"),
    ("DiagnosticReport", "patient={}&category=LAB"),
    (
        "DiagnosticReport",
        "patient={}&category=LP29684-5,LP29708-2,LP7839-6",
    ),
    (
        "DiagnosticReport",
        "patient={}&category=LAB&date=gt2015-01-01T00:00:00%2B00:00",
    ),
    (
        "DocumentReference",
        "patient={}&type=http://loinc.org|11488-4",
    ),
    (
        "DocumentReference",
        "patient={}&category=clinical-note&date=le2026-01-01T00:00:00%2B00:00",
    ),
    ("Encounter", "patient={}&date=ge2020-01-01T00:00:00%2B00:00"),
    ("Encounter", "patient={}&_revinclude=Provenance:target"),
    ("Goal", "patient={}&_revinclude=Provenance:target"),
    ("Immunization", "patient={}&_revinclude=Provenance:target"),
    (
        "MedicationDispense",
        "patient={}&_include=MedicationDispense:medication",
    ),
    (
        "MedicationRequest",
        "patient={}&intent=proposal,plan,order,original-order,reflex-order,filler-order,instance-order,option",
    ),
    (
        "MedicationRequest",
        "patient={}&intent=order&status=active,completed,stopped",
    ),
    (
        "MedicationRequest",
        "patient={}&intent=order&_include=MedicationRequest:medication",
    ),
    ("Observation", "patient={}&category=laboratory"),
    (
        "Observation",
        "patient={}&category=vital-signs&date=lt2026-01-01T00:00:00%2B00:00",
    ),
    ("Observation", "patient={}&category=survey"),
    ("Observation", "patient={}&code=http://loinc.org|59408-5"),
    ("Observation", "patient={}&code=2708-6"),
    (
        "Observation",
        "patient={}&category=laboratory&_revinclude=Provenance:target",
    ),
    ("Procedure", "patient={}&date=gt2015-01-01T00:00:00%2B00:00"),
    (
        "ServiceRequest",
        "patient={}&category=http://snomed.info/sct|108252007",
    ),
    (
        "ServiceRequest",
        "patient={}&authored=ge2015-01-01T00:00:00%2B00:00",
    ),
    ("Practitioner", "_revinclude=Provenance:target"),
    ("PractitionerRole", ""),
];

/// A search by form, as one page.
async fn posted(practice: &Practice, name: &str, form: &str) -> (u16, usize) {
    let request = practice
        .request(&format!("POST /{name}/_search"), "")
        .header("content-type", "application/x-www-form-urlencoded");
    let body = axum::body::Body::from(format!("{form}&_count=100"));
    let answer = practice.send(request.body(body).unwrap()).await;
    let count = answer.json()["entry"].as_array().map_or(0, Vec::len);
    (answer.status.as_u16(), count)
}

#[tokio::test]
async fn what_a_certification_suite_searches_is_the_same_under_canvas_as_under_r4() {
    let (plain, id) = filled("r4").await;
    let (canvas, _) = filled("canvas").await;
    let mut total = 0;
    for (name, search) in SEARCHES {
        let search = search.replace("{}", &id);
        let expect = walked(&plain, &format!("/{name}?{search}")).await;
        let found = walked(&canvas, &format!("/{name}?{search}")).await;
        assert_eq!(found, expect, "{name}?{search}");
        total += expect.len();
        assert_eq!(
            posted(&canvas, name, &search).await,
            posted(&plain, name, &search).await,
            "{name} {search}"
        );
    }
    assert!(total > 200, "{total}");
    for address in [
        format!("/Patient/{id}/$everything?_count=100"),
        format!("/Patient/{id}/_history"),
        format!("/DocumentReference/$docref?patient={id}"),
    ] {
        let expect = plain.ask(&format!("GET {address}"), "").await;
        let found = canvas.ask(&format!("GET {address}"), "").await;
        assert_eq!(found.status, expect.status, "{address}");
        assert_eq!(found.json()["entry"], expect.json()["entry"], "{address}");
    }
}

#[tokio::test]
async fn a_set_gives_no_token_more_than_r4_does() {
    let (mut plain, id) = filled("r4").await;
    let (mut canvas, _) = filled("canvas").await;
    let body = format!(r#"{{"resourceType":"Patient","id":"{id}"}}"#);
    let asked = [
        format!("GET /Patient/{id}"),
        "GET /Patient".to_owned(),
        format!("GET /Observation?patient={id}"),
        format!("GET /Condition?patient={id}"),
        format!("GET /Condition?patient={id}&_revinclude=Provenance:target"),
        "GET /Practitioner".to_owned(),
        "GET /Group".to_owned(),
        format!("GET /Patient/{id}/_history"),
        format!("GET /Patient/{id}/$everything"),
        "POST /Patient".to_owned(),
        format!("PUT /Patient/{id}"),
        format!("PUT /CareTeam/{id}"),
        format!("DELETE /Patient/{id}"),
    ];
    for practice in [&plain, &canvas] {
        let mut app = practice.registered_app().await;
        app.patient_tokens = true;
        app.scopes = "patient/*.cruds system/*.cruds".to_owned();
        practice.store.update_app(app, None).await.unwrap();
    }
    for scopes in [
        "system/Patient.rs".to_owned(),
        "system/Observation.s".to_owned(),
        "system/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory".to_owned(),
        format!("patient/*.rs&patient={id}"),
        format!("patient/Condition.rs&patient={id}"),
    ] {
        plain.token = plain.token_for(&scopes).await;
        canvas.token = canvas.token_for(&scopes).await;
        for line in &asked {
            let body = if line.starts_with('P') { body.as_str() } else { "" };
            let expect = plain.ask(line, body).await;
            let found = canvas.ask(line, body).await;
            if line.starts_with("GET") {
                assert_eq!(found.status, expect.status, "{scopes} {line}");
                let entries = |answer: &super::super::practice::Answer| {
                    answer.json()["entry"].as_array().map_or(0, Vec::len)
                };
                assert_eq!(entries(&found), entries(&expect), "{scopes} {line}");
            } else {
                let is_refused = expect.status.is_client_error() && found.status.is_client_error();
                assert!(is_refused, "{scopes} {line} {found:?}");
            }
        }
    }
}

#[tokio::test]
async fn us_core_resources_read_and_search_the_same_under_canvas_as_under_r4() {
    let (plain, id) = filled("r4").await;
    let (canvas, same) = filled("canvas").await;
    assert_eq!(id, same);
    let mut total = 0;
    for name in TYPES {
        for search in [
            format!("/{name}?patient={id}&_count=100"),
            format!("/{name}?patient=Patient/{id}&_count=7"),
        ] {
            let expect = walked(&plain, &search).await;
            total += expect.len();
            assert_eq!(walked(&canvas, &search).await, expect, "{search}");
        }
    }
    assert!(total > 100, "{total}");
    for address in [
        format!("/Patient/{id}"),
        format!("/Patient?_id={id}"),
        "/Practitioner".to_owned(),
    ] {
        let (expect, found) = (
            plain.ask(&format!("GET {address}"), "").await,
            canvas.ask(&format!("GET {address}"), "").await,
        );
        assert_eq!(
            (found.status, found.json()["entry"].clone()),
            (expect.status, expect.json()["entry"].clone())
        );
    }
}

#[tokio::test]
async fn the_statement_still_names_every_profile_and_the_guide() {
    let statement = super::canvas()
        .await
        .stranger("GET /demo/fhir/metadata")
        .await
        .json();
    assert_eq!(
        statement["instantiates"][0],
        "http://hl7.org/fhir/us/core/CapabilityStatement/us-core-server"
    );
    let resources = statement["rest"][0]["resource"].as_array().unwrap();
    let profiles: usize = resources
        .iter()
        .map(|resource| resource["supportedProfile"].as_array().map_or(0, Vec::len))
        .sum();
    assert!(profiles >= 42, "{profiles}");
    for resource in resources
        .iter()
        .filter(|r| TYPES.contains(&r["type"].as_str().unwrap()))
    {
        let codes: Vec<_> = resource["interaction"]
            .as_array()
            .unwrap()
            .iter()
            .map(|i| &i["code"])
            .collect();
        assert!(
            codes.iter().any(|code| *code == "read")
                && codes.iter().any(|code| *code == "search-type"),
            "{resource}"
        );
    }
}
