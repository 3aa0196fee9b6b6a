//! `CareTeam`: each patient has one, under the patient's own id, and an update makes it if need be.

use cresset_model::Value;

use crate::edit;
use crate::write::{Absent, Around, Behaviour};

pub(super) static BEHAVIOUR: Behaviour = Behaviour {
    absent: Absent::Created,
    wants,
    shape,
    ..Behaviour::NONE
};

const LEAD: &str = "http://schemas.canvasmedical.com/fhir/extensions/careteam-lead";

/// The patient, for the name of the team.
fn wants(body: &Value) -> Vec<String> {
    edit::text(body, &["subject", "reference"])
        .map(str::to_owned)
        .into_iter()
        .collect()
}

fn shape(body: &mut Value, around: &Around<'_>) {
    if let Some(name) = around.known("Patient").and_then(name) {
        body.set("name", edit::string(&name));
    }
    keep_lead(body, around.current);
    for participant in edit::items_mut(body, "participant") {
        let member = edit::text(participant, &["member", "reference"]).unwrap_or_default();
        if edit::target(member).is_some_and(|(kind, _)| kind == "Organization") {
            participant.remove("role");
        }
    }
}

/// `Care Team for <Last>, <First>`
fn name(patient: &Value) -> Option<String> {
    let names = edit::items(patient, "name");
    let official = names
        .iter()
        .find(|name| edit::text(name, &["use"]) == Some("official"));
    let name = official.or_else(|| names.first())?;
    let family = edit::text(name, &["family"])?;
    match edit::items(name, "given").first() {
        Some(Value::String(given)) => Some(format!("Care Team for {family}, {given}")),
        _ => Some(format!("Care Team for {family}")),
    }
}

/// Where no participant says anything about the lead, the lead stays who it is.
fn keep_lead(body: &mut Value, current: Option<&Value>) {
    let said = edit::items(body, "participant")
        .iter()
        .any(|p| edit::extension(p, LEAD).is_some());
    let lead = current.and_then(|current| {
        let mut participants = edit::items(current, "participant").iter();
        let lead = participants.find(|participant| {
            let lead = edit::extension(participant, LEAD);
            lead.and_then(|lead| lead.get("valueBoolean")) == Some(&Value::Bool(true))
        });
        edit::text(lead?, &["member", "reference"])
    });
    let (false, Some(lead)) = (said, lead) else {
        return;
    };
    for participant in edit::items_mut(body, "participant") {
        if edit::text(participant, &["member", "reference"]) == Some(lead) {
            let mut extension = edit::object([("url", LEAD)]);
            extension.set("valueBoolean", Value::Bool(true));
            edit::push(participant, "extension", extension);
        }
    }
}
