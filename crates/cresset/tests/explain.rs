//! `cresset explain`, as a person at a terminal uses it.

#![expect(clippy::expect_used, reason = "a missed expectation is a failed test")]

use std::process::Command;

use tempfile::TempDir;

/// Runs a command in a folder; its exit code and what it printed.
fn run(folder: &TempDir, arguments: &[&str]) -> (i32, String) {
    let done = Command::new(env!("CARGO_BIN_EXE_cresset"))
        .args(arguments)
        .current_dir(folder.path())
        .output()
        .expect("the command runs");
    let text = String::from_utf8_lossy(&done.stdout) + String::from_utf8_lossy(&done.stderr);
    (done.status.code().expect("a code"), text.into_owned())
}

#[test]
fn an_address_is_explained() {
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("one.ndjson");
    let one =
        r#"{"resourceType":"Patient","id":"ann","name":[{"family":"Lee"}],"gender":"female"}"#;
    std::fs::write(&file, one).expect("a file");
    for arguments in [
        &["instance", "create", "one", "--data", "."][..],
        &["import", "--instance", "one", "--data", ".", "one.ndjson"],
    ] {
        assert_eq!(run(&folder, arguments).0, 0);
    }
    let explain = |url: &str, more: &[&str]| {
        let all = [&["explain", "--data", ".", url], more].concat();
        run(&folder, &all)
    };
    let (code, shown) = explain(
        "http://localhost:8080/one/fhir/Patient?family=lee&gender=female",
        &[],
    );
    assert_eq!(code, 0, "{shown}");
    for line in [
        "candidates   those by",
        "checked for",
        "rows visited   1",
        "matches        1",
    ] {
        assert!(shown.contains(line), "{line}: {shown}");
    }
    let (_, json) = explain("/one/fhir/Patient/ann/*?_type=Patient", &["--json"]);
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["matches"], 1, "{json}");
    for (url, expect, exit) in [
        ("Patient?family=lee", "no address of a search", 2),
        ("/one/fhir/Nothing?a=b", "no address of a search", 2),
        ("/two/fhir/Patient", "two", 5),
        ("/one/fhir/Patient?famly=lee", "famly", 1),
    ] {
        let (code, shown) = explain(url, &[]);
        assert!(
            code == exit && shown.contains(expect),
            "{url}: {code} {shown}"
        );
    }
}
