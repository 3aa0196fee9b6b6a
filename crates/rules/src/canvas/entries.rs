//! Lists whose entries have ids: an id that is known is an update of that entry, an entry without
//! one is new, and an entry that is not sent is gone.

use cresset_model::Value;

use crate::edit;
use crate::write::Around;

/// Gives ids to new entries of a list. An id no entry of the current version has is replaced.
pub(super) fn identify(body: &mut Value, name: &str, around: &Around<'_>) {
    let current = around
        .current
        .map_or(&[][..], |current| edit::items(current, name));
    for entry in edit::items_mut(body, name) {
        let id = edit::text(entry, &["id"]);
        let is_known = id.is_some() && current.iter().any(|c| edit::text(c, &["id"]) == id);
        if !is_known {
            entry.set("id", edit::string(&(around.new_id)()));
        }
    }
}

/// Identifiers: defaults, ids, and those that are past are kept when they are not sent again.
pub(super) fn identifiers(body: &mut Value, around: &Around<'_>) {
    for identifier in edit::items_mut(body, "identifier") {
        edit::default(identifier, "use", || edit::string("usual"));
        edit::default(identifier, "period", || Value::Object(Vec::new()));
        if let Some(period) = identifier.get_mut("period") {
            edit::default(period, "start", || edit::string("1970-01-01"));
            edit::default(period, "end", || edit::string("2100-12-31"));
        }
    }
    identify(body, "identifier", around);
    let Some(current) = around.current else {
        return;
    };
    for past in edit::items(current, "identifier") {
        let id = edit::text(past, &["id"]);
        let sent = edit::items(body, "identifier");
        let is_sent = sent.iter().any(|entry| edit::text(entry, &["id"]) == id);
        let end = edit::text(past, &["period", "end"]);
        if !is_sent && end.is_some_and(|end| end < around.today()) {
            edit::push(body, "identifier", past.clone());
        }
    }
}
