//! Care plans, care teams and goals.

use super::Life;
use super::disease::{Aim, CarePlan, Disease};
use super::schedule::Purpose;
use super::visit::Visit;
use crate::concept::{Concept, Profile, snomed, us_core};
use crate::datatype::Ref;
use crate::practice::clinician::{Clinician, Duty};

const ASSESS_PLAN: Concept = us_core!(
    "careplan-category",
    "assess-plan",
    "Assessment and Plan of Treatment"
);

/// What makes a plan that is not about a chronic disease.
struct Occasion {
    category: Concept,
    title: &'static str,
    activities: &'static [Concept],
    is_open: bool,
}

const PREVENTION: Occasion = Occasion {
    category: snomed("734163000", "Care plan"),
    title: "Prevention and health maintenance",
    activities: &[snomed(
        "386463000",
        "Prescribed activity/exercise education",
    )],
    is_open: true,
};

const ANTENATAL: Occasion = Occasion {
    category: snomed("134435003", "Routine antenatal care"),
    title: "Antenatal care",
    activities: &[
        snomed("135892000", "Antenatal education"),
        snomed("713076009", "Antenatal risk assessment"),
    ],
    is_open: false,
};

/// Makes the plans this visit calls for.
pub(super) fn plan(life: &mut Life<'_>, visit: &Visit) {
    if visit.is_first {
        let team = team(life, visit, None);
        if life.part.is_some() || life.random.chance(55.0) {
            general(life, visit, team, &PREVENTION);
        }
    }
    if matches!(visit.purpose, Purpose::Antenatal(week) if week < 12) {
        let team = team(life, visit, Some(Duty::Obstetrics));
        general(life, visit, team, &ANTENATAL);
    }
    if let Purpose::FollowUp(disease) = visit.purpose
        && let Some(plan) = disease.facts().plan
        && !life.planned.contains(&disease)
    {
        life.planned.push(disease);
        manage(life, visit, disease, plan);
    }
}

fn general(life: &mut Life<'_>, visit: &Visit, team: Ref, occasion: &Occasion) {
    let activities = occasion.activities;
    let until = if occasion.is_open {
        life.person.death
    } else {
        Some(visit.start.plus_days(240))
    };
    life.write("CarePlan", Profile::us_core("us-core-careplan"), |j| {
        j.narrative(&[occasion.title]);
        j.text(
            "status",
            if until.is_some() {
                "completed"
            } else {
                "active"
            },
        );
        j.text("intent", "plan");
        j.concepts("category", &[ASSESS_PLAN, occasion.category]);
        j.text("title", occasion.title);
        j.reference("subject", visit.patient);
        j.reference("encounter", visit.encounter);
        j.days("period", visit.start, until);
        j.references("careTeam", &[team]);
        activity(j, activities);
    });
}

fn activity(j: &mut crate::json::Json, activities: &[Concept]) {
    j.array("activity", |j| {
        for what in activities {
            j.item(|j| {
                j.object("detail", |j| {
                    j.concept("code", what);
                    j.text("status", "in-progress");
                });
            });
        }
    });
}

fn manage(life: &mut Life<'_>, visit: &Visit, disease: Disease, plan: &CarePlan) {
    let team = match disease {
        Disease::Depression => Some(team(life, visit, Some(Duty::BehavioralHealth))),
        Disease::Diabetes => Some(team(life, visit, Some(Duty::Pharmacy))),
        _ => None,
    };
    let goal = goal(life, visit, &plan.goal);
    let (problem, until) = (life.problem(disease), life.person.death);
    life.write("CarePlan", Profile::us_core("us-core-careplan"), |j| {
        j.narrative(&[plan.title]);
        j.text(
            "status",
            if until.is_some() {
                "completed"
            } else {
                "active"
            },
        );
        j.text("intent", "plan");
        j.concepts("category", &[ASSESS_PLAN, plan.category]);
        j.text("title", plan.title);
        j.reference("subject", visit.patient);
        j.reference("encounter", visit.encounter);
        j.days("period", visit.start, until);
        if let Some(team) = team {
            j.references("careTeam", &[team]);
        }
        if let Some(problem) = problem {
            j.references("addresses", &[problem]);
        }
        j.references("goal", &[goal]);
        activity(j, plan.activities);
    });
}

fn goal(life: &mut Life<'_>, visit: &Visit, aim: &Aim) -> Ref {
    let due = visit.start.plus_days(180);
    let ended = life.person.death.is_some();
    life.write("Goal", Profile::us_core("us-core-goal"), |j| {
        j.text(
            "lifecycleStatus",
            if ended { "cancelled" } else { "active" },
        );
        j.object("description", |j| j.text("text", aim.text));
        j.reference("subject", visit.patient);
        j.date("startDate", visit.start);
        j.single("target", |j| {
            j.concept("measure", &aim.measure);
            j.quantity("detailQuantity", aim.detail);
            j.date("dueDate", due);
        });
    })
}

fn team(life: &mut Life<'_>, visit: &Visit, joined_by: Option<Duty>) -> Ref {
    let own = life.clinician;
    let other = joined_by.map(|duty| life.practice.clinician(duty, life.number));
    let (relative, clinic) = (life.relative, life.practice.clinic);
    let ended = life.person.death;
    life.write("CareTeam", Profile::us_core("us-core-careteam"), |j| {
        j.text(
            "status",
            if ended.is_some() {
                "inactive"
            } else {
                "active"
            },
        );
        j.text(
            "name",
            if other.is_some() {
                "Team for a condition"
            } else {
                "Primary care team"
            },
        );
        j.reference("subject", visit.patient);
        j.days("period", visit.start, ended);
        j.array("participant", |j| {
            member(j, &own.function, own.person);
            if let Some(Clinician { function, role, .. }) = other {
                member(j, &function, role);
            }
            member(j, &snomed("133932002", "Caregiver"), relative);
        });
        j.references("managingOrganization", &[clinic]);
    })
}

fn member(j: &mut crate::json::Json, role: &Concept, member: Ref) {
    j.item(|j| {
        j.concepts("role", std::slice::from_ref(role));
        j.reference("member", member);
    });
}
