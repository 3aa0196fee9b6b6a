//! The synthetic population follows the profiles that `us-core` chooses for it, and what does not is
//! refused.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, also in the functions its cases share"
)]

use cresset_model::{Bounds, Tree, parse};
use cresset_rules::RuleSet;
use cresset_synth::Population;
use cresset_validate::{Ask, Detail};

/// What the set says of a body as it would be stored.
fn faults(tree: &Tree) -> Vec<String> {
    let set = RuleSet::named("us-core").unwrap();
    let profiles = set.profiles_of(tree.root());
    let profiles: Vec<&str> = profiles.iter().map(String::as_str).collect();
    let ask = Ask {
        profiles: &profiles,
        detail: Detail::Refusals,
    };
    let issues = set.validator().validate(tree.root(), &ask);
    issues.into_iter().map(|issue| issue.text).collect()
}

#[test]
fn the_population_is_accepted() {
    let population = Population::new(1, 2, jiff::civil::date(2026, 1, 1));
    for chart in population.charts() {
        for resource in chart.resources() {
            let tree = parse(resource.json, Bounds::default()).unwrap();
            let faults = faults(&tree);
            assert!(faults.is_empty(), "{} {faults:?}", resource.resource_type);
        }
    }
}

#[test]
fn a_patient_without_identifier_is_refused() {
    let body = br#"{"resourceType":"Patient","gender":"female","name":[{"family":"Bell"}]}"#;
    let tree = parse(body, Bounds::default()).unwrap();
    assert_eq!(
        faults(&tree),
        ["Patient must have 'identifier' (profile us-core-patient)"]
    );
}
