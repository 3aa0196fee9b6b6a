//! The `Encounter`: the visit itself.

use super::Life;
use super::schedule::{Operation, Purpose};
use super::visit::Visit;
use crate::concept::{Concept, Profile, concept, hl7, snomed};

const AMBULATORY: Concept = hl7!("v3-ActCode", "AMB", "ambulatory");
const INPATIENT: Concept = hl7!("v3-ActCode", "IMP", "inpatient encounter");
const EMERGENCY: Concept = hl7!("v3-ActCode", "EMER", "emergency");
const PRIMARY_PERFORMER: Concept = hl7!("v3-ParticipationType", "PPRF", "primary performer");
const HOME: Concept = concept(
    "http://www.nubc.org/patient-discharge",
    "01",
    "Discharged to home care or self care (routine discharge)",
);

/// What kind of encounter serves a purpose.
pub(super) fn kind(purpose: Purpose) -> Concept {
    match purpose {
        Purpose::WellChild => snomed("410620009", "Well child visit"),
        Purpose::Checkup => snomed("162673000", "General examination of patient"),
        Purpose::FollowUp(_) => snomed("390906007", "Follow-up encounter"),
        Purpose::Illness(_) => snomed("185345009", "Encounter for symptom"),
        Purpose::Emergency(_) => snomed("50849002", "Emergency room admission"),
        Purpose::Antenatal(week) if week < 12 => snomed("424441002", "Prenatal initial visit"),
        Purpose::Antenatal(_) => snomed("424619006", "Prenatal visit"),
        Purpose::Delivery => snomed("183460006", "Obstetric emergency hospital admission"),
        Purpose::Hospitalization(_) => snomed("183452005", "Emergency hospital admission"),
        Purpose::Consultation(_) => snomed("11429006", "Consultation"),
        Purpose::Operation(_) => snomed("308335008", "Patient encounter procedure"),
    }
}

/// Why the patient came, if the record has no condition for it.
fn reason(purpose: Purpose) -> Option<Concept> {
    match purpose {
        Purpose::Antenatal(_) => Some(snomed("72892002", "Normal pregnancy")),
        Purpose::Operation(Operation::Biopsy) => Some(snomed("126488004", "Neoplasm of skin")),
        Purpose::Operation(Operation::KneeReplacement) => {
            Some(snomed("239873007", "Osteoarthritis of knee"))
        }
        Purpose::Operation(Operation::Pacemaker) => Some(snomed("49436004", "Atrial fibrillation")),
        Purpose::Illness(ailment) | Purpose::Emergency(ailment) => Some(ailment.snomed),
        _ => None,
    }
}

/// Adds the encounter of a visit.
pub(super) fn write(life: &mut Life<'_>, visit: &Visit) {
    let number = format!("{}-{}", life.person.record_number, life.visits);
    let class = match visit.purpose {
        Purpose::Delivery | Purpose::Hospitalization(_) => INPATIENT,
        Purpose::Emergency(_) => EMERGENCY,
        _ => AMBULATORY,
    };
    life.write_as(
        visit.encounter,
        Profile::us_core("us-core-encounter"),
        |j| {
            j.array("identifier", |j| {
                j.identifier_item("https://saguaro.example/visit", &number);
            });
            j.text("status", "finished");
            j.coding("class", &class);
            j.concepts("type", &[kind(visit.purpose)]);
            j.reference("subject", visit.patient);
            j.single("participant", |j| {
                j.concepts("type", &[PRIMARY_PERFORMER]);
                j.period("period", visit.start, Some(visit.end));
                j.reference("individual", visit.clinician.person);
            });
            j.period("period", visit.start, Some(visit.end));
            if let Some(reason) = reason(visit.purpose) {
                j.concepts("reasonCode", &[reason]);
            }
            if let Some(condition) = visit.condition {
                j.references("reasonReference", &[condition]);
            }
            if visit.purpose.is_inpatient() || matches!(visit.purpose, Purpose::Emergency(_)) {
                j.object("hospitalization", |j| {
                    j.concept("dischargeDisposition", &HOME);
                });
            }
            j.single("location", |j| {
                j.reference("location", visit.place);
                j.text("status", "completed");
            });
            j.reference("serviceProvider", visit.organization);
        },
    );
}
