//! Group: teams of practitioners and groups of patients.

use cresset_model::Value;

use crate::edit;
use crate::write::{Around, Behaviour};

pub(super) static BEHAVIOUR: Behaviour = Behaviour {
    admit,
    shape,
    ignored: &["quantity"],
    ..Behaviour::NONE
};

/// A group is always actual, and its characteristics never exclude.
fn admit(body: &mut Value) {
    if body.get("actual").is_some() {
        body.set("actual", Value::Bool(true));
    }
    for characteristic in edit::items_mut(body, "characteristic") {
        edit::default(characteristic, "exclude", || Value::Bool(false));
    }
}

/// The quantity is that of the members.
fn shape(body: &mut Value, _: &Around<'_>) {
    let members = edit::items(body, "member").len();
    body.set("quantity", Value::Number(members.to_string().into()));
}
