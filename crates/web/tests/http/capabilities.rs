//! The capability statement says what works.

use super::practice::{HOST, Practice};

#[tokio::test]
async fn the_statement_names_base_profiles_and_security() {
    let practice = Practice::open().await;
    let answer = practice.stranger("GET /demo/fhir/metadata").await;
    assert_eq!(answer.status, 200);
    assert!(
        answer
            .body
            .starts_with(b"{\"resourceType\":\"CapabilityStatement\"")
    );
    let statement = answer.json();
    assert_eq!(statement["fhirVersion"], "4.0.1");
    assert_eq!(
        statement["implementation"]["url"],
        format!("{HOST}/demo/fhir")
    );
    assert_eq!(
        statement["instantiates"][0],
        "http://hl7.org/fhir/us/core/CapabilityStatement/us-core-server"
    );
    let rest = &statement["rest"][0];
    let addresses = rest["security"]["extension"][0]["extension"]
        .as_array()
        .unwrap();
    assert!(
        addresses
            .iter()
            .any(|a| a["valueUri"] == format!("{HOST}/demo/auth/token/")),
        "{addresses:?}"
    );
    let resources = rest["resource"].as_array().unwrap();
    assert_eq!(resources.len(), 146);
    let profiles: usize = resources
        .iter()
        .map(|r| r["supportedProfile"].as_array().map_or(0, Vec::len))
        .sum();
    assert!(profiles >= 42, "{profiles}");
    let patient = resources
        .iter()
        .find(|resource| resource["type"] == "Patient")
        .unwrap();
    let us_core_patient = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient";
    assert_eq!(patient["supportedProfile"][0], us_core_patient);
    let parameters = patient["searchParam"].as_array().unwrap();
    for code in ["_id", "identifier", "name", "birthdate", "gender", "race"] {
        assert!(
            parameters.iter().any(|parameter| parameter["name"] == code),
            "{code}"
        );
    }
}

/// Every parameter the statement offers for a few types can be searched with `:missing`.
#[tokio::test]
async fn every_offered_parameter_can_be_searched() {
    let practice = Practice::open().await;
    let statement = practice.stranger("GET /demo/fhir/metadata").await.json();
    let resources = statement["rest"][0]["resource"].as_array().unwrap();
    for resource in resources {
        let name = resource["type"].as_str().unwrap();
        if !["Patient", "Observation", "Encounter", "MedicationRequest"].contains(&name) {
            continue;
        }
        for parameter in resource["searchParam"].as_array().unwrap() {
            let code = parameter["name"].as_str().unwrap();
            if code == "_id" || code == "_lastUpdated" {
                continue;
            }
            let answer = practice
                .ask(&format!("GET /{name}?{code}:missing=true"), "")
                .await;
            assert_eq!(answer.status, 200, "{name} {code} {answer:?}");
        }
    }
}
