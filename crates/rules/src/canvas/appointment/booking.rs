//! Whether the time of a practitioner is free.

use cresset_model::Value;
use jiff::{SignedDuration, Timestamp};

use super::catalogue;
use crate::edit;
use crate::write::{Around, Find, Refusal};

/// The longest an appointment may be where a time is given once.
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// The appointments of the practitioner that may be at the same time, where it is given once.
pub(super) fn finds(body: &Value, found: &[Value]) -> Option<Find> {
    if catalogue::is_double_booked(found) {
        return None;
    }
    let ((start, end), who) = (time(body)?, practitioner(body)?);
    let begun = start.checked_sub(DAY).ok()?;
    Some(Find::new(
        "Appointment",
        [
            ("practitioner", &*who),
            ("date", &*format!("gt{begun}")),
            ("date", &*format!("lt{end}")),
        ],
    ))
}

/// Where a time is given once, it must be free.
pub(super) fn check(body: &Value, around: &Around<'_>) -> Option<Refusal> {
    if catalogue::is_double_booked(around.found) {
        return None;
    }
    let (start, end) = time(body)?;
    let who = practitioner(body)?;
    let is_as_before = |current: &Value| {
        time(current) == Some((start, end)) && practitioner(current).as_ref() == Some(&who)
    };
    if around.current.is_some_and(is_as_before) {
        return None;
    }
    if end.duration_since(start) > DAY {
        let text = "An appointment lasts at most 24 hours where a time is given once";
        return Some(Refusal::rule("Appointment.end", text));
    }
    let is_there = |other: &&Value| {
        edit::text(other, &["id"]) != Some(around.id)
            && practitioner(other).as_ref() == Some(&who)
            && time(other).is_some_and(|(from, to)| from < end && start < to)
    };
    let mut found = around.left("Appointment");
    let text = "This appointment time is no longer available.";
    let taken = found.find(is_there);
    taken.map(|_| Refusal::rule("Appointment.start", text))
}

/// When it is, unless it is not going to be.
fn time(appointment: &Value) -> Option<(Timestamp, Timestamp)> {
    let status = edit::text(appointment, &["status"]);
    if matches!(status, Some("cancelled" | "noshow" | "entered-in-error")) {
        return None;
    }
    let at = |name: &str| edit::text(appointment, &[name])?.parse().ok();
    Some((at("start")?, at("end")?))
}

fn practitioner(appointment: &Value) -> Option<String> {
    let mut participants = edit::items(appointment, "participant").iter();
    participants.find_map(|participant| {
        match edit::target(edit::text(participant, &["actor", "reference"])?)? {
            ("Practitioner", id) => Some(format!("Practitioner/{id}")),
            _ => None,
        }
    })
}
