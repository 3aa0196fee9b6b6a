//! Observation: vital signs.

mod panel;

use std::collections::BTreeSet;

use cresset_model::Value;

use crate::edit;
use crate::write::{Around, Behaviour, Refusal};

pub(super) static BEHAVIOUR: Behaviour = Behaviour {
    wants: members,
    check,
    shape,
    is_looked_at: true,
    about: Some("subject"),
    finds: panel::holders,
    finds_more: panel::left,
    consequences: panel::consequences,
    ignored: &["category", "issued", "interpretation", "specimen"],
    ..Behaviour::NONE
};

const LOINC: &str = "http://loinc.org";
const UCUM: &str = "http://unitsofmeasure.org";
const CATEGORY: &str = "http://terminology.hl7.org/CodeSystem/observation-category";
const ABSENT: &str = "http://terminology.hl7.org/CodeSystem/data-absent-reason";

/// How many signs there are: a panel of more members holds one of them twice.
const SIGNS: usize = 12;

/// The members of a panel.
fn members(body: &Value) -> Vec<String> {
    let members = edit::items(body, "hasMember").iter().take(SIGNS);
    let references = members.filter_map(|member| edit::text(member, &["reference"]));
    references.map(str::to_owned).collect()
}

/// A panel holds each sign once.
fn check(body: &Value, around: &Around<'_>) -> Vec<Refusal> {
    let mut seen = BTreeSet::new();
    let is_new = |sign| seen.insert(sign);
    let members = panel::members(body, around);
    let is_distinct = members.into_iter().filter_map(sign).all(is_new);
    let at = if !is_distinct || edit::items(body, "hasMember").len() > SIGNS {
        "Observation.hasMember"
    } else if panel::is_held_twice(body, around) {
        "Observation.code"
    } else {
        return Vec::new();
    };
    let text = "Vital sign reading already exists for the given reading";
    vec![Refusal::rule(at, text)]
}

fn shape(body: &mut Value, around: &Around<'_>) {
    if edit::text(body, &["status"]) != Some("entered-in-error") {
        body.set("status", edit::string("final"));
    }
    body.set(
        "category",
        Value::Array(vec![edit::concept(CATEGORY, "vital-signs")]),
    );
    if body.get("effectivePeriod").is_none() {
        edit::default(body, "effectiveDateTime", || edit::string(around.now));
    }
    body.set("issued", edit::string(around.now));
    let unit = sign(body).and_then(default_unit);
    quantity(body, unit);
    for component in edit::items_mut(body, "component") {
        quantity(component, Some("mmHg"));
        absence(component);
    }
    absence(body);
}

/// Which sign it is.
fn sign(observation: &Value) -> Option<&str> {
    edit::code(observation.get("code")?, Some(LOINC))
}

/// The unit a sign is measured in when none is sent.
fn default_unit(sign: &str) -> Option<&'static str> {
    Some(match sign {
        "29463-7" => "oz",
        "8302-2" => "in",
        "8867-4" | "9279-1" => "bpm",
        "8310-5" => "°F",
        "2708-6" | "59408-5" => "%",
        "56086-2" => "cm",
        _ => return None,
    })
}

/// The UCUM code of a unit of vital signs.
fn ucum(unit: &str) -> Option<&'static str> {
    Some(match unit {
        "oz" => "[oz_av]",
        "lb" | "lbs" => "[lb_av]",
        "kg" => "kg",
        "in" => "[in_i]",
        "cm" => "cm",
        "bpm" => "/min",
        "°F" => "[degF]",
        "%" => "%",
        "mmHg" => "mm[Hg]",
        _ => return None,
    })
}

fn quantity(holder: &mut Value, unit: Option<&str>) {
    let Some(quantity) = holder.get_mut("valueQuantity") else {
        return;
    };
    if let Some(unit) = unit {
        edit::default(quantity, "unit", || edit::string(unit));
    }
    let code = edit::text(quantity, &["unit"]).and_then(ucum);
    if let (Some(code), None) = (code, quantity.get("code")) {
        quantity.set("system", edit::string(UCUM));
        quantity.set("code", edit::string(code));
    }
}

/// A value and the reason why there is none exclude each other; without either, a sign was not taken.
fn absence(holder: &mut Value) {
    let Value::Object(members) = &*holder else {
        return;
    };
    let has_value = members.iter().any(|(name, _)| name.starts_with("value"));
    let has_parts = members
        .iter()
        .any(|(name, _)| matches!(&**name, "component" | "hasMember" | "note"));
    if has_value {
        holder.remove("dataAbsentReason");
    } else if !has_parts {
        edit::default(holder, "dataAbsentReason", || {
            edit::concept(ABSENT, "not-performed")
        });
    }
}
