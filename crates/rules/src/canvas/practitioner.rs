//! Practitioner.

use cresset_model::Value;

use super::{carry, entries, picture};
use crate::edit;
use crate::write::{Around, Behaviour, Refusal};

pub(super) static BEHAVIOUR: Behaviour = Behaviour {
    admit,
    check,
    shape,
    ..Behaviour::NONE
};

const USERNAME: &str =
    "http://schemas.canvasmedical.com/fhir/extensions/practitioner-user-username";

const SIGNATURE: &str = "http://schemas.canvasmedical.com/fhir/extensions/practitioner-signature";

/// A signature comes without its kind.
fn admit(body: &mut Value) {
    for extension in edit::items_mut(body, "extension") {
        if edit::text(extension, &["url"]) == Some(SIGNATURE)
            && let Some(signature) = extension.get_mut("valueAttachment")
        {
            picture::tell_kind(signature);
        }
    }
}

fn check(body: &Value, around: &Around<'_>) -> Vec<Refusal> {
    let Some(current) = around.current else {
        return Vec::new();
    };
    let is_changed = |said: Option<&str>, before: Option<&str>| said.is_some() && said != before;
    let mut refusals = Vec::new();
    if is_changed(username(body), username(current)) {
        let text = "The username of a practitioner cannot be changed.";
        refusals.push(Refusal::rule("Practitioner.extension", text));
    }
    if is_changed(email(body), email(current)) {
        let text = "The email address of a practitioner cannot be changed.";
        let at = telecom(body).position(is_email);
        let place = format!("Practitioner.telecom[{}].value", at.unwrap_or_default());
        refusals.push(Refusal::rule(place, text));
    }
    refusals
}

/// The username stays when it is not sent; other extensions that are not sent are gone.
fn shape(body: &mut Value, around: &Around<'_>) {
    let username = around
        .current
        .and_then(|current| edit::extension(current, USERNAME));
    if let (Some(username), None) = (username, edit::extension(body, USERNAME)) {
        edit::push(body, "extension", username.clone());
    }
    for name in ["telecom", "address"] {
        entries::identify(body, name, around);
    }
    carry::over(body, around, &["telecom", "address", "extension", "name"]);
}

fn username(practitioner: &Value) -> Option<&str> {
    edit::text(edit::extension(practitioner, USERNAME)?, &["valueString"])
}

fn email(practitioner: &Value) -> Option<&str> {
    edit::text(
        telecom(practitioner).find(|point| is_email(point))?,
        &["value"],
    )
}

fn telecom(practitioner: &Value) -> std::slice::Iter<'_, Value> {
    edit::items(practitioner, "telecom").iter()
}

fn is_email(point: &Value) -> bool {
    edit::text(point, &["system"]) == Some("email")
}
