//! A population looks like Synthea's published one, type by type.

use std::collections::BTreeMap;

use crate::world::population;

/// Resource type, its share in percent of Synthea's 171.5 million, and how far ours may be off.
const SHARES: &[(&str, f64, f64)] = &[
    ("Observation", 44.0, 4.0),
    ("Claim", 10.0, 2.0),
    ("DiagnosticReport", 9.0, 2.0),
    ("Procedure", 7.0, 1.5),
    ("Encounter", 7.0, 1.7),
    ("DocumentReference", 7.0, 1.7),
    ("ExplanationOfBenefit", 7.0, 1.7),
    ("Immunization", 3.0, 1.0),
    ("MedicationRequest", 3.0, 1.0),
    ("Condition", 1.6, 0.5),
    ("CarePlan", 0.6, 0.3),
    ("CareTeam", 0.6, 0.3),
];

#[test]
#[expect(clippy::cast_precision_loss, reason = "counts far below 2^53")]
fn shares_are_near_those_of_synthea() {
    let (mut counts, mut total, mut bytes) = (BTreeMap::<&str, usize>::new(), 0_usize, 0_usize);
    for chart in population(11, 200).charts() {
        for resource in chart.resources() {
            *counts.entry(resource.resource_type).or_default() += 1;
            total += 1;
            bytes += resource.json.len();
        }
    }
    for (resource_type, expected, tolerance) in SHARES {
        let share =
            counts.get(resource_type).copied().unwrap_or_default() as f64 * 100.0 / total as f64;
        assert!(
            (share - expected).abs() <= *tolerance,
            "{resource_type}: {share:.2} %, expected {expected} %"
        );
    }
    assert!(
        (150..=280).contains(&(total / 200)),
        "{} resources per patient",
        total / 200
    );
    assert!(
        bytes / total < 1_050,
        "{} bytes per resource",
        bytes / total
    );
}
