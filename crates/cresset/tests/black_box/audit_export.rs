//! The operator takes the audit trail along, as `AuditEvent`s.

use reqwest::Method;
use serde_json::Value;

use crate::server::Server;

#[tokio::test(flavor = "multi_thread")]
async fn the_trail_is_exported_line_by_line() {
    let (mut server, client) = Server::alone().await;
    let body = r#"{"resourceType":"Patient","id":"p1","active":true}"#;
    client.put("Patient/p1", body).await.expect_status(201);
    let nobody = server.nobody("alpha");
    let refused = nobody.plain(Method::GET, "/fhir/Patient/p1");
    nobody.send(refused).await.expect_status(401);
    // What was acknowledged is in the journal, also of a process that was killed.
    server.kill();
    let printed = server.printed(&["audit", "export"]);
    let events: Vec<Value> = printed
        .lines()
        .map(|line| serde_json::from_str(line).expect("a line of JSON"))
        .collect();
    let told: Vec<String> = events
        .iter()
        .map(|event| {
            let code = &event["subtype"][0]["code"];
            format!("{} {}", code.as_str().expect("a code"), event["outcome"])
        })
        .collect();
    for expect in ["token \"0\"", "update \"0\"", "read \"4\""] {
        assert!(told.iter().any(|line| line == expect), "{expect}: {told:?}");
    }
    let update = events.iter().find(|event| event["action"] == "U");
    let update = update.expect("the update").to_string();
    assert!(update.contains("Patient/p1"), "{update}");
    let none = server.printed(&["audit", "export", "--until", "2020-01-01T00:00:00Z"]);
    assert_eq!(none, "");
}
