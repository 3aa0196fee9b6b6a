//! Coverage under `canvas`.

use serde_json::{Value, json};

use super::{canvas, refused, stored, with};

const SELF_PAY: &str = "http://terminology.hl7.org/CodeSystem/coverage-selfpay";
const ACT_CODE: &str = "http://terminology.hl7.org/CodeSystem/v3-ActCode";

fn coverage(order: u8) -> Value {
    json!({
        "resourceType": "Coverage", "status": "active", "order": order,
        "identifier": [{"type": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MB"}]}, "value": "A1"}],
        "subscriber": {"reference": "Patient/1"}, "beneficiary": {"reference": "Patient/1"},
        "relationship": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/subscriber-relationship", "code": "self"}]},
        "payor": [{"reference": "Organization/1"}]
    })
}

#[tokio::test]
async fn a_coverage_has_a_type_of_its_system() {
    let practice = canvas().await;
    let typed = |system: &str, code: &str| {
        let coding = json!({"coding": [{"system": system, "code": code}]});
        with(&coverage(1), "/type", coding)
    };
    for wrong in [typed(ACT_CODE, "pay"), typed(SELF_PAY, "HMO")] {
        let words = "body -> type -> coding -> 0 — must have a code of its system";
        refused(&practice, &wrong, 400, words).await;
    }
    stored(&practice, &typed(SELF_PAY, "pay")).await;
    stored(&practice, &typed(ACT_CODE, "HMO")).await;
}
