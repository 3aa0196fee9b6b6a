//! What an update leaves out and the record keeps.

use std::collections::BTreeSet;

use cresset_model::Value;

use crate::edit;
use crate::write::Around;

/// Choices of R4 whose members exclude each other.
const CHOICES: [&str; 4] = ["deceased", "multipleBirth", "onset", "value"];

/// Copies into an update what it does not mention, but for the elements named: those it clears.
pub(super) fn over(body: &mut Value, around: &Around<'_>, cleared: &[&str]) {
    let Some(Value::Object(members)) = around.current else {
        return;
    };
    for (name, value) in members {
        let is_cleared = cleared.contains(&&**name) || matches!(&**name, "meta" | "text");
        if !is_cleared && body.get(name).is_none() && !is_chosen(body, name) {
            body.set(name, value.clone());
        }
    }
}

/// Whether the body holds another member of the choice this one is of.
fn is_chosen(body: &Value, name: &str) -> bool {
    let Value::Object(members) = body else {
        return false;
    };
    let choice = CHOICES.into_iter().find(|choice| name.starts_with(choice));
    choice.is_some_and(|choice| members.iter().any(|(other, _)| other.starts_with(choice)))
}

/// Copies into an update the extensions it does not mention, but for those named.
pub(super) fn extensions(body: &mut Value, around: &Around<'_>, cleared: &[&str]) {
    let Some(current) = around.current else {
        return;
    };
    let url = |extension: &Value| {
        edit::text(extension, &["url"])
            .unwrap_or_default()
            .to_owned()
    };
    let sent: BTreeSet<_> = edit::items(body, "extension").iter().map(url).collect();
    for extension in edit::items(current, "extension") {
        let url = url(extension);
        if !cleared.contains(&url.as_str()) && !sent.contains(&url) {
            edit::push(body, "extension", extension.clone());
        }
    }
}
