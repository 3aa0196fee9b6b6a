//! Prescriptions and what the pharmacy hands out.

mod drug;

use super::Life;
use super::cast::Trait;
use super::schedule::Purpose;
use super::visit::Visit;
use crate::concept::{Concept, Profile, hl7, unit_shown};
use crate::datatype::{Quantity, Ref};
use crate::json::Json;
pub(crate) use drug::*;

/// Days after which a standing prescription is renewed.
const RENEWAL_DAYS: i64 = 400;

const COMMUNITY: Concept = hl7!("medicationrequest-category", "community", "Community");
const DISCHARGE: Concept = hl7!("medicationrequest-category", "discharge", "Discharge");
const FIRST_FILL: Concept = hl7!("v3-ActCode", "FF", "First Fill");

/// A prescription that was written, for the claim that follows it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Order {
    pub(super) this: Ref,
    pub(super) drug: Drug,
}

/// Why a drug is prescribed and how the record says so.
struct Reason {
    condition: Option<Ref>,
    code: Option<Concept>,
    intent: &'static str,
}

/// Writes the prescriptions of a visit.
pub(super) fn prescribe(life: &mut Life<'_>, visit: &Visit) -> Vec<Order> {
    let mut orders = Vec::new();
    for (disease, problem) in life.problems.clone() {
        for (line, drug) in disease.facts().drugs.iter().enumerate() {
            // The first drug suits everyone who has the disease; further ones are for every third.
            let needs = line == 0 || life.part.is_some() || life.person.record_number % 3 == 0;
            if needs && is_due(life, drug, visit) {
                let reason = Reason {
                    condition: Some(problem),
                    code: None,
                    intent: "order",
                };
                orders.push(order(life, visit, drug, &reason));
            }
        }
    }
    if let Purpose::Illness(ailment) | Purpose::Emergency(ailment) = visit.purpose
        && let Some(drug) = ailment.drug.and_then(drug::with_code)
    {
        let reason = Reason {
            condition: None,
            code: Some(ailment.snomed),
            intent: "order",
        };
        orders.push(order(life, visit, &drug, &reason));
    }
    if matches!(visit.purpose, Purpose::Antenatal(week) if week < 14) {
        let reason = Reason {
            condition: None,
            code: None,
            intent: "order",
        };
        orders.push(order(life, visit, &FOLIC_ACID, &reason));
    }
    if visit.is_first && visit.age > 18.0 && life.befalls(Trait::MedicineElsewhere, 12.0) {
        let reason = Reason {
            condition: None,
            code: None,
            intent: "plan",
        };
        order(life, visit, &CETIRIZINE, &reason);
    }
    orders
}

/// Whether a standing prescription must be written or renewed at this visit.
fn is_due(life: &mut Life<'_>, drug: &Drug, visit: &Visit) -> bool {
    // Emergency departments and specialists leave standing prescriptions to the practice.
    if matches!(
        visit.purpose,
        Purpose::Emergency(_) | Purpose::Operation(_) | Purpose::Delivery
    ) {
        return false;
    }
    if visit.age < drug.age_min {
        return false;
    }
    let last = life
        .prescribed
        .iter_mut()
        .find(|(code, _)| *code == drug.code.code);
    match last {
        Some((_, at)) if visit.start.days_since(*at) < RENEWAL_DAYS => false,
        Some((_, at)) => {
            *at = visit.start;
            true
        }
        None => {
            life.prescribed.push((drug.code.code, visit.start));
            true
        }
    }
}

fn order(life: &mut Life<'_>, visit: &Visit, drug: &Drug, reason: &Reason) -> Order {
    let external = life.practice.medication(drug);
    let standing = drug.days_supply > 14;
    let stopped = !standing
        || life.person.death.is_some()
        || visit.start.days_since(life.end()) < -RENEWAL_DAYS;
    let elsewhere = reason.intent == "plan";
    let inpatient = visit.purpose.is_inpatient();
    let this = life.write(
        "MedicationRequest",
        Profile::us_core("us-core-medicationrequest"),
        |j| {
            j.text("status", if stopped { "completed" } else { "active" });
            j.text("intent", reason.intent);
            j.concepts("category", &[if inpatient { DISCHARGE } else { COMMUNITY }]);
            if elsewhere {
                j.reference("reportedReference", visit.clinician.person);
            } else {
                j.boolean("reportedBoolean", false);
            }
            medication(j, drug, external);
            j.reference("subject", visit.patient);
            j.reference("encounter", visit.encounter);
            j.date("authoredOn", visit.start);
            j.reference("requester", visit.clinician.person);
            if let Some(code) = &reason.code {
                j.concepts("reasonCode", std::slice::from_ref(code));
            }
            if let Some(condition) = reason.condition {
                j.references("reasonReference", &[condition]);
            }
            dosage(j, drug);
            j.object("dispenseRequest", |j| {
                j.integer("numberOfRepeatsAllowed", if standing { 3 } else { 0 });
                j.quantity("quantity", supply(drug));
            });
        },
    );
    let first = life.part.is_some() || life.random.chance(10.0);
    if first && !elsewhere {
        dispense(life, visit, drug, this);
    }
    Order { this, drug: *drug }
}

fn dispense(life: &mut Life<'_>, visit: &Visit, drug: &Drug, request: Ref) {
    let external = life.practice.medication(drug);
    let pharmacy = life.practice.pharmacy;
    life.write(
        "MedicationDispense",
        Profile::us_core("us-core-medicationdispense"),
        |j| {
            j.text("status", "completed");
            medication(j, drug, external);
            j.reference("subject", visit.patient);
            j.reference("context", visit.encounter);
            j.single("performer", |j| j.reference("actor", pharmacy));
            j.references("authorizingPrescription", &[request]);
            j.concept("type", &FIRST_FILL);
            j.quantity("quantity", supply(drug));
            j.moment("whenHandedOver", visit.end.plus_minutes(45));
            dosage(j, drug);
        },
    );
}

fn medication(j: &mut Json, drug: &Drug, external: Option<Ref>) {
    match external {
        Some(medication) => j.reference("medicationReference", medication),
        None => j.concept("medicationCodeableConcept", &drug.code),
    }
}

fn supply(drug: &Drug) -> Quantity {
    Quantity {
        value: drug.supply,
        scale: 0,
        unit: drug.form,
    }
}

fn dosage(j: &mut Json, drug: &Drug) {
    j.single("dosageInstruction", |j| {
        j.text("text", drug.instruction);
        j.object("timing", |j| {
            j.object("repeat", |j| {
                j.integer("frequency", drug.per_day);
                j.integer("period", 1);
                j.text("periodUnit", "d");
            });
        });
        j.single("doseAndRate", |j| {
            j.concept("type", &hl7!("dose-rate-type", "ordered", "Ordered"));
            let unit = if drug.form.code == "mL" {
                unit_shown("[iU]", "units")
            } else {
                drug.form
            };
            j.quantity(
                "doseQuantity",
                Quantity {
                    value: drug.dose,
                    scale: 0,
                    unit,
                },
            );
        });
    });
}
