//! Three people's way through the pages in a real browser: what they see, and that an eye, a keyboard
//! and a screen reader can work with it. The steps stand in `tests/browser/walk.mjs`.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::server::{Server, free_port};

/// Where the browser is driven from.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/browser");

#[tokio::test(flavor = "multi_thread")]
async fn people_walk_through_the_pages() {
    assert!(
        Path::new(FOLDER).join("node_modules").is_dir(),
        "run `cargo xtask check packages` once: it installs what drives the browser"
    );
    let (mut server, client) = Server::alone().await;
    for (path, body) in records() {
        client.put(&path, body.to_string()).await.expect_status(201);
    }
    server.kill();
    let port = free_port();
    // A loopback address is registered without its port (RFC 8252 §7.3).
    let launch_url = format!("http://127.0.0.1:{port}/launch");
    let app = "app register --name Diary --public --organization Sunrise --json".split(' ');
    let more = [
        "--redirect-uri",
        "http://127.0.0.1/cb",
        "--launch-url",
        &launch_url,
        "--scopes",
        "launch launch/patient openid fhirUser offline_access patient/*.rs user/*.rs",
    ];
    let app = server.operate(&app.chain(more).collect::<Vec<_>>());
    let people = [
        "user add ann --name Ann --role patient --fhir-user Patient/p1 --json",
        "user add roe --name Roe --role clinician --fhir-user Practitioner/d1 --json",
        "user add boss --name Boss --role administrator --json",
    ];
    let [patient, clinician, administrator] =
        people.map(|line| server.operate(&line.split(' ').collect::<Vec<_>>()));
    server.start_again().await;
    let given = json!({
        "base": client.instance,
        "clientId": app["client_id"],
        "port": port,
        "patient": patient,
        "clinician": clinician,
        "administrator": administrator,
        "outbox": server.data().join("outbox/alpha"),
        "chromium": place("chromium"),
    });
    let walk = Command::new("node")
        .args(["walk.mjs", &given.to_string()])
        .current_dir(FOLDER)
        .output()
        .expect("node runs");
    let said = String::from_utf8_lossy(&walk.stderr);
    assert!(walk.status.success(), "{said}");
}

/// What the pages show.
fn records() -> Vec<(String, Value)> {
    let subject = json!({ "reference": "Patient/p1" });
    let active = json!({ "coding": [{
        "system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active",
    }] });
    let vital_signs = json!([{ "coding": [{
        "system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "vital-signs",
    }] }]);
    let weight = |id: &str, day: &str, value: u32| {
        json!({
            "resourceType": "Observation", "id": id, "status": "final", "category": vital_signs,
            "code": { "text": "Weight" }, "subject": subject, "effectiveDateTime": day,
            "valueQuantity": { "value": value, "unit": "kg" },
        })
    };
    let records = [
        json!({
            "resourceType": "Patient", "id": "p1", "name": [{ "family": "Lee", "given": ["Ann"] }],
            "birthDate": "1980-02-03", "gender": "female",
            "telecom": [{ "system": "email", "value": "ann.lee.with.a.long.address@example.org" }],
        }),
        json!({
            "resourceType": "Condition", "id": "c1", "clinicalStatus": active, "subject": subject,
            "code": { "text": "Asthma" }, "onsetDateTime": "2019-05-06",
        }),
        weight("w1", "2025-01-02", 72),
        weight("w2", "2026-01-02", 70),
        json!({
            "resourceType": "Encounter", "id": "e1", "status": "finished", "class": { "code": "AMB" },
            "subject": subject, "type": [{ "text": "Check-up" }], "period": { "start": "2026-01-02" },
        }),
    ];
    let address = |record: &Value| {
        let part = |name: &str| record[name].as_str().expect("a word").to_owned();
        format!("{}/{}", part("resourceType"), part("id"))
    };
    records
        .into_iter()
        .map(|record| (address(&record), record))
        .collect()
}

/// Where a command is.
fn place(command: &str) -> String {
    let found = Command::new("sh")
        .args(["-c", &format!("command -v {command}")])
        .output();
    let found = found.expect("a shell").stdout;
    String::from_utf8_lossy(&found).trim().to_owned()
}
