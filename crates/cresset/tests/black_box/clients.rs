//! OAuth clients that others wrote against the binary. Their steps stand in `tests/clients`.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::server::Server;

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
