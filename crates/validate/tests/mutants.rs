//! A valid resource with one thing broken is refused with the name of that element.
#![expect(clippy::expect_used, reason = "a missed expectation is a failed test")]

use cresset_model::{Bounds, parse};
use cresset_synth::Population;
use cresset_validate::{Issue, validate};
use serde_json::{Value, json};

/// A value in a resource: the JSON pointer, and its place as sentences name it.
#[derive(Clone)]
struct Spot {
    pointer: String,
    place: String,
}

/// Numbers that are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % sides
    }
}

fn spots(value: &Value, at: &Spot, found: &mut Vec<Spot>) {
    let children: Vec<(Spot, &Value)> = match value {
        Value::Object(members) => members
            .iter()
            .filter(|(name, _)| !name.starts_with('_') && *name != "resourceType")
            .map(|(name, child)| {
                let spot = Spot {
                    pointer: format!("{}/{name}", at.pointer),
                    place: format!("{}.{name}", at.place),
                };
                (spot, child)
            })
            .collect(),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(index, child)| {
                let spot = Spot {
                    pointer: format!("{}/{index}", at.pointer),
                    place: format!("{}[{index}]", at.place),
                };
                (spot, child)
            })
            .collect(),
        _ => return,
    };
    for (spot, child) in children {
        spots(child, &spot, found);
        found.push(spot);
    }
}

fn faults(resource: &Value) -> Vec<Issue> {
    let bytes = resource.to_string();
    let tree = parse(bytes.as_bytes(), Bounds::default()).expect("JSON");
    validate(tree.root())
}

/// Values that cannot stand there.
fn wrong(value: &Value) -> [Value; 4] {
    match value {
        Value::String(_) => [json!(7), json!(""), json!({"no-such": "x"}), json!("\u{1}")],
        Value::Number(_) => [json!("7"), json!(true), json!([7]), json!({})],
        Value::Bool(_) => [json!("true"), json!(0), json!([true]), json!({})],
        Value::Array(_) => [json!([]), json!("x"), json!({"a": 1}), json!([[]])],
        _ => [json!({}), json!("x"), json!([null]), json!({"no-such": 1})],
    }
}

/// One value that cannot stand there.
fn broken(value: &Value, dice: &mut Dice) -> Value {
    let all = wrong(value);
    let at = dice.roll(all.len());
    all.into_iter().nth(at).expect("one of four")
}

/// The valid examples of the specification among our fixtures.
const EXAMPLES: [&str; 6] = [
    include_str!("fixtures/Patient-example.json"),
    include_str!("fixtures/Observation-f001.json"),
    include_str!("fixtures/Observation-blood-pressure.json"),
    include_str!("fixtures/MedicationRequest-medrx0302.json"),
    include_str!("fixtures/Questionnaire-bb.json"),
    include_str!("fixtures/QuestionnaireResponse-gcs.json"),
];

#[test]
fn every_value_of_every_example_is_named_when_it_is_broken() {
    let mut seen = 0;
    for example in EXAMPLES {
        let good: Value = serde_json::from_str(example).expect("JSON");
        let root = Spot {
            pointer: String::new(),
            place: good["resourceType"].as_str().expect("a type").to_owned(),
        };
        let mut all = Vec::new();
        spots(&good, &root, &mut all);
        for spot in all {
            let value = good.pointer(&spot.pointer).expect("a value");
            for wrong in wrong(value) {
                let mut bad = good.clone();
                *bad.pointer_mut(&spot.pointer).expect("a value") = wrong;
                seen += 1;
                let issues = faults(&bad);
                assert!(
                    issues.iter().any(|i| i.text.starts_with(&spot.place)),
                    "{} = {:?}: {issues:?}",
                    spot.place,
                    bad.pointer(&spot.pointer)
                );
            }
        }
    }
    assert!(seen > 2_000, "{seen} mutants");
}

#[test]
fn whatever_is_broken_is_named() {
    let population = Population::new(11, 6, jiff::civil::date(2026, 1, 1));
    let mut dice = Dice(20_260_101);
    let (mut seen, mut missed) = (0, Vec::new());
    for chart in population.charts() {
        for resource in chart.resources().step_by(5) {
            let good: Value = serde_json::from_slice(resource.json).expect("JSON");
            let root = Spot {
                pointer: String::new(),
                place: resource.resource_type.to_owned(),
            };
            assert_eq!(faults(&good), [], "{}", root.place);
            let mut all = Vec::new();
            spots(&good, &root, &mut all);
            for _ in 0..4 {
                let spot = all.get(dice.roll(all.len())).expect("a place");
                let mut bad = good.clone();
                let value = bad.pointer_mut(&spot.pointer).expect("a value");
                *value = broken(value, &mut dice);
                seen += 1;
                let named = |issue: &Issue| issue.text.starts_with(&spot.place);
                if !faults(&bad).iter().any(named) {
                    missed.push(format!(
                        "{} = {}",
                        spot.place,
                        bad.pointer(&spot.pointer).expect("a value")
                    ));
                }
            }
        }
    }
    assert!(seen > 500, "{seen} mutants");
    assert!(
        missed.is_empty(),
        "{} of {seen}: {}",
        missed.len(),
        missed.join("\n")
    );
}

#[test]
fn whatever_is_missing_is_named() {
    let population = Population::new(13, 3, jiff::civil::date(2026, 1, 1));
    let mut refused = 0;
    for chart in population.charts() {
        for resource in chart.resources().step_by(9) {
            let good: Value = serde_json::from_slice(resource.json).expect("JSON");
            let members = good.as_object().expect("an object").keys();
            for gone in members.filter(|name| !matches!(name.as_str(), "resourceType" | "meta")) {
                let mut bad = good.clone();
                bad.as_object_mut().expect("an object").remove(gone);
                // A member of a choice is missed by the name of the choice.
                let ends = gone.char_indices().filter(|(_, c)| c.is_ascii_uppercase());
                let choices = ends.filter_map(|(end, _)| gone.get(..end));
                let names: Vec<_> = choices.chain([gone.as_str()]).collect();
                for issue in faults(&bad) {
                    refused += 1;
                    let told = names.iter().any(|name| issue.text.contains(name));
                    assert!(
                        told || issue.code.code() == "invariant",
                        "{gone}: {}",
                        issue.text
                    );
                }
            }
        }
    }
    assert!(refused > 50, "{refused} refusals");
}
