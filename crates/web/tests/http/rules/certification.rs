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

/// The resources of every page of a search.
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
    found
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
