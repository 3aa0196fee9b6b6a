//! Lives hang together.

use std::sync::LazyLock;

use serde_json::Value;

use crate::world::{AS_OF, World, is, mentions, reference, strings, text};

/// One population for every test of this file.
static WORLD: LazyLock<World> = LazyLock::new(|| World::of(8, 130));

fn any(chart: &[Value], resource_type: &str, member: &str, code: &str) -> bool {
    chart
        .iter()
        .any(|r| is(r, resource_type) && mentions(&r[member], code))
}

/// Whole years from birth to the day of a date or dateTime.
fn age(patient: &Value, at: &str) -> i32 {
    let day = |text: &str| text[..10].parse::<jiff::civil::Date>().expect("a date");
    day(text(&patient["birthDate"]))
        .until((jiff::Unit::Year, day(at)))
        .expect("in range")
        .get_years()
        .into()
}

#[test]
fn diabetics_have_glycated_hemoglobin_and_metformin() {
    let mut diabetics = 0;
    for chart in WORLD.patients() {
        let diabetic = chart.iter().any(|r| {
            is(r, "Condition")
                && mentions(&r["category"], "problem-list-item")
                && mentions(&r["code"], "44054006")
        });
        // Somebody diagnosed at their very last visit may not have been tested yet.
        let visits = chart
            .iter()
            .filter(|r| is(r, "Encounter") && mentions(&r["type"], "390906007"))
            .count();
        if diabetic && visits > 2 {
            diabetics += 1;
            let who = reference(&chart[0]);
            assert!(
                any(chart, "Observation", "code", "4548-4"),
                "{who} has no HbA1c"
            );
            assert!(
                any(
                    chart,
                    "MedicationRequest",
                    "medicationCodeableConcept",
                    "861007"
                ),
                "{who} has no metformin"
            );
        }
    }
    assert!(diabetics >= 5, "{diabetics}");
}

#[test]
fn diabetics_measure_higher() {
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for chart in WORLD.patients() {
        let diabetic = any(chart, "Condition", "code", "44054006");
        for glucose in chart
            .iter()
            .filter(|r| is(r, "Observation") && mentions(&r["code"], "2345-7"))
        {
            let value = glucose["valueQuantity"]["value"].as_f64().unwrap();
            if diabetic {
                with.push(value);
            } else {
                without.push(value);
            }
        }
    }
    let median = |values: &mut Vec<f64>| {
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    assert!(median(&mut with) > 125.0);
    assert!(median(&mut without) < 100.0);
}

#[test]
fn children_are_not_asked_about_smoking_nor_work() {
    let mut children = 0;
    for chart in WORLD.patients() {
        for observation in chart.iter().filter(|r| is(r, "Observation")) {
            let at = observation["effectiveDateTime"]
                .as_str()
                .or(observation["effectivePeriod"]["start"].as_str());
            if age(&chart[0], at.unwrap()) < 15 {
                children += 1;
                for code in ["72166-2", "11341-5", "76690-7", "82810-3"] {
                    assert!(
                        !mentions(&observation["code"], code),
                        "{}",
                        reference(observation)
                    );
                }
            }
        }
    }
    assert!(children > 500);
}

#[test]
fn children_grow() {
    for chart in WORLD.patients() {
        let heights: Vec<(String, f64)> = chart
            .iter()
            .filter(|r| is(r, "Observation") && mentions(&r["code"], "8302-2"))
            .map(|r| {
                (
                    text(&r["effectiveDateTime"]).to_owned(),
                    r["valueQuantity"]["value"].as_f64().unwrap(),
                )
            })
            .collect();
        assert!(
            heights.is_sorted_by(|a, b| a.0 <= b.0 && a.1 <= b.1),
            "{heights:?}"
        );
    }
}

#[test]
fn only_women_are_pregnant() {
    for chart in WORLD.patients() {
        let pregnant = any(chart, "Observation", "valueCodeableConcept", "77386006");
        assert!(!pregnant || chart[0]["gender"] == "female");
    }
}

#[test]
fn nothing_happens_before_birth_after_death_or_in_the_future() {
    let members = [
        "effectiveDateTime",
        "authoredOn",
        "recordedDate",
        "performedDateTime",
        "occurrenceDateTime",
        "issued",
    ];
    let mut deaths = 0;
    for chart in WORLD.patients() {
        let birth = text(&chart[0]["birthDate"]);
        let death = chart[0]["deceasedDateTime"].as_str();
        deaths += usize::from(death.is_some());
        let end = death.map_or(AS_OF.to_string(), |d| d[..10].to_owned());
        for resource in chart {
            strings(resource, "", &mut |name, text| {
                if members.contains(&name) {
                    assert!(
                        &text[..10] >= birth && text[..10] <= *end,
                        "{name} {text} of {}",
                        reference(resource)
                    );
                }
            });
        }
    }
    assert!(deaths > 3);
}

#[test]
fn infants_are_vaccinated_on_time() {
    let chart = &WORLD.patients()[1];
    for (code, doses) in [("20", 4), ("10", 3), ("03", 1), ("08", 3)] {
        let given = chart
            .iter()
            .filter(|r| {
                is(r, "Immunization") && r["status"] == "completed" && r["primarySource"] == true
            })
            .filter(|r| mentions(&r["vaccineCode"], code))
            .count();
        assert_eq!(given, doses, "CVX {code}");
    }
}
