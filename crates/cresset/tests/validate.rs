//! `cresset validate` and `cresset package`, as a person at a terminal uses them.

#![expect(clippy::expect_used, reason = "a missed expectation is a failed test")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use flate2::Compression;
use flate2::write::GzEncoder;
use tempfile::TempDir;

/// A folder with files to judge.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new() -> Self {
        Self {
            folder: TempDir::new().expect("a folder"),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn put(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, text).expect("a file");
        path
    }

    /// Runs a command here; its exit code and what it printed.
    fn run(&self, arguments: &[&str]) -> (i32, String) {
        let done = Command::new(env!("CARGO_BIN_EXE_cresset"))
            .args(arguments)
            .current_dir(self.folder.path())
            .output()
            .expect("the command runs");
        let text = String::from_utf8_lossy(&done.stdout) + String::from_utf8_lossy(&done.stderr);
        (done.status.code().expect("an exit code"), text.into_owned())
    }

    #[track_caller]
    fn check(&self, arguments: &[&str], code: i32, expect: &str) {
        assert_eq!(self.run(arguments), (code, expect.to_owned()));
    }
}

const PROFILE: &str = r#"{"resourceType":"StructureDefinition","url":"http://example.org/dated","type":"Patient",
    "derivation":"constraint","baseDefinition":"http://hl7.org/fhir/StructureDefinition/Patient",
    "differential":{"element":[{"id":"Patient.birthDate","path":"Patient.birthDate","min":1}]}}"#;

const OF_NOTHING: &str = r#"{"resourceType":"StructureDefinition","url":"http://example.org/lost","type":"Patient",
    "derivation":"constraint","baseDefinition":"http://example.org/nowhere",
    "differential":{"element":[{"id":"Patient","path":"Patient"}]}}"#;

const CLAIMS: &str =
    r#"{"resourceType":"Patient","id":"p","meta":{"profile":["http://example.org/dated"]}}"#;

/// A package of two profiles, of which one has no base.
fn package(path: &Path) {
    let file = fs::File::create(path).expect("a file");
    let mut archive = tar::Builder::new(GzEncoder::new(file, Compression::fast()));
    let manifest = r#"{"name":"example.guide","version":"1.0.0","fhirVersions":["4.0.1"]}"#;
    for (name, text) in [
        ("package.json", manifest),
        ("dated.json", PROFILE),
        ("lost.json", OF_NOTHING),
    ] {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        archive
            .append_data(&mut header, format!("package/{name}"), text.as_bytes())
            .expect("an entry");
    }
    archive
        .into_inner()
        .expect("an archive")
        .finish()
        .expect("an end");
}

#[test]
fn a_report_names_file_line_resource_and_fault() {
    let desk = Desk::new();
    desk.put("good.json", r#"{"resourceType":"Patient","active":true}"#);
    desk.put(
        "many.ndjson",
        "{\"resourceType\":\"Patient\",\"id\":\"a\",\"gender\":\"x\"}\n\n{\"resourceType\":\"Patient\"}\n{",
    );
    desk.check(
        &["validate", "--errors-only", "good.json"],
        0,
        "1 resources: 1 valid, 0 of them with warnings; 0 refused\n",
    );
    desk.check(
        &["validate", "--errors-only", "."],
        7,
        "./many.ndjson:1  Patient/a\n  \
         error       Patient.gender must have a code of the value set http://hl7.org/fhir/ValueSet/administrative-gender\n\
         ./many.ndjson:4\n  \
         error       this is not JSON (line 1, column 2)\n\
         4 resources: 2 valid, 0 of them with warnings; 2 refused\n",
    );
    let (code, text) = desk.run(&["validate", "good.json"]);
    assert_eq!(code, 0);
    assert!(
        text.contains("warning     Patient must follow dom-6"),
        "{text}"
    );
}

#[test]
fn the_report_is_also_for_machines_and_browsers() {
    let desk = Desk::new();
    desk.put("bad.json", r#"{"resourceType":"Patient","gender":"<b>"}"#);
    let (code, text) = desk.run(&["validate", "--errors-only", "--format", "json", "bad.json"]);
    assert_eq!(code, 7);
    let report: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(report[0]["outcome"]["issue"][0]["code"], "code-invalid");
    assert_eq!(
        report[0]["outcome"]["issue"][0]["expression"][0],
        "Patient.gender"
    );
    let html = [
        "validate",
        "--format",
        "html",
        "--output",
        "report.html",
        "bad.json",
    ];
    assert_eq!(desk.run(&html), (7, String::new()));
    let page = fs::read_to_string(desk.path("report.html")).expect("a page");
    assert!(
        page.contains("<td><code>Patient.gender</code></td>"),
        "{page}"
    );
}

#[test]
fn packages_bring_profiles() {
    let desk = Desk::new();
    package(&desk.path("guide.tgz"));
    desk.put("patient.json", CLAIMS);
    let fault = "patient.json  Patient/p\n  error       Patient must have 'birthDate' (profile dated)\n\
                 1 resources: 0 valid, 0 of them with warnings; 1 refused\n";
    desk.check(
        &[
            "validate",
            "--errors-only",
            "--package",
            "guide.tgz",
            "patient.json",
        ],
        7,
        fault,
    );
    assert_eq!(desk.run(&["instance", "create", "sunrise"]).0, 0);
    desk.check(
        &["package", "add", "--instance", "sunrise", "guide.tgz"],
        0,
        "added example.guide 1.0.0 with 2 resources\n1 definitions are not checked with:\n  \
         http://example.org/lost: its base http://example.org/nowhere is not loaded, and it has no snapshot\n",
    );
    desk.check(
        &[
            "validate",
            "--errors-only",
            "--instance",
            "sunrise",
            "patient.json",
        ],
        7,
        fault,
    );
    let (code, text) = desk.run(&["import", "--instance", "sunrise", "patient.json"]);
    assert_eq!(
        code, 6,
        "an import into the instance holds its records to it as well: {text}"
    );
    assert!(
        text.contains("Patient must have 'birthDate' (profile dated)"),
        "{text}"
    );
}

#[test]
fn a_release_is_loaded_listed_and_removed() {
    let desk = Desk::new();
    desk.run(&["instance", "create", "sunrise"]);
    desk.put("part.txt", "LOINC_NUM");
    desk.check(
        &["terminology", "add", "."],
        5,
        "error: there is no release file of LOINC, SNOMED CT or RxNorm\n  hint: `cresset terminology --help` names the files that are read\n",
    );
    desk.put(
        "Loinc.csv",
        "\"LOINC_NUM\",\"LONG_COMMON_NAME\",\"STATUS\"\n\"0001-8\",\"Tea\",\"ACTIVE\"\n",
    );
    desk.check(
        &["terminology", "add", "--version", "2.80", "."],
        0,
        "loaded LOINC 2.80 (http://loinc.org) with 1 codes\n",
    );
    desk.check(
        &["terminology", "list"],
        0,
        "NAME   VERSION  URL\nLOINC  2.80     http://loinc.org\n",
    );
    desk.check(
        &["terminology", "remove", "http://loinc.org"],
        0,
        "removed http://loinc.org\n",
    );
    desk.check(
        &["terminology", "remove", "http://loinc.org"],
        5,
        "error: http://loinc.org is not loaded\n  hint: `cresset terminology list` shows what is\n",
    );
}
