//! The same seed gives the same lives.

use cresset_synth::Chart;

use crate::world::population;

fn bytes(chart: &Chart) -> Vec<(String, Vec<u8>)> {
    chart
        .resources()
        .map(|r| (format!("{}/{}", r.resource_type, r.id), r.json.to_vec()))
        .collect()
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_one_others() {
    let all = |seed| {
        population(seed, 12)
            .charts()
            .map(|chart| bytes(&chart))
            .collect::<Vec<_>>()
    };
    assert_eq!(all(5), all(5));
    let (one, other) = (all(5), all(6));
    for (mine, theirs) in one.iter().zip(&other) {
        assert!(mine.iter().all(|r| !theirs.contains(r)));
    }
}

#[test]
fn a_small_population_is_the_beginning_of_a_large_one() {
    let (small, large) = (population(9, 7), population(9, 400));
    assert_eq!(bytes(&small.practice()), bytes(&large.practice()));
    // Last to first: a life does not depend on those told before it.
    for number in (0..7).rev() {
        assert_eq!(
            bytes(&small.patient(number)),
            bytes(&large.patient(number)),
            "{number}"
        );
    }
}

#[test]
fn a_population_has_its_patients_between_practice_and_groups() {
    let charts: Vec<Chart> = population(1, 3).charts().collect();
    assert_eq!(charts.len(), 5);
    for chart in &charts[1..4] {
        assert_eq!(
            chart.resources().next().map(|r| r.resource_type),
            Some("Patient")
        );
    }
    assert_eq!(population(1, 0).charts().count(), 2);
    assert!(population(1, 0).groups().is_empty());
}
