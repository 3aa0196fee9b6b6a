//! Appointment.

mod booking;
mod catalogue;

use cresset_model::Value;

use super::{carry, entries, note};
use crate::edit;
use crate::write::{Around, Behaviour, Refusal};

pub(super) static BEHAVIOUR: Behaviour = Behaviour {
    is_looked_at: true,
    admit,
    finds: |_| catalogue::finds(),
    finds_more: |body, before| booking::finds(body, before.found).into_iter().collect(),
    check,
    shape,
    ..Behaviour::NONE
};

/// The elements of the Endpoint that must be there and are not used may come empty; instants may
/// come without seconds.
fn admit(body: &mut Value) {
    for endpoint in edit::items_mut(body, "contained") {
        let connection = edit::object([
            (
                "system",
                "http://terminology.hl7.org/CodeSystem/endpoint-connection-type",
            ),
            ("code", "hl7-fhir-rest"),
        ]);
        edit::fill(endpoint, "connectionType", connection);
        let video = edit::holder(
            "coding",
            Value::Array(vec![edit::object([("code", "video-call")])]),
        );
        edit::fill(endpoint, "payloadType", Value::Array(vec![video]));
    }
    for name in ["start", "end"] {
        let instant = edit::text(body, &[name]).and_then(instant);
        if let Some(instant) = instant {
            body.set(name, edit::string(&instant));
        }
    }
}

/// `2026-01-31T08:30` with its seconds and a zone, where they are missing.
fn instant(text: &str) -> Option<String> {
    let (day, time) = text.split_once('T')?;
    let (clock, zone) = match time.find(['Z', '+', '-']) {
        Some(at) => time.split_at(at),
        None => (time, "Z"),
    };
    let seconds = if clock.len() == 5 { ":00" } else { "" };
    Some(format!("{day}T{clock}{seconds}{zone}"))
}

fn check(body: &Value, around: &Around<'_>) -> Vec<Refusal> {
    let mut refusals = catalogue::check(body, around);
    refusals.extend(booking::check(body, around));
    let changed = around
        .current
        .filter(|current| patient(current) != patient(body));
    refusals.extend(changed.map(|_| {
        let text = "Cannot change patient for an existing appointment. Please cancel this appointment and create a new one for the new patient.";
        Refusal::rule("Appointment.participant", text)
    }));
    refusals
}

fn shape(body: &mut Value, around: &Around<'_>) {
    // The note of an appointment is for the server alone to name.
    edit::remove_extension(body, note::NOTE);
    for participant in edit::items_mut(body, "participant") {
        participant.set("status", edit::string("accepted"));
    }
    if let Some(Value::Array(reasons)) = body.get_mut("reasonCode") {
        reasons.truncate(1);
    }
    entries::identifiers(body, around);
    carry::over(body, around, &["identifier"]);
    catalogue::default_type(body, around);
    edit::default(body, "reasonCode", || {
        Value::Array(vec![edit::object([("text", "No description given")])])
    });
}

/// The patient who takes part.
fn patient(appointment: &Value) -> Option<&str> {
    edit::items(appointment, "participant")
        .iter()
        .find_map(|participant| {
            match edit::target(edit::text(participant, &["actor", "reference"])?)? {
                ("Patient", id) => Some(id),
                _ => None,
            }
        })
}
