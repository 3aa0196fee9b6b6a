//! Task.

use cresset_model::Value;

use super::carry;
use crate::edit;
use crate::write::{Around, Behaviour};

pub(super) static BEHAVIOUR: Behaviour = Behaviour {
    shape,
    ignored: &["lastModified"],
    ..Behaviour::NONE
};

/// Elements that an update clears by not sending them.
const CLEARED: [&str; 7] = [
    "description",
    "owner",
    "restriction",
    "input",
    "note",
    "extension",
    "lastModified",
];

fn shape(body: &mut Value, around: &Around<'_>) {
    for note in edit::items_mut(body, "note") {
        edit::default(note, "time", || edit::string(around.now));
    }
    carry::extensions(body, around, &[]);
    carry::over(body, around, &CLEARED);
    edit::default(body, "authoredOn", || edit::string(around.now));
    body.set("lastModified", edit::string(around.now));
}
