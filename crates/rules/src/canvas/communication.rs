//! Communication: a message between a practitioner and a patient.

use cresset_model::Value;

use crate::edit;
use crate::write::{Around, Behaviour};

pub(super) static BEHAVIOUR: Behaviour = Behaviour {
    shape,
    ignored: &["subject"],
    ..Behaviour::NONE
};

/// Whatever status was sent, a message is stored as completed, about its patient.
fn shape(body: &mut Value, around: &Around<'_>) {
    body.set("status", edit::string("completed"));
    edit::default(body, "sent", || edit::string(around.now));
    let sender = edit::text(body, &["sender", "reference"]);
    let recipients = edit::items(body, "recipient").iter();
    let parties = sender
        .into_iter()
        .chain(recipients.filter_map(|r| edit::text(r, &["reference"])));
    let patient = parties
        .filter_map(edit::target)
        .find_map(|(kind, id)| (kind == "Patient").then(|| format!("Patient/{id}")));
    if let Some(patient) = patient {
        body.set("subject", edit::object([("reference", &patient)]));
    }
}
