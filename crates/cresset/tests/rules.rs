//! `cresset rules` and what `cresset instance create` sets, as a person at a terminal uses them.

#![expect(clippy::expect_used, reason = "a missed expectation is a failed test")]

use std::process::Command;

use cresset_rules::RuleSet;
use tempfile::TempDir;

/// Runs a command in a folder; what it printed.
#[track_caller]
fn run(folder: &TempDir, arguments: &[&str]) -> String {
    let done = Command::new(env!("CARGO_BIN_EXE_cresset"))
        .args(arguments)
        .current_dir(folder.path())
        .output()
        .expect("the command runs");
    let text = String::from_utf8_lossy(&done.stdout) + String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{arguments:?}: {text}");
    text.into_owned()
}

#[test]
fn every_set_is_listed_and_shown() {
    let folder = TempDir::new().expect("a folder");
    let list = run(&folder, &["rules", "list"]);
    for set in RuleSet::ALL {
        assert!(
            list.contains(set.name) && list.contains(set.summary),
            "{list}"
        );
        let shown = run(&folder, &["rules", "show", set.name]);
        assert!(shown.contains(set.summary), "{shown}");
        for rules in set.types {
            assert!(shown.contains(rules.name), "{} in {shown}", rules.name);
        }
    }
}

#[test]
fn a_type_is_shown_with_all_that_a_set_says_of_it() {
    let folder = TempDir::new().expect("a folder");
    let shown = run(&folder, &["rules", "show", "canvas", "Patient"]);
    for words in [
        "interactions  read, vread, update, history-instance, history-type, create, search-type",
        "A create must have",
        "An update must have",
        "Patient.birthDate",
        "Patient must have exactly one name of use official",
        "What is written: `gender` follows the gender identity",
    ] {
        assert!(shown.contains(words), "{words:?} in {shown}");
    }
    let shown = run(&folder, &["rules", "show", "canvas", "Task"]);
    assert!(
        shown.contains("Not taken from the body: lastModified"),
        "{shown}"
    );
}

#[test]
fn each_setting_of_an_instance_has_its_flag() {
    let folder = TempDir::new().expect("a folder");
    let create = "instance create one --data . --rules us-core --errors-as-400 --relative-links \
                  --page-default 25 --no-client-ids --deletes never";
    let arguments: Vec<&str> = create.split_whitespace().collect();
    run(&folder, &arguments);
    let shown = run(
        &folder,
        &["instance", "show", "one", "--data", ".", "--json"],
    );
    let shown: serde_json::Value = serde_json::from_str(&shown).expect("JSON");
    let expect = serde_json::json!({
        "rules": "us-core", "errors": "veracity", "links": "relative", "page_default": 25,
        "client_ids": false, "deletes": "never"
    });
    for (name, value) in expect.as_object().expect("an object") {
        assert_eq!(&shown["settings"][name], value, "{name}");
    }
}

#[test]
fn the_demo_wears_canvas_unless_told_otherwise() {
    let folder = TempDir::new().expect("a folder");
    let help = run(&folder, &["demo", "--help"]);
    let rules = help.split("--rules").nth(1).expect("a flag");
    let said = rules.split("[default: ").nth(1).expect("a default");
    assert!(said.starts_with("canvas]"), "{help}");
    let create = run(&folder, &["instance", "create", "--help"]);
    assert!(create.contains("[default: r4]"), "{create}");
}
