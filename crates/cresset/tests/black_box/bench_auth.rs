//! The bench of the authorization server does what it says: whoever takes part is answered as expected,
//! and each figure stands beside another of the same run.

use std::process::Command;

use serde_json::Value;

#[test]
fn every_figure_of_the_authorization_server_is_measured() {
    let scratch = tempfile::tempdir().expect("a temporary folder");
    let output = Command::new(env!("CARGO_BIN_EXE_cresset"))
        .args(["bench", "auth", "--json", "--seconds", "1"])
        .args(["--connections", "4", "--resources", "1000"])
        .args(["--apps", "10", "--tokens", "200", "--logins", "3"])
        .arg("--scratch")
        .arg(scratch.path())
        .output()
        .expect("the binary runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let printed: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let figures = printed["figures"].as_array().expect("figures");
    let told: Vec<_> = figures
        .iter()
        .map(|figure| figure["figure"]["what"].as_str().expect("a name"))
        .collect();
    let expect = [
        "check of a known token",
        "audit record of a read, on disk with others",
        "verification of one ES384 signature",
        "client_credentials with a secret",
        "refresh, each token used once",
        "client_credentials with private_key_jwt (ES384)",
        "a bare handler that stores each request and nothing else",
        "read by id while 3 people sign in, p99",
        "read by id, 10 apps and 200 live tokens",
        "client_credentials, all apps in turns, 10 apps and 200 live tokens",
        "read by id, 200 tokens in turns",
        "memory of a live token",
    ];
    assert_eq!(told, expect);
    for figure in figures {
        let figure = &figure["figure"];
        let is_memory = figure["unit"] == "bytes";
        assert!(
            is_memory || figure["baseline"].as_f64() > Some(0.0),
            "{figure}"
        );
        assert!(
            is_memory || figure["value"].as_f64() > Some(0.0),
            "{figure}"
        );
    }
    let logins = &figures[7]["figure"]["note"];
    let note = logins.as_str().expect("a note");
    assert!(note.starts_with("3 of 3 were signed in"), "{note}");
    let left = std::fs::read_dir(scratch.path()).expect("the folder");
    assert_eq!(left.count(), 0, "nothing is left");
}
