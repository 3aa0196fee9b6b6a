//! Nothing points into the void, and everything clinical has a provenance.

use std::collections::BTreeSet;

use crate::world::{World, is, reference, strings, text};

#[test]
fn every_reference_resolves() {
    let world = World::of(2, 40);
    for resource in world.resources() {
        strings(resource, "", &mut |name, text| {
            if name == "reference" {
                assert!(
                    world.resolve(text).is_some(),
                    "{} of {}",
                    text,
                    reference(resource)
                );
            }
        });
    }
}

#[test]
fn every_attachment_resolves() {
    let world = World::of(2, 40);
    let mut resolved = 0;
    for document in world.resources().filter(|r| is(r, "DocumentReference")) {
        if let Some(url) = document["content"][0]["attachment"]["url"].as_str() {
            assert!(
                world
                    .resolve(url)
                    .is_some_and(|binary| is(binary, "Binary")),
                "{url}"
            );
            resolved += 1;
        }
    }
    assert!(resolved > 0);
}

#[test]
fn a_patients_resources_refer_to_that_patient_only() {
    for chart in World::of(4, 30).patients() {
        let own = reference(&chart[0]);
        for resource in chart {
            strings(resource, "", &mut |name, text| {
                assert!(
                    name != "reference" || !text.starts_with("Patient/") || text == own,
                    "{text}"
                );
            });
        }
    }
}

#[test]
fn every_profiled_resource_of_a_patient_has_exactly_one_provenance() {
    for chart in World::of(2, 40).patients() {
        let mut accounted = BTreeSet::new();
        for provenance in chart.iter().filter(|r| is(r, "Provenance")) {
            for target in provenance["target"].as_array().unwrap() {
                assert!(
                    accounted.insert(text(&target["reference"])),
                    "{target} twice"
                );
            }
        }
        let profiled = chart
            .iter()
            .filter(|r| r.get("meta").is_some() && !is(r, "Provenance"));
        for resource in profiled {
            assert!(
                accounted.contains(reference(resource).as_str()),
                "{}",
                reference(resource)
            );
        }
    }
}
