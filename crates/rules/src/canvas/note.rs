//! The note that what is charted belongs to: named by its id, or by the encounter it was written in.

use cresset_model::Value;

use crate::edit;
use crate::write::{Around, Refusal};

/// The extension that names the note.
pub(super) const NOTE: &str = "http://schemas.canvasmedical.com/fhir/extensions/note-id";

/// The encounter in `element`, where the body names a note beside it.
pub(super) fn wants(body: &Value, element: &str) -> Vec<String> {
    let encounter = edit::text(body, &[element, "reference"]);
    let encounter = encounter.filter(|_| id(body).is_some());
    encounter.map(str::to_owned).into_iter().collect()
}

/// A body names one note: by its id or by its encounter, or the same one by both.
pub(super) fn check(body: &Value, around: &Around<'_>, element: &str) -> Vec<Refusal> {
    let (Some(named), false) = (id(body), wants(body, element).is_empty()) else {
        return Vec::new();
    };
    // An update takes nothing of these over.
    let of_encounter = around.known("Encounter").and_then(id);
    if around.is_update() || of_encounter == Some(named) {
        return Vec::new();
    }
    let text = "The note-id and the encounter must belong to the same note; send one of them";
    let of = edit::text(body, &["resourceType"]).unwrap_or_default();
    vec![Refusal::rule(format!("{of}.{element}"), text)]
}

/// The id of the note a resource names.
fn id(resource: &Value) -> Option<&str> {
    edit::text(edit::extension(resource, NOTE)?, &["valueId"])
}
