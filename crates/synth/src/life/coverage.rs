//! Health insurance.

use super::Life;
use crate::concept::{Concept, Profile, concept, hl7};
use crate::datatype::Ref;
use crate::moment::Moment;
use crate::person::Person;
use crate::practice::Practice;

/// A code of the Source of Payment Typology.
const fn payment(code: &'static str, display: &'static str) -> Concept {
    concept("https://nahdo.org/sopt", code, display)
}

/// Who insures a person.
pub(super) fn payer(practice: &Practice, person: &Person, as_of: Moment) -> Ref {
    if person.age(as_of) >= 65.0 {
        practice.senior_payer
    } else if person.hardship {
        practice.public_payer
    } else {
        practice.commercial_payer
    }
}

/// Adds the patient's `Coverage`.
pub(super) fn write(life: &mut Life<'_>) {
    let member = format!("M{}", life.person.record_number);
    let (patient, payer, relative) = (life.patient, life.payer, life.relative);
    let is_child = life.person.age(life.as_of) < 18.0;
    let (kind, plan) = if payer == life.practice.senior_payer {
        (
            payment("1", "MEDICARE"),
            ["senior-a-b", "Senior Hospital and Medical"],
        )
    } else if payer == life.practice.public_payer {
        (
            payment("2", "MEDICAID"),
            ["assist-1", "Public Assistance Standard"],
        )
    } else {
        (
            payment("5", "PRIVATE HEALTH INSURANCE"),
            ["copper-silver", "Copper Silver PPO"],
        )
    };
    let since = life.person.birth.max(life.end().plus_days(-3_000));
    let until = life.person.death;
    let this = life.coverage;
    life.write_as(this, Profile::us_core("us-core-coverage"), |j| {
        j.single("identifier", |j| {
            j.concept("type", &hl7!("v2-0203", "MB", "Member Number"));
            j.text("system", "https://insurance.example/member");
            j.text("value", &member);
        });
        j.text(
            "status",
            if until.is_some() {
                "cancelled"
            } else {
                "active"
            },
        );
        j.concept("type", &kind);
        if is_child {
            j.reference("policyHolder", relative);
        }
        j.text("subscriberId", &member);
        j.reference("beneficiary", patient);
        let relationship = if is_child {
            hl7!("subscriber-relationship", "child", "Child")
        } else {
            hl7!("subscriber-relationship", "self", "Self")
        };
        j.concept("relationship", &relationship);
        j.days("period", since, until);
        j.references("payor", &[payer]);
        let [plan, plan_name] = plan;
        j.array("class", |j| {
            j.item(|j| {
                j.concept("type", &hl7!("coverage-class", "group", "Group"));
                j.text("value", "8820");
                j.text("name", "Maricopa County members");
            });
            j.item(|j| {
                j.concept("type", &hl7!("coverage-class", "plan", "Plan"));
                j.text("value", plan);
                j.text("name", plan_name);
            });
        });
    });
}
