//! What goes through XML says the same when it comes back.

use cresset_synth::Population;

use crate::same::there_and_back;

#[test]
fn published_examples_come_back_the_same() {
    for json in [
        include_str!("fixtures/Patient-example.json"),
        include_str!("fixtures/Patient-glossy.json"),
        include_str!("fixtures/Bundle-bundle-transaction.json"),
        include_str!("fixtures/Observation-decimal.json"),
        include_str!("fixtures/Questionnaire-bb.json"),
    ] {
        there_and_back(json.as_bytes()).unwrap();
    }
}

#[test]
fn a_synthetic_practice_comes_back_the_same() {
    let population = Population::new(11, 3, "2026-01-01".parse().unwrap());
    let mut resources = 0;
    for chart in population.charts() {
        for resource in chart.resources() {
            there_and_back(resource.json).unwrap();
            resources += 1;
        }
    }
    assert!(resources > 300);
}
