//! Bundles as large as they may be.

use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};

use crate::client::FHIR_JSON;
use crate::later::{answered, later};
use crate::server::Server;

const ENTRIES: usize = 5_000;
/// What the whole process may take at most: about twice what it took when this was written.
const PEAK_KIB_MAX: u64 = 256 * 1024;
/// As long as it takes a program without optimizations on a busy machine.
const TIME: (&str, &str) = ("CRESSET_LIMITS__REQUEST_MS_MAX", "600000");

#[tokio::test(flavor = "multi_thread")]
async fn five_thousand_entries_take_bounded_memory_now_and_later() {
    let (mut server, client) = Server::alone().await;
    server.kill();
    server.set(TIME);
    server.start_again().await;
    for (bundle_type, round) in [("transaction", 1), ("batch", 2)] {
        let bundle = bundle(bundle_type);
        let request = client
            .request(Method::POST, "")
            .header(CONTENT_TYPE, FHIR_JSON)
            .body(bundle.clone());
        let now = client.send(request).await.expect_status(200).json();
        assert_created(&now);
        let at = later(&client, &bundle).await;
        let answer = answered(&client, &at).await.json();
        assert_created(&answer["entry"][0]["resource"]);
        let expect = 2 * round * ENTRIES;
        assert_eq!(client.count("Observation").await, expect as u64);
    }
    let peak = server.peak_kib();
    assert!(peak < PEAK_KIB_MAX, "{peak} KiB");
}

fn assert_created(answer: &Value) {
    let entries = answer["entry"].as_array().expect("entries");
    assert_eq!(entries.len(), ENTRIES);
    let is_created = |entry: &Value| entry["response"]["status"] == "201 Created";
    assert!(entries.iter().all(is_created));
}

fn bundle(bundle_type: &str) -> String {
    let entry = |n: usize| {
        json!({
            "request": { "method": "POST", "url": "Observation" },
            "resource": {
                "resourceType": "Observation",
                "status": "final",
                "code": { "coding": [{ "system": "http://loinc.org", "code": "29463-7" }] },
                "effectiveDateTime": "2026-01-31T08:30:00Z",
                "valueQuantity": {
                    "value": n % 100, "unit": "kg", "system": "http://unitsofmeasure.org", "code": "kg",
                },
                "note": [{ "text": format!("{n} {}", "x".repeat(400)) }],
            },
        })
    };
    let entries: Vec<Value> = (0..ENTRIES).map(entry).collect();
    json!({ "resourceType": "Bundle", "type": bundle_type, "entry": entries }).to_string()
}
