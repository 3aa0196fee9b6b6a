//! Group: teams of practitioners and groups of patients.

use cresset_model::Value;

use crate::edit;
use crate::write::Behaviour;

pub(super) static BEHAVIOUR: Behaviour = Behaviour {
    admit,
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
