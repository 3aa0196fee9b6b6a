//! Who made the record and who sent it on.

use super::Life;
use crate::concept::{Profile, hl7, us_core};

/// After this many resources the next visit's end accounts for them; so one `Provenance` stays a
/// resource of ordinary size.
const TARGETS_DUE: usize = 80;

/// Accounts for the record so far if enough has gathered.
pub(super) fn account_when_due(life: &mut Life<'_>) {
    if life.unaccounted.len() >= TARGETS_DUE {
        account(life);
    }
}

/// Adds a `Provenance` for everything that has none yet.
pub(super) fn account(life: &mut Life<'_>) {
    let targets = std::mem::take(&mut life.unaccounted);
    if targets.is_empty() {
        return;
    }
    let recorded = life.last_visit.plus_minutes(240);
    let (author, clinic) = (life.clinician.person, life.practice.clinic);
    life.write("Provenance", Profile::us_core("us-core-provenance"), |j| {
        j.references("target", &targets);
        j.moment("recorded", recorded);
        j.array("agent", |j| {
            j.item(|j| {
                j.concept(
                    "type",
                    &hl7!("provenance-participant-type", "author", "Author"),
                );
                j.reference("who", author);
                j.reference("onBehalfOf", clinic);
            });
            j.item(|j| {
                j.concept(
                    "type",
                    &us_core!(
                        "us-core-provenance-participant-type",
                        "transmitter",
                        "Transmitter"
                    ),
                );
                j.reference("who", clinic);
            });
        });
    });
    life.unaccounted.clear();
}
