//! `DetectedIssue`: a gap in coding, and what was decided about it in the order of the dates.

use cresset_model::Value;

use super::entries;
use crate::edit;
use crate::write::{Around, Behaviour};

pub(super) static BEHAVIOUR: Behaviour = Behaviour {
    admit,
    shape,
    ..Behaviour::NONE
};

/// The rules about mitigations mean them in the order of their dates. Dates that cannot be told
/// apart as text, because their zones or precisions differ, stay in the order they were sent.
fn admit(body: &mut Value) {
    let Some(Value::Array(mitigations)) = body.get_mut("mitigation") else {
        return;
    };
    let mut forms = mitigations.iter().map(|m| form(date(m)));
    let first = forms.next();
    if forms.all(|form| Some(form) == first) {
        mitigations.sort_by(|a, b| date(a).cmp(date(b)));
    }
}

fn date(mitigation: &Value) -> &str {
    edit::text(mitigation, &["date"]).unwrap_or_default()
}

/// What two dates must share to be compared as text: how far they go, and their zone.
fn form(date: &str) -> (usize, &str) {
    match date.split_once('T') {
        None => (date.len(), ""),
        Some((day, time)) => {
            let at = time.find(['Z', '+', '-']).unwrap_or(time.len());
            let (clock, zone) = time.split_at(at);
            (day.len() + clock.len(), zone)
        }
    }
}

fn shape(body: &mut Value, around: &Around<'_>) {
    for name in ["evidence", "mitigation"] {
        entries::identify(body, name, around);
    }
}
