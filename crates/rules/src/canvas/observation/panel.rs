//! Panels: every sign is a member of one, which is made for a sign that comes alone; a panel that names
//! members takes them from those they were in.

use std::collections::BTreeSet;

use cresset_model::Value;

use super::{LOINC, SIGNS, sign};
use crate::edit;
use crate::write::{Around, Before, Find};

const ERROR: &str = "entered-in-error";
const PANEL: &str = "85353-1";
const PANEL_DISPLAY: &str =
    "Vital signs, weight, height, head circumference, oxygen saturation and BMI panel";
/// Of how many observations it is asked whether they are panels.
const LEFT_MAX: usize = 100;
/// The saturation a pulse oximeter shows, and that of arterial blood it stands for.
const OXIMETRY: &str = "59408-5";
const ARTERIAL: (&str, &str) = ("2708-6", "Oxygen saturation in Arterial blood");

/// The panels that hold the members of this one.
pub(super) fn holders(body: &Value) -> Vec<Find> {
    let members: Vec<String> = edit::items(body, "hasMember")
        .iter()
        .take(SIGNS)
        .filter_map(|member| edit::target(edit::text(member, &["reference"])?))
        .map(|(name, id)| format!("{name}/{id}"))
        .collect();
    if members.is_empty() {
        return Vec::new();
    }
    vec![Find::new(
        "Observation",
        [("has-member", &*members.join(","))],
    )]
}

/// What the members are derived from so far, if it is a panel.
pub(super) fn left(panel: &Value, before: Before<'_>) -> Vec<Find> {
    let members = named(panel, before.known, before.beside).into_iter();
    let members = members.filter(|value| is_member(value));
    let sources = members.flat_map(|member| edit::items(member, "derivedFrom"));
    let sources = sources.filter_map(observation).take(LEFT_MAX);
    let ids: BTreeSet<&str> = sources.filter(|id| edit::is_id(id)).collect();
    if ids.is_empty() {
        return Vec::new();
    }
    let ids: Vec<&str> = ids.into_iter().collect();
    let code = format!("{LOINC}|{PANEL}");
    let parameters = [("_id", &*ids.join(",")), ("code", &*code)];
    vec![Find::new("Observation", parameters)]
}

/// The observations a panel names as its members, as far as they are known.
pub(super) fn members<'s>(panel: &Value, around: &Around<'s>) -> Vec<&'s Value> {
    named(panel, around.known, around.beside)
}

/// Each as the transaction leaves it that brings it or changes it.
fn named<'s>(panel: &Value, known: &'s [Value], beside: &'s [Value]) -> Vec<&'s Value> {
    let members = edit::items(panel, "hasMember").iter().take(SIGNS);
    let one = |id: &str| {
        let is_it =
            |value: &&Value| is_observation(value) && edit::text(value, &["id"]) == Some(id);
        beside
            .iter()
            .find(is_it)
            .or_else(|| known.iter().find(is_it))
    };
    members.filter_map(observation).filter_map(one).collect()
}

/// The panel beside that names this observation of its subject as its member.
fn holder<'s>(body: &Value, around: &Around<'s>) -> Option<&'s Value> {
    let own = subject(body)?;
    let is_this = |member: &Value| observation(member) == Some(around.id);
    let holds = |value: &&Value| {
        let holds = edit::items(value, "hasMember").iter().any(is_this);
        holds && is_panel(value) && subject(value) == Some(own)
    };
    around.beside.iter().find(holds)
}

/// Whether the panel beside that names a sign as its member names another reading of it too.
pub(super) fn is_held_twice(body: &Value, around: &Around<'_>) -> bool {
    let others = holder(body, around).map(|panel| named(panel, &[], around.beside));
    let is_of_subject = |other: &&Value| subject(other) == subject(body);
    let mut others = others.into_iter().flatten().filter(is_of_subject);
    others.any(|other| edit::text(other, &["id"]) != Some(around.id) && sign(other) == sign(body))
}

/// What a sign or a panel brings.
pub(super) fn consequences(body: &mut Value, around: &Around<'_>) -> Vec<Value> {
    if edit::text(body, &["status"]) == Some(ERROR) {
        return Vec::new();
    }
    if sign(body) == Some(PANEL) {
        return gathered(body, around);
    }
    if body.get("derivedFrom").is_none()
        && let Some(id) = holder(body, around).and_then(|panel| edit::text(panel, &["id"]))
    {
        body.set("derivedFrom", derived_from(id));
    }
    let mut others: Vec<Value> = arterial(body, around).into_iter().collect();
    if body.get("derivedFrom").is_none() {
        let panel = panel(body, &others, around);
        let id = edit::text(&panel, &["id"]).unwrap_or_default();
        let of_panel = derived_from(id);
        for member in others.iter_mut().chain([body]) {
            member.set("derivedFrom", of_panel.clone());
        }
        others.push(panel);
    }
    others
}

