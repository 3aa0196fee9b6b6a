//! Every kind of token × every resource type × every verb, as one table that a person can read:
//! `snapshots/matrix__access.snap`. When it changes, that file's difference is what to review.
#![expect(clippy::unwrap_used, reason = "a surprise in a test is a failed test")]

use std::collections::HashSet;
use std::fmt::Write;

use cresset_access::{Access, PatientReach, Restriction, ScopeSet, Verb, patient_reach};
use cresset_base::Limits;
use cresset_definitions::{ResourceType, TypeDef, r4};

/// Column heading, scopes, the patient in context.
const TOKENS: [(&str, &str, Option<&str>); 9] = [
    ("patient", "patient/*.cruds", Some("a")),
    ("read-v1", "patient/*.read", Some("a")),
    ("no-pat", "patient/*.cruds", None),
    (
        "labs",
        "patient/Observation.crs?category=http://c|laboratory",
        Some("a"),
    ),
    ("user", "user/*.cruds", None),
    ("obs", "user/Observation.rs user/Practitioner.write", None),
    ("system", "system/*.cruds", None),
    ("sys+pat", "system/*.cruds", Some("a")),
    ("openid", "openid fhirUser launch/patient", Some("a")),
];

fn cell(access: &Access, resource_type: ResourceType) -> String {
    let letter = |verb: Verb| match access.restriction(verb, resource_type) {
        Restriction::Nothing => '.',
        Restriction::Only(_) => verb.letter(),
        Restriction::Everything => verb.letter().to_ascii_uppercase(),
    };
    Verb::ALL.into_iter().map(letter).collect()
}

fn reach(resource_type: ResourceType) -> String {
    match patient_reach(resource_type) {
        PatientReach::Compartment([]) => "itself".to_owned(),
        PatientReach::Compartment(parameters) => parameters.join(" "),
        PatientReach::Shared => "(shared)".to_owned(),
        PatientReach::Outside => "(outside)".to_owned(),
    }
}

#[test]
fn access() {
    let accesses = TOKENS.map(|(_, scopes, patient)| {
        let set = ScopeSet::parse(scopes, &Limits::default()).unwrap();
        Access::from_scopes(&set, patient.map(|p| p.parse().unwrap()))
    });
    let mut table =
        "Capital: everything. Small: only what a filter lets through. Dot: nothing.\n\n".to_owned();
    for (name, scopes, patient) in TOKENS {
        let patient = patient.map_or(String::new(), |p| format!("   (patient {p} in context)"));
        writeln!(table, "{name:8} {scopes}{patient}").unwrap();
    }
    write!(table, "\n{:34}", "").unwrap();
    for (name, ..) in TOKENS {
        write!(table, "{name:8}").unwrap();
    }
    table.push_str("a patient's through\n");
    for t in ResourceType::all() {
        write!(table, "{:34}", t.name()).unwrap();
        for access in &accesses {
            write!(table, "{:8}", cell(access, t)).unwrap();
        }
        writeln!(table, "{}", reach(t)).unwrap();
    }
    insta::assert_snapshot!(table);
}

#[test]
fn the_parameters_of_the_compartment_exist_and_are_references() {
    for t in ResourceType::all() {
        let PatientReach::Compartment(parameters) = patient_reach(t) else {
            continue;
        };
        for code in parameters {
            let parameter = r4().search_parameter(t, code).unwrap();
            assert_eq!(
                parameter.search_type,
                cresset_definitions::SearchType::Reference,
                "{t}"
            );
        }
    }
}

/// The elements of this type, at any depth, that may refer to a patient; extensions aside.
fn patient_references(definition: &TypeDef, seen: &mut HashSet<&'static str>) -> Vec<String> {
    let patient = ResourceType::parse("Patient").unwrap();
    let mut found = Vec::new();
    for element in definition.elements {
        let of = r4().type_at(element.type_ix).unwrap();
        let skipped = ["contained", "extension", "modifierExtension"].contains(&element.name);
        if of.name == "Reference"
            && (element.targets.is_empty() || element.targets.contains(&patient))
        {
            found.push(format!("{}.{}", definition.name, element.name));
        } else if !skipped && seen.insert(of.name) {
            found.extend(patient_references(of, seen));
        }
    }
    found
}

#[test]
fn no_shared_type_names_a_patient() {
    for t in ResourceType::all().filter(|t| patient_reach(*t) == PatientReach::Shared) {
        let mut found = patient_references(r4().resource(t).unwrap(), &mut HashSet::new());
        // The possible answers of a form are part of the form, not of anyone's record.
        found.retain(|e| !e.starts_with("Questionnaire.item."));
        assert!(found.is_empty(), "{found:?}");
    }
}
