//! Each interaction leaves exactly one record.

use super::practice::Practice;

#[tokio::test]
async fn one_record_for_each_interaction() {
    let practice = Practice::open().await;
    let body = r#"{"resourceType":"Patient","id":"a","active":true}"#;
    let other = body.replace("true", "false");
    let transaction = r#"{"resourceType":"Bundle","type":"transaction","entry":[]}"#;
    let asked = [
        ("GET /metadata", ""),
        ("GET /Patient/a", ""),
        ("PUT /Patient/a", body),
        ("PUT /Patient/a", "{}"),
        ("GET /Patient/a", ""),
        ("HEAD /Patient/a", ""),
        ("GET /Patient/a/_history", ""),
        ("GET /Patient/a/_history/1", ""),
        ("GET /Patient?active=true", ""),
        ("GET /Patient?nam=x", ""),
        ("PATCH /Patient/a", ""),
        ("POST /", transaction),
        ("PUT /Patient/a", &other),
        ("DELETE /Patient/a", ""),
        ("DELETE /Patient/a", ""),
        ("POST /Patient", body),
    ];
    let mut last = String::new();
    for (line, body) in asked {
        let answer = practice.ask(line, body).await;
        last = answer.header("fumage-correlation-id").to_owned();
    }
    practice.stranger("GET /demo/fhir/Patient/a").await;
    // A record of a read is on disk with the next commit.
    practice.create("Patient", body).await;

    let trail = practice.store.trail(100).await.unwrap();
    let told = trail.iter().map(|record| {
        let id = record.id.as_ref().map_or("-", |id| id.as_str());
        let id = if id.len() == 36 { "new" } else { id };
        format!("{} {id} {}", record.interaction, record.status)
    });
    // Within one commit changes are recorded before reads.
    let mut told: Vec<_> = told.collect();
    told.sort();
    let expect = [
        "create new 201",
        "create new 201",
        "delete a 204",
        "delete a 204",
        "history-instance a 200",
        "read a 200",
        "read a 200",
        "read a 404",
        "search-type - 200",
        "search-type - 400",
        "transaction - 200",
        "update a 200",
        "update a 200",
        "update a 400",
        "vread a 200",
    ];
    assert_eq!(told, expect);
    assert!(trail.iter().any(|record| record.correlation_id == last));
    assert!(
        trail
            .iter()
            .all(|record| record.app.as_ref() == Some(&practice.client_id))
    );
}
