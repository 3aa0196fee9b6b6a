//! Consent, Coverage, `CoverageEligibilityRequest` and `PaymentNotice`: elements R4 requires and the EHR
//! does not use may come empty.

mod order;

use cresset_model::Value;

use crate::edit;
use crate::write::{Around, Behaviour};

pub(super) static CONSENT: Behaviour = Behaviour {
    admit: admit_consent,
    renews: Some(same_consent),
    is_renewed: |found, sent| coding(found) == coding(sent),
    shape: consent,
    ignored: &["dateTime"],
    files: &["sourceAttachment"],
    ..Behaviour::NONE
};

pub(super) static COVERAGE: Behaviour = Behaviour {
    about: Some("beneficiary"),
    finds: order::others,
    is_looked_at: true,
    consequences: order::moved,
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

/// There is one consent for each patient and category, which is named by its code or, where it has
/// none, by its display.
fn same_consent(body: &Value) -> Vec<(String, String)> {
    let patient = edit::text(body, &["patient", "reference"]);
    let category = coding(body).map(|(system, name)| match name {
        Name::Code(code) => ("category", format!("{}|{}", escaped(system), escaped(code))),
        Name::Display(display) => ("category:text", escaped(display)),
    });
    match (patient, category) {
        (Some(patient), Some((parameter, value))) => vec![
            ("patient".to_owned(), escaped(patient)),
            (parameter.to_owned(), value),
        ],
        _ => Vec::new(),
    }
}

/// What a category is known by within its system.
#[derive(PartialEq)]
enum Name<'v> {
    Code(&'v str),
    Display(&'v str),
}

/// The system and the name of the first category of a consent.
fn coding(consent: &Value) -> Option<(&str, Name<'_>)> {
    let category = edit::items(consent, "category").first()?;
    let coding = edit::items(category, "coding").first()?;
    let code = edit::text(coding, &["code"]).map(Name::Code);
    let name = code.or_else(|| edit::text(coding, &["display"]).map(Name::Display));
    Some((edit::text(coding, &["system"])?, name?))
}

/// A consent whose time is over when it is stored is not active.
fn consent(body: &mut Value, around: &Around<'_>) {
    body.set("dateTime", edit::string(around.now));
    let end = edit::text(body, &["provision", "period", "end"]);
    let is_past = end.is_some_and(|end| {
        let day = end.get(..10).unwrap_or(end);
        around
            .today()
            .get(..day.len())
            .is_some_and(|today| day < today)
    });
    if is_past && edit::text(body, &["status"]) == Some("active") {
        body.set("status", edit::string("inactive"));
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
