//! The order of a patient's coverages: one that takes the place of another moves it down.

use cresset_model::Value;

use super::escaped;
use crate::edit;
use crate::write::{Around, Find};

/// The last place; several may share it.
const LAST: u8 = 5;

/// The patient's active coverages.
pub(super) fn others(body: &Value) -> Vec<Find> {
    let patient = edit::text(body, &["beneficiary", "reference"]);
    let (Some(patient), true) = (patient, is_active(body)) else {
        return Vec::new();
    };
    vec![Find::new(
        "Coverage",
        [("beneficiary", &*escaped(patient)), ("status", "active")],
    )]
}

/// Those that lose their place, and those that lose it to them.
pub(super) fn moved(body: &mut Value, around: &Around<'_>) -> Vec<Value> {
    let (Some(first), true) = (order(body), is_active(body)) else {
        return Vec::new();
    };
    let Some(own) = patient(body) else {
        return Vec::new();
    };
    let is_other = |other: &&Value| {
        let is_itself = edit::text(other, &["id"]) == Some(around.id);
        !is_itself && is_active(other) && patient(other) == Some(own)
    };
    let others: Vec<&Value> = around.left("Coverage").filter(is_other).collect();
    let mut moved = Vec::new();
    for place in first..LAST {
        let here = others.iter().filter(|other| order(other) == Some(place));
        let before = moved.len();
        moved.extend(here.map(|other| {
            let mut other = (*other).clone();
            other.set("order", Value::Number((place + 1).to_string().into()));
            other
        }));
        if moved.len() == before {
            break;
        }
    }
    moved
}

fn is_active(coverage: &Value) -> bool {
    edit::text(coverage, &["status"]) == Some("active")
}

fn patient(coverage: &Value) -> Option<(&str, &str)> {
    edit::text(coverage, &["beneficiary", "reference"]).and_then(edit::target)
}

fn order(coverage: &Value) -> Option<u8> {
    match coverage.get("order") {
        Some(Value::Number(number)) => number.parse().ok(),
        _ => None,
    }
}
