//! OAuth clients that others wrote against the binary. Their steps stand in `tests/clients`.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::server::{Server, free_port};

/// Where the clients are run from.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/clients");

const REDIRECT: &str = "http://127.0.0.1:9/cb";

#[tokio::test(flavor = "multi_thread")]
async fn a_certified_relying_party_gets_along() {
    assert!(
        Path::new(FOLDER).join("node_modules").is_dir(),
        "run `cargo xtask check packages` once: it installs the clients"
    );
    let (mut server, client) = Server::alone().await;
    client
        .put(
            "Patient/p1",
            r#"{"resourceType":"Patient","id":"p1","active":true}"#,
        )
        .await
        .expect_status(201);
    server.kill();
    let key: Value = serde_json::from_str(&node("key.mjs", "")).expect("a key");
    let folder = tempfile::tempdir().expect("a folder");
    let keys = folder.path().join("keys.json").display().to_string();
    std::fs::write(&keys, json!({ "keys": [key["public"]] }).to_string()).expect("a file");
    let person = server.operate(&words(
        "user add ann --name Ann --role patient --fhir-user Patient/p1 --json",
    ));
    let app = "app register --name Diary --json --redirect-uri http://127.0.0.1:9/cb --scopes";
    let scopes = "launch/patient openid fhirUser offline_access patient/*.rs";
    let app = server.operate(&[&words(app)[..], &[scopes]].concat());
    let backend = "app register --name Reports --json --scopes system/*.rs --jwks";
    let backend = server.operate(&[&words(backend)[..], &[&keys]].concat());
    server.start_again().await;
    let setup = json!({
        "issuer": format!("{}/auth", client.instance),
        "fhir": format!("{}/fhir", client.instance),
        "redirect": REDIRECT,
        "person": { "login": "ann", "password": person["password"], "patient": "p1" },
        "app": app,
        "backend": { "client_id": backend["client_id"], "private": key["private"] },
    });
    node("openid-client.mjs", &setup.to_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_of_the_smart_project_launch_from_a_chart_and_alone() {
    for script in ["fhirclient.mjs", "fhirclient-python.mjs"] {
        let (_server, setup) = practice().await;
        node(script, &setup.to_string());
    }
}

/// A practice with a patient, a clinician and an app at home on a free port; what a script is told of it.
async fn practice() -> (Server, Value) {
    let (mut server, client) = Server::alone().await;
    for (path, body) in [
        (
            "Patient/p1",
            r#"{"resourceType":"Patient","id":"p1","name":[{"given":["Ann"],"family":"Lee"}]}"#,
        ),
        (
            "Practitioner/d1",
            r#"{"resourceType":"Practitioner","id":"d1","name":[{"family":"Roe"}]}"#,
        ),
        (
            "Encounter/e1",
            r#"{"resourceType":"Encounter","id":"e1","status":"finished","class":{"code":"AMB"},"subject":{"reference":"Patient/p1"}}"#,
        ),
        ("Observation/o1", &observation("o1", "p1")),
        ("Observation/o2", &observation("o2", "p1")),
        ("Observation/o9", &observation("o9", "p9")),
    ] {
        client.put(path, body).await.expect_status(201);
    }
    server.kill();
    let person = |login: &str, role: &str, is: &str| {
        let line = format!("user add {login} --name {login} --role {role} --fhir-user {is} --json");
        let added = server.operate(&words(&line));
        json!({ "login": login, "password": added["password"] })
    };
    let (staff, patient) = (
        person("roe", "clinician", "Practitioner/d1"),
        person("ann", "patient", "Patient/p1"),
    );
    let home = format!("http://127.0.0.1:{}", free_port());
    let app = format!(
        "app register --name Diary --json --redirect-uri {home}/cb --launch-url {home}/launch --scopes"
    );
    let scopes = "launch launch/patient openid fhirUser offline_access patient/*.rs user/*.rs";
    let app = server.operate(&[&words(&app)[..], &[scopes]].concat());
    server.start_again().await;
    let setup = json!({
        "instance": client.instance,
        "fhir": format!("{}/fhir", client.instance),
        "redirect": format!("{home}/cb"),
        "launchUrl": format!("{home}/launch"),
        "app": app,
        "staff": staff,
        "person": patient,
        "patient": "p1",
        "practitioner": "Practitioner/d1",
        "encounter": "e1",
        "observations": ["Observation/o1", "Observation/o2"],
    });
    (server, setup)
}

fn observation(id: &str, patient: &str) -> String {
    json!({
        "resourceType": "Observation", "id": id, "status": "final", "code": { "text": "Weight" },
        "subject": { "reference": format!("Patient/{patient}") },
    })
    .to_string()
}

fn words(line: &str) -> Vec<&str> {
    line.split(' ').collect()
}

/// Runs a script with this on its standard input; what it printed.
fn node(script: &str, input: &str) -> String {
    let mut child = Command::new("node")
        .arg(script)
        .current_dir(FOLDER)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("node starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(input.as_bytes()).expect("node reads");
    drop(stdin);
    let done = child.wait_with_output().expect("node ends");
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{said}");
    String::from_utf8_lossy(&done.stdout).into_owned()
}
