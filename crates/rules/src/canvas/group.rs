//! Group: teams of practitioners and groups of patients.

use cresset_model::Value;

use crate::edit;
use crate::write::{Around, Behaviour, Find, Refusal};

pub(super) static BEHAVIOUR: Behaviour = Behaviour {
    admit,
    finds: teams,
    is_looked_at: true,
    check,
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

/// The teams, where a body claims responsibilities.
fn teams(body: &Value) -> Vec<Find> {
    if edit::items(body, "characteristic").is_empty() {
        return Vec::new();
    }
    vec![Find::new("Group", [("type", "practitioner")])]
}

/// A responsibility belongs to one team.
fn check(body: &Value, around: &Around<'_>) -> Vec<Refusal> {
    let is_other = |team: &&Value| edit::text(team, &["id"]) != Some(around.id);
    let others = around.left("Group").filter(is_other);
    let taken: Vec<&str> = others.flat_map(responsibilities).collect();
    let claimed = edit::items(body, "characteristic").iter().enumerate();
    let clash = |(at, characteristic): (usize, &Value)| {
        let is_taken = taken.contains(&responsibility(characteristic)?);
        let text = "This responsibility belongs to another team";
        is_taken.then(|| Refusal::rule(format!("Group.characteristic[{at}]"), text))
    };
    claimed.filter_map(clash).collect()
}

fn responsibilities(team: &Value) -> impl Iterator<Item = &str> {
    edit::items(team, "characteristic")
        .iter()
        .filter_map(responsibility)
}

fn responsibility(characteristic: &Value) -> Option<&str> {
    edit::text(characteristic, &["valueCodeableConcept", "text"])
}
