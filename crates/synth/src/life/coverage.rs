//! Health insurance.

use super::Life;
use crate::concept::{Concept, Profile, concept, hl7};
use crate::datatype::Ref;
use crate::json::Json;
use crate::moment::Moment;
use crate::person::Person;
use crate::practice::Practice;

const SELF: Concept = hl7!("subscriber-relationship", "self", "Self");
const CHILD: Concept = hl7!("subscriber-relationship", "child", "Child");
const GROUP: Concept = hl7!("coverage-class", "group", "Group");
const PLAN: Concept = hl7!("coverage-class", "plan", "Plan");

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

/// What kind of insurance a payer gives, and the value and name of its plan.
fn plan(practice: &Practice, payer: Ref) -> (Concept, &'static str, &'static str) {
    if payer == practice.senior_payer {
        (
            payment("1", "MEDICARE"),
            "senior-a-b",
            "Senior Hospital and Medical",
        )
    } else if payer == practice.public_payer {
        (
            payment("2", "MEDICAID"),
            "assist-1",
            "Public Assistance Standard",
        )
    } else {
        (
            payment("5", "PRIVATE HEALTH INSURANCE"),
            "copper-silver",
            "Copper Silver PPO",
        )
    }
}

/// Adds the patient's `Coverage`.
pub(super) fn write(life: &mut Life<'_>) {
    let member = format!("M{}", life.person.record_number);
    let (patient, payer, relative) = (life.patient, life.payer, life.relative);
    let policy_holder = (life.person.age(life.as_of) < 18.0).then_some(relative);
    let (kind, plan, plan_name) = plan(life.practice, payer);
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
        if let Some(holder) = policy_holder {
            j.reference("policyHolder", holder);
        }
        j.text("subscriberId", &member);
        j.reference("beneficiary", patient);
        j.concept(
            "relationship",
            if policy_holder.is_some() {
                &CHILD
            } else {
                &SELF
            },
        );
        j.days("period", since, until);
        j.references("payor", &[payer]);
        j.array("class", |j| {
            class(j, &GROUP, ("8820", "Maricopa County members"));
            class(j, &PLAN, (plan, plan_name));
        });
    });
}

fn class(j: &mut Json, kind: &Concept, (value, name): (&str, &str)) {
    j.item(|j| {
        j.concept("type", kind);
        j.text("value", value);
        j.text("name", name);
    });
}