/// The panel of a sign that comes without one.
fn panel(sign: &Value, others: &[Value], around: &Around<'_>) -> Value {
    let id = (around.new_id)();
    let mut panel = edit::object([("resourceType", "Observation"), ("id", &*id)]);
    let elements = [
        "status",
        "category",
        "subject",
        "effectiveDateTime",
        "effectivePeriod",
        "issued",
        "performer",
    ];
    for name in elements {
        if let Some(value) = sign.get(name) {
            panel.set(name, value.clone());
        }
    }
    panel.set("code", coded(PANEL, PANEL_DISPLAY));
    let ids = others.iter().filter_map(|other| edit::text(other, &["id"]));
    let members = std::iter::once(around.id).chain(ids).map(reference);
    panel.set("hasMember", Value::Array(members.collect()));
    panel
}

/// The members of a panel belong to it, and to no other: one that is left without any was an error.
fn gathered(panel: &Value, around: &Around<'_>) -> Vec<Value> {
    let own = subject(panel);
    let is_of_patient = |value: &&Value| own.is_some() && subject(value) == own;
    let is_other =
        |value: &&Value| is_panel(value) && edit::text(value, &["id"]) != Some(around.id);
    let before: Vec<&Value> = around.left("Observation").filter(is_other).collect();
    let names_panel = |source: &Value| {
        let id = observation(source);
        id.is_some_and(|id| {
            id == around.id || before.iter().any(|p| edit::text(p, &["id"]) == Some(id))
        })
    };
    let mut changed = Vec::new();
    let mut ids = Vec::new();
    let members = members(panel, around)
        .into_iter()
        .filter(|value| is_member(value));
    for member in members.filter(is_of_patient) {
        ids.extend(edit::text(member, &["id"]).map(str::to_owned));
        let mut sources = vec![reference(around.id)];
        let derived = edit::items(member, "derivedFrom");
        sources.extend(
            derived
                .iter()
                .filter(|source| !names_panel(source))
                .cloned(),
        );
        if derived != sources {
            let mut member = member.clone();
            member.set("derivedFrom", Value::Array(sources));
            changed.push(member);
        }
    }
    let is_taken =
        |member: &Value| observation(member).is_some_and(|id| ids.iter().any(|taken| taken == id));
    let holds_one = |value: &&Value| edit::items(value, "hasMember").iter().any(is_taken);
    let before = before.into_iter().filter(is_of_patient).filter(holds_one);
    for holder in before {
        let mut holder = holder.clone();
        if edit::items(&holder, "hasMember").iter().all(is_taken) {
            holder.set("status", edit::string(ERROR));
        } else {
            edit::retain(&mut holder, "hasMember", |member| !is_taken(member));
        }
        changed.push(holder);
    }
    changed
}

/// Whether it can be a member: an observation that is no panel.
fn is_member(value: &Value) -> bool {
    is_observation(value) && sign(value) != Some(PANEL)
}

/// Whether it is a panel that was no error.
fn is_panel(value: &Value) -> bool {
    let is_error = edit::text(value, &["status"]) == Some(ERROR);
    is_observation(value) && sign(value) == Some(PANEL) && !is_error
}

fn is_observation(value: &Value) -> bool {
    edit::text(value, &["resourceType"]) == Some("Observation")
}

/// Type and id of whom it is about.
fn subject(value: &Value) -> Option<(&str, &str)> {
    edit::text(value, &["subject", "reference"]).and_then(edit::target)
}

/// The id of the observation a reference names.
fn observation(reference: &Value) -> Option<&str> {
    match edit::target(edit::text(reference, &["reference"])?)? {
        ("Observation", id) => Some(id),
        _ => None,
    }
}

/// A saturation by pulse oximetry is recorded as one of arterial blood too.
fn arterial(stored: &Value, around: &Around<'_>) -> Option<Value> {
    if sign(stored) != Some(OXIMETRY) {
        return None;
    }
    let mut arterial = stored.clone();
    let (code, display) = ARTERIAL;
    arterial.set("code", coded(code, display));
    arterial.set("id", edit::string(&(around.new_id)()));
    Some(arterial)
}

fn coded(code: &str, display: &str) -> Value {
    let coding = edit::object([("system", LOINC), ("code", code), ("display", display)]);
    edit::holder("coding", Value::Array(vec![coding]))
}

fn reference(id: &str) -> Value {
    edit::object([("reference", &*format!("Observation/{id}"))])
}

fn derived_from(id: &str) -> Value {
    Value::Array(vec![reference(id)])
}
