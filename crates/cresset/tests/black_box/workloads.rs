//! The load generator's workloads do what they say: every request is answered as expected.

use std::process::Command;

use serde_json::Value;

fn lines(what: &str) -> Vec<Value> {
    let scratch = tempfile::tempdir().expect("a temporary folder");
    let output = Command::new(env!("CARGO_BIN_EXE_cresset"))
        .args(["bench", what, "--json", "--seconds", "1"])
        .args(["--connections", "4", "--resources", "1000", "--scratch"])
        .arg(scratch.path())
        .output()
        .expect("the binary runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let printed: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert!(printed["run"]["memory_bytes"].as_u64() > Some(0));
    assert!(printed["run"]["disk_bytes"].as_u64() > Some(0));
    printed["run"]["lines"].as_array().expect("lines").clone()
}

fn check(what: &str, expect: &[&str]) {
    let lines = lines(what);
    let names: Vec<_> = lines
        .iter()
        .filter_map(|line| line["what"].as_str())
        .collect();
    assert_eq!(names, expect);
    for line in &lines {
        assert_eq!(line["errors"], 0, "{line}");
        assert!(line["requests"].as_u64() > Some(0), "{line}");
        assert!(line["resources_per_second"].as_f64() > Some(0.0), "{line}");
    }
}

#[test]
fn nine_linked_resources_are_created_read_updated_and_deleted() {
    let expect = [
        "crud",
        "crud: create",
        "crud: read",
        "crud: update",
        "crud: delete",
    ];
    check("workload-crud", &expect);
}

#[test]
fn whole_patients_are_imported_and_found() {
    let expect = [
        "import",
        "search: string",
        "search: date",
        "search: reference",
        "search: token",
        "search: quantity",
        "search: composite",
    ];
    check("workload-search", &expect);
}
