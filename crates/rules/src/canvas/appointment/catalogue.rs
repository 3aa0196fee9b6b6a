//! What a practice offers: its kinds of appointments and its reasons for a visit, as value sets that the
//! operator imports. Where there is none, every code is taken.

use cresset_model::Value;

use crate::edit;
use crate::write::{Around, Find, Refusal};

/// The kinds of appointments; the first is the one that is meant when none is said.
const TYPES: &str = "https://cresset.example/fhir/ValueSet/canvas-appointment-types";
/// Kinds of notes that are no appointments.
const NOTES: &str = "https://cresset.example/fhir/ValueSet/canvas-note-types";
/// The structured reasons for a visit.
const REASONS: &str = "https://cresset.example/fhir/ValueSet/canvas-reasons-for-visit";
/// Where it is false in the value set of kinds, a time is given once.
const DOUBLE_BOOKING: &str =
    "https://cresset.example/fhir/StructureDefinition/canvas-double-booking";

/// Most characters of a code that are repeated to its sender.
const SHOWN_MAX: usize = 64;

pub(super) fn finds() -> Vec<Find> {
    let urls = [TYPES, NOTES, REASONS].join(",");
    vec![Find::new("ValueSet", [("url", &*urls)])]
}

/// The kind and the reason are of the catalogues, where there are some; an update may keep what the
/// practice does not offer any more.
pub(super) fn check(body: &Value, around: &Around<'_>) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    let said = kind(body).filter(|said| around.current.and_then(kind).as_ref() != Some(said));
    if let (Some(types), Some((system, code))) = (named(around.found, TYPES), said)
        && concepts(types).all(|concept| concept != (system, code))
    {
        let note = named(around.found, NOTES).and_then(|notes| display(notes, (system, code)));
        let text = match note {
            Some(name) => format!("Note type: {name} is not scheduleable"),
            None => format!(
                "Appointment Type does not exist with code: {} and system: {}",
                shown(code),
                shown(system)
            ),
        };
        refusals.push(Refusal::rule("Appointment.appointmentType", text));
    }
    let said = reason(body).filter(|said| around.current.and_then(reason) != Some(said));
    if let (Some(reasons), Some(code)) = (named(around.found, REASONS), said) {
        let text = match concepts(reasons)
            .filter(|(_, known)| *known == code)
            .count()
        {
            0 => "does not exist",
            1 => return refusals,
            _ => "is not unique",
        };
        let text = format!(
            "structured reason for visit with code {} {text}",
            shown(code)
        );
        refusals.push(Refusal::rule("Appointment.reasonCode[0]", text));
    }
    refusals
}

/// The kind that is meant when none is said.
pub(super) fn default_type(body: &mut Value, around: &Around<'_>) {
    let first = named(around.found, TYPES).and_then(|types| concepts(types).next());
    if let Some((system, code)) = first {
        edit::default(body, "appointmentType", || edit::concept(system, code));
    }
}

/// Whether two appointments may be at one time.
pub(super) fn is_double_booked(found: &[Value]) -> bool {
    let said = named(found, TYPES).and_then(|types| edit::extension(types, DOUBLE_BOOKING));
    said.and_then(|said| said.get("valueBoolean")) != Some(&Value::Bool(false))
}

/// The value set of this URL.
fn named<'v>(found: &'v [Value], url: &str) -> Option<&'v Value> {
    let mut found = found.iter();
    found.find(|set| edit::text(set, &["url"]) == Some(url))
}

/// System and code of each concept of a value set.
fn concepts(set: &Value) -> impl Iterator<Item = (&str, &str)> {
    let includes = set
        .get("compose")
        .map_or(&[][..], |c| edit::items(c, "include"));
    includes.iter().flat_map(|include| {
        let system = edit::text(include, &["system"]).unwrap_or_default();
        let concepts = edit::items(include, "concept").iter();
        concepts.filter_map(move |concept| Some((system, edit::text(concept, &["code"])?)))
    })
}

/// How a concept of a value set is called.
fn display<'v>(set: &'v Value, (system, code): (&str, &'v str)) -> Option<&'v str> {
    let includes = edit::items(set.get("compose")?, "include").iter();
    let of_system = |include: &&Value| edit::text(include, &["system"]) == Some(system);
    let mut concepts = includes
        .filter(of_system)
        .flat_map(|include| edit::items(include, "concept"));
    let concept = concepts.find(|concept| edit::text(concept, &["code"]) == Some(code))?;
    Some(edit::text(concept, &["display"]).unwrap_or(code))
}

/// System and code of the kind that is said.
fn kind(body: &Value) -> Option<(&str, &str)> {
    let coding = edit::items(body.get("appointmentType")?, "coding").first()?;
    Some((
        edit::text(coding, &["system"])?,
        edit::text(coding, &["code"])?,
    ))
}

/// The code of the structured reason: only the first is used.
fn reason(body: &Value) -> Option<&str> {
    let reason = edit::items(body, "reasonCode").first()?;
    edit::text(edit::items(reason, "coding").first()?, &["code"])
}

/// As much of a text of the caller as an answer repeats.
fn shown(text: &str) -> String {
    text.chars().take(SHOWN_MAX).collect()
}
