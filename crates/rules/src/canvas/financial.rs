//! Consent, Coverage, `CoverageEligibilityRequest` and `PaymentNotice`: elements R4 requires and the EHR
//! does not use may come empty.

use cresset_model::Value;

use crate::edit;
use crate::write::{Around, Behaviour};

pub(super) static CONSENT: Behaviour = Behaviour {
    admit: admit_consent,
    renews: same_consent,
    shape: |body, around| {
        body.set("dateTime", edit::string(around.now));
    },
    ignored: &["dateTime"],
    files: &["sourceAttachment"],
    ..Behaviour::NONE
};

pub(super) static COVERAGE: Behaviour = Behaviour {
    shape: coverage,
    ..Behaviour::NONE
};

pub(super) static COVERAGE_ELIGIBILITY_REQUEST: Behaviour = Behaviour {
    admit: |body| edit::fill(body, "insurer", unused()),
    ..Behaviour::NONE
};

pub(super) static PAYMENT_NOTICE: Behaviour = Behaviour {
    admit: |body| {
        edit::fill(body, "payment", unused());
        edit::fill(body, "recipient", unused());
    },
    shape: payment,
    ignored: &["paymentStatus"],
    ..Behaviour::NONE
};

/// How a reference that nothing uses is read back.
fn unused() -> Value {
    edit::object([("display", "unused")])
}

fn admit_consent(body: &mut Value) {
    let unknown = || edit::object([("text", "Unknown")]);
    edit::fill(body, "scope", unknown());
    // R4 wants a policy (ppc-1), which the EHR's consents do not have.
    if body.get("policy").is_none() {
        edit::default(body, "policyRule", unknown);
    }
}

/// There is one consent for each patient and category.
fn same_consent(body: &Value) -> Vec<(String, String)> {
    let patient = edit::text(body, &["patient", "reference"]);
    let category = edit::items(body, "category").first();
    let coding = category.and_then(|category| edit::items(category, "coding").first());
    let coded = coding.and_then(|coding| {
        let (system, code) = (
            edit::text(coding, &["system"])?,
            edit::text(coding, &["code"])?,
        );
        Some(format!("{}|{}", escaped(system), escaped(code)))
    });
    match (patient, coded) {
        (Some(patient), Some(category)) => vec![
            ("patient".to_owned(), escaped(patient)),
            ("category".to_owned(), category),
        ],
        _ => Vec::new(),
    }
}

/// A value of a search parameter (R4 3.1.1.5.8).
fn escaped(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for letter in value.chars() {
        if matches!(letter, ',' | '|' | '$' | '\\') {
            out.push('\\');
        }
        out.push(letter);
    }
    out
}

/// A coverage begins on the day it was first stored, unless it says otherwise.
fn coverage(body: &mut Value, around: &Around<'_>) {
    let before = around
        .current
        .and_then(|current| edit::text(current, &["period", "start"]));
    edit::default(body, "period", || Value::Object(Vec::new()));
    if let Some(period) = body.get_mut("period") {
        edit::default(period, "start", || {
            edit::string(before.unwrap_or(around.today()))
        });
    }
    edit::tell(body.get_mut("relationship"), &RELATIONSHIPS);
}

/// What the codes of a claim form say of a relationship to the subscriber.
const RELATIONSHIPS: [(&str, &str); 5] = [
    (
        "child",
        "19 (Natural Child, insured has financial responsibility)",
    ),
    ("injured", "41 (Injured Plaintiff)"),
    ("other", "G8 (Other)"),
    ("self", "18 (Self)"),
    ("spouse", "01 (Spouse)"),
];

/// The time is that of the record, and the money is US dollars.
fn payment(body: &mut Value, around: &Around<'_>) {
    body.set("created", edit::string(around.now));
    if let Some(amount) = body.get_mut("amount") {
        amount.set("currency", edit::string("USD"));
    }
    let paid = edit::concept(
        "http://terminology.hl7.org/CodeSystem/paymentstatus",
        "paid",
    );
    body.set("paymentStatus", paid);
}
