//! PATCH over HTTP: dialects by media type, conditions, races, and who may.

use super::practice::{Answer, Practice};

const JSON: &str = "application/json-patch+json";
const MERGE: &str = "application/merge-patch+json";

const ANN: &str = r#"{"resourceType":"Patient","active":true,"name":[{"family":"Ann"}]}"#;

async fn patch(practice: &Practice, id: &str, media_type: &str, body: &str) -> Answer {
    patch_if(practice, id, (media_type, "*"), body).await
}

async fn patch_if(
    practice: &Practice,
    id: &str,
    (media_type, tag): (&str, &str),
    body: &str,
) -> Answer {
    let request = practice
        .request(&format!("PATCH /Patient/{id}"), "")
        .header("content-type", media_type)
        .header("if-match", tag);
    practice
        .send(
            request
                .body(axum::body::Body::from(body.to_owned()))
                .unwrap(),
        )
        .await
}

#[tokio::test]
async fn each_dialect_makes_a_version() {
    let practice = Practice::open().await;
    let id = practice.create("Patient", ANN).await;
    let change = r#"[{"op":"test","path":"/name/0/family","value":"Ann"},{"op":"add","path":"/name/0/given","value":["Bo"]}]"#;
    let answer = patch(&practice, &id, JSON, change).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.header("etag"), "W/\"2\"");
    assert_eq!(answer.json()["name"][0]["given"][0], "Bo");

    let answer = patch(
        &practice,
        &id,
        MERGE,
        r#"{"active":null,"gender":"female"}"#,
    )
    .await;
    assert_eq!(answer.json()["gender"], "female", "{answer:?}");
    assert!(answer.json()["active"].is_null());

    let parameters = r#"{"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"replace"},{"name":"path","valueString":"Patient.gender"},{"name":"value","valueCode":"male"}]}]}"#;
    let answer = patch(&practice, &id, "application/fhir+json", parameters).await;
    assert_eq!(answer.json()["gender"], "male", "{answer:?}");
    assert_eq!(answer.json()["meta"]["versionId"], "4");

    let answer = patch(&practice, &id, MERGE, r#"{"gender":"male"}"#).await;
    assert_eq!(answer.json()["meta"]["versionId"], "4", "nothing changed");

    let xml = r#"<Parameters xmlns="http://hl7.org/fhir"><parameter><name value="operation"/><part><name value="type"/><valueCode value="delete"/></part><part><name value="path"/><valueString value="Patient.gender"/></part></parameter></Parameters>"#;
    let answer = patch(&practice, &id, "application/fhir+xml", xml).await;
    assert!(answer.json()["gender"].is_null(), "{answer:?}");
}

#[tokio::test]
async fn a_patch_that_fails_half_way_changes_nothing() {
    let practice = Practice::open().await;
    let id = practice.create("Patient", ANN).await;
    let half =
        r#"[{"op":"replace","path":"/active","value":false},{"op":"remove","path":"/photo"}]"#;
    let refused = patch(&practice, &id, JSON, half).await;
    refused.refuses(422, "Operation 2 (remove /photo)");
    patch(&practice, &id, MERGE, r#"{"birthDate":"2023-02-30"}"#)
        .await
        .refuses(400, "birthDate");
    patch(&practice, &id, MERGE, r#"{"id":"other"}"#)
        .await
        .refuses(400, "Logical Id");
    patch(&practice, &id, MERGE, r#"{"resourceType":"Group"}"#)
        .await
        .refuses(400, "Group");
    patch(&practice, &id, "application/xml-patch+xml", "<diff/>")
        .await
        .refuses(415, "json-patch+json");
    patch(&practice, "none", MERGE, "{}")
        .await
        .refuses(404, "Unknown");
    patch_if(&practice, &id, (MERGE, "W/\"7\""), "{}")
        .await
        .refuses(412, "modified");
    let read = practice.ask(&format!("GET /Patient/{id}"), "").await;
    assert_eq!(read.header("etag"), "W/\"1\"");
    practice.ask(&format!("DELETE /Patient/{id}"), "").await;
    patch(&practice, &id, MERGE, "{}")
        .await
        .refuses(410, "deleted");
}

/// Sixteen apps at once: each patch without a condition of its own is kept, none undoes another.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_patches_are_all_kept() {
    let practice = std::sync::Arc::new(Practice::open().await);
    let id = practice.create("Patient", ANN).await;
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..16 {
        let (practice, id) = (practice.clone(), id.clone());
        tasks.spawn(async move {
            let body = format!(r#"[{{"op":"add","path":"/name/-","value":{{"family":"N{n}"}}}}]"#);
            patch(&practice, &id, JSON, &body).await.status
        });
    }
    assert!(tasks.join_all().await.iter().all(|status| *status == 200));
    let read = practice.ask(&format!("GET /Patient/{id}"), "").await.json();
    assert_eq!(read["name"].as_array().unwrap().len(), 17);
    assert_eq!(read["meta"]["versionId"], "17");

    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..16 {
        let (practice, id) = (practice.clone(), id.clone());
        tasks.spawn(async move {
            let body = format!(r#"{{"birthDate":"2000-01-{:02}"}}"#, n + 1);
            patch_if(&practice, &id, (MERGE, "W/\"17\""), &body)
                .await
                .status
        });
    }
    let mut statuses = tasks.join_all().await;
    statuses.sort();
    assert_eq!(statuses[0], 200);
    assert!(
        statuses[1..].iter().all(|status| *status == 412),
        "{statuses:?}"
    );
}

#[tokio::test]
async fn a_patch_takes_the_right_to_update() {
    let mut practice = Practice::open().await;
    let id = practice.create("Patient", ANN).await;
    practice.token = practice.token_for("system/Patient.rs").await;
    patch(&practice, &id, MERGE, r#"{"active":false}"#)
        .await
        .refuses(403, "update");
    practice.token = practice.token_for("system/Patient.u").await;
    let answer = patch(&practice, &id, MERGE, r#"{"active":false}"#).await;
    assert_eq!(
        (answer.status.as_u16(), answer.body.len()),
        (200, 0),
        "who may not read is shown nothing"
    );
    let asks = r#"[{"op":"test","path":"/name/0/family","value":"Ann"}]"#;
    patch(&practice, &id, JSON, asks).await.refuses(403, "test");
}

/// Whether a path finds a place tells what is there, so a path takes the right to read.
#[tokio::test]
async fn a_fhirpath_patch_takes_the_right_to_read() {
    let mut practice = Practice::open().await;
    let id = practice.create("Patient", ANN).await;
    let asks = |family: &str| {
        format!(
            r#"{{"resourceType":"Parameters","parameter":[{{"name":"operation","part":[{{"name":"type","valueCode":"replace"}},{{"name":"path","valueString":"Patient.where(name.family='{family}').active"}},{{"name":"value","valueBoolean":false}}]}}]}}"#
        )
    };
    practice.token = practice.token_for("system/Patient.u").await;
    for family in ["Ann", "Bob"] {
        let refused = patch(&practice, &id, "application/fhir+json", &asks(family)).await;
        refused.refuses(403, "the right to read");
    }
    practice.token = practice.token_for("system/Patient.ru").await;
    let read = practice.ask(&format!("GET /Patient/{id}"), "").await;
    assert_eq!(read.header("etag"), "W/\"1\"", "nothing was changed");
    let answer = patch(&practice, &id, "application/fhir+json", &asks("Ann")).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.json()["active"], false);
}
