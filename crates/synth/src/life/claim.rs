//! Claims and explanations of benefit.

use super::Life;
use super::encounter;
use super::medication::Order;
use super::schedule::Purpose;
use super::visit::Visit;
use crate::concept::{Concept, Profile, concept, hl7};
use crate::datatype::Ref;
use crate::json::Json;

const PROFESSIONAL: Concept = hl7!("claim-type", "professional", "Professional");
const INSTITUTIONAL: Concept = hl7!("claim-type", "institutional", "Institutional");
const PHARMACY: Concept = hl7!("claim-type", "pharmacy", "Pharmacy");
const NORMAL: Concept = hl7!("processpriority", "normal", "Normal");
const SUBMITTED: Concept = hl7!("adjudication", "submitted", "Submitted Amount");
const BENEFIT: Concept = hl7!("adjudication", "benefit", "Benefit Amount");

/// A code of the Healthcare Common Procedure Coding System.
const fn hcpcs(code: &'static str, display: &'static str) -> Concept {
    concept(
        "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets",
        code,
        display,
    )
}

/// What a visit costs.
struct Bill {
    kind: Concept,
    service: Concept,
    cents: i64,
}

/// Claims a visit and its prescriptions, and explains what the payer paid for the visit.
pub(super) fn settle(life: &mut Life<'_>, visit: &Visit, orders: &[Order]) {
    let bill = bill(life, visit);
    let claim = claim_visit(life, visit, &bill);
    explain(life, visit, &bill, claim);
    for order in orders {
        claim_drug(life, visit, order);
    }
}

fn bill(life: &mut Life<'_>, visit: &Visit) -> Bill {
    let (kind, cents) = match visit.purpose {
        Purpose::Hospitalization(_) | Purpose::Delivery => {
            (INSTITUTIONAL, life.random.between(900_000, 2_400_000))
        }
        Purpose::Emergency(_) => (INSTITUTIONAL, life.random.between(60_000, 160_000)),
        Purpose::Operation(_) => (INSTITUTIONAL, life.random.between(150_000, 900_000)),
        _ => (PROFESSIONAL, life.random.between(8_500, 24_000)),
    };
    let service = match visit.purpose {
        Purpose::Checkup if visit.age >= 65.0 => hcpcs(
            "G0439",
            "Annual wellness visit, includes a personalized prevention plan of service (pps), subsequent visit",
        ),
        _ => encounter::kind(visit.purpose),
    };
    Bill {
        kind,
        service,
        cents,
    }
}

fn claim_visit(life: &mut Life<'_>, visit: &Visit, bill: &Bill) -> Ref {
    let coverage = life.coverage;
    life.write("Claim", Profile::NONE, |j| {
        head(j, visit, bill.kind, visit.organization);
        if let Some(condition) = visit.condition {
            j.single("diagnosis", |j| {
                j.integer("sequence", 1);
                j.reference("diagnosisReference", condition);
            });
        }
        insured(j, coverage);
        j.single("item", |j| {
            j.integer("sequence", 1);
            j.concept("productOrService", &bill.service);
            j.references("encounter", &[visit.encounter]);
        });
        j.money("total", bill.cents);
    })
}

fn claim_drug(life: &mut Life<'_>, visit: &Visit, order: &Order) {
    let (coverage, pharmacy) = (life.coverage, life.practice.pharmacy);
    life.write("Claim", Profile::NONE, |j| {
        head(j, visit, PHARMACY, pharmacy);
        j.reference("prescription", order.this);
        insured(j, coverage);
        j.single("item", |j| {
            j.integer("sequence", 1);
            j.concept("productOrService", &order.drug.code);
            j.references("encounter", &[visit.encounter]);
        });
        j.money("total", order.drug.price);
    });
}

fn head(j: &mut Json, visit: &Visit, kind: Concept, provider: Ref) {
    j.text("status", "active");
    j.concept("type", &kind);
    j.text("use", "claim");
    j.reference("patient", visit.patient);
    j.days("billablePeriod", visit.start, Some(visit.end));
    j.moment("created", visit.end.plus_minutes(60));
    j.reference("provider", provider);
    j.concept("priority", &NORMAL);
}

fn insured(j: &mut Json, coverage: Ref) {
    j.single("insurance", |j| {
        j.integer("sequence", 1);
        j.boolean("focal", true);
        j.reference("coverage", coverage);
    });
}

fn explain(life: &mut Life<'_>, visit: &Visit, bill: &Bill, claim: Ref) {
    let (coverage, payer) = (life.coverage, life.payer);
    let paid = bill.cents * 4 / 5;
    let created = visit.end.plus_days(9).min(life.as_of.plus_minutes(-60));
    life.write("ExplanationOfBenefit", Profile::NONE, |j| {
        j.text("status", "active");
        j.concept("type", &bill.kind);
        j.text("use", "claim");
        j.reference("patient", visit.patient);
        j.days("billablePeriod", visit.start, Some(visit.end));
        j.moment("created", created);
        j.reference("insurer", payer);
        j.reference("provider", visit.organization);
        j.reference("claim", claim);
        j.text("outcome", "complete");
        j.single("insurance", |j| {
            j.boolean("focal", true);
            j.reference("coverage", coverage);
        });
        j.single("item", |j| {
            j.integer("sequence", 1);
            j.concept("productOrService", &bill.service);
            j.references("encounter", &[visit.encounter]);
            j.single("adjudication", |j| amount(j, &BENEFIT, paid));
        });
        j.single("total", |j| amount(j, &SUBMITTED, bill.cents));
        j.object("payment", |j| {
            j.date("date", created);
            j.money("amount", paid);
        });
    });
}

fn amount(j: &mut Json, category: &Concept, cents: i64) {
    j.concept("category", category);
    j.money("amount", cents);
}
