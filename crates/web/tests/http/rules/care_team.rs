//! `CareTeam` under `canvas`.

use serde_json::{Value, json};

use super::{canvas, located, patient, read, with};

const LEAD: &str = "http://schemas.canvasmedical.com/fhir/extensions/careteam-lead";

fn member(reference: &str, role: &str, lead: Option<bool>) -> Value {
    let mut member = json!({
        "member": {"reference": reference},
        "role": [{"coding": [{"system": "http://snomed.info/sct", "code": role, "display": role}]}]
    });
    if let Some(lead) = lead {
        member["extension"] = json!([{"url": LEAD, "valueBoolean": lead}]);
    }
    member
}

fn team(id: &str, members: &[Value]) -> Value {
    let mut team = json!({
        "resourceType": "CareTeam", "id": id, "status": "active",
        "subject": {"reference": format!("Patient/{id}")}
    });
    if !members.is_empty() {
        team["participant"] = json!(members);
    }
    team
}

#[tokio::test]
async fn one_per_patient_under_the_patients_id_and_put_is_an_upsert() {
    let practice = canvas().await;
    let id = located(&practice.ask("POST /Patient", &patient("")).await);
    let put = async |body: Value| {
        practice
            .ask(&format!("PUT /CareTeam/{id}"), &body.to_string())
            .await
    };
    let members = [
        member("Practitioner/1", "a", Some(true)),
        member("Practitioner/2", "b", None),
    ];
    let made = put(team(&id, &members)).await;
    assert_eq!(made.status, 201, "{made:?}");
    let address = format!("CareTeam/{id}");
    assert_eq!(
        read(&practice, &address).await["name"],
        "Care Team for Bell, Ada"
    );
    let unsaid = [
        member("Practitioner/1", "a", None),
        member("Organization/1", "b", None),
    ];
    let changed = put(team(&id, &unsaid)).await;
    assert_eq!(changed.status, 200, "{changed:?}");
    let after = read(&practice, &address).await;
    assert_eq!(
        after["participant"][0]["extension"][0]["valueBoolean"], true,
        "the lead stays"
    );
    assert!(
        after["participant"][1].get("role").is_none(),
        "an organization has no role"
    );
    assert_eq!(put(team(&id, &[])).await.status, 200);
    assert!(read(&practice, &address).await.get("participant").is_none());
}

#[tokio::test]
async fn status_and_subject_are_required_and_the_subject_must_match() {
    let practice = canvas().await;
    let body = team("1", &[]);
    for (body, words) in [
        (
            with(&body, "/status", Value::Null),
            "body -> status — Field required (type=missing)",
        ),
        (
            with(&body, "/subject", Value::Null),
            "body -> subject — Field required (type=missing)",
        ),
        (
            with(&body, "/subject/reference", json!("Patient/2")),
            "must have the id of its patient",
        ),
        (
            with(&body, "/id", json!("2")),
            "must have the id of its patient",
        ),
    ] {
        let answer = practice.ask("PUT /CareTeam/1", &body.to_string()).await;
        answer.refuses(400, words);
    }
}

#[tokio::test]
async fn one_role_each_one_lead_and_no_leading_organization() {
    let practice = canvas().await;
    let mut two_roles = member("Practitioner/1", "a", None);
    let role = two_roles["role"][0].clone();
    two_roles["role"].as_array_mut().unwrap().push(role);
    let answer = practice
        .ask("PUT /CareTeam/1", &team("1", &[two_roles]).to_string())
        .await;
    answer.refuses(400, "participant -> 0 -> role — must have at most 1 values");
    let without = with(&member("Practitioner/1", "a", None), "/role", Value::Null);
    let answer = practice
        .ask("PUT /CareTeam/1", &team("1", &[without]).to_string())
        .await;
    answer.refuses(400, "must have a role when the member is a Practitioner");
    for (members, words) in [
        (
            [
                member("Practitioner/1", "a", None),
                member("Practitioner/2", "a", None),
            ],
            "must give each role to one member",
        ),
        (
            [
                member("Practitioner/1", "a", None),
                member("Practitioner/1", "b", None),
            ],
            "must name each member once",
        ),
        (
            [
                member("Practitioner/1", "a", Some(true)),
                member("Practitioner/2", "b", Some(true)),
            ],
            "must have at most one lead",
        ),
        (
            [
                member("Practitioner/1", "a", None),
                member("Organization/2", "b", Some(true)),
            ],
            "must not be the lead",
        ),
    ] {
        let answer = practice
            .ask("PUT /CareTeam/1", &team("1", &members).to_string())
            .await;
        answer.refuses(400, words);
    }
}
