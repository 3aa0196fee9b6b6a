//! Lists whose entries have ids: an id that is known is an update of that entry, an entry without
//! one is new, and an entry that is not sent is gone.

use std::collections::BTreeSet;

use cresset_model::Value;

use crate::edit;
use crate::write::Around;

/// Gives ids to new entries of a list. An id no entry of the current version has is replaced.
pub(super) fn identify(body: &mut Value, name: &str, around: &Around<'_>) {
    let known = around
        .current
        .map(|current| ids(current, name))
        .unwrap_or_default();
    for entry in edit::items_mut(body, name) {
        if !edit::text(entry, &["id"]).is_some_and(|id| known.contains(id)) {
            entry.set("id", edit::string(&(around.new_id)()));
        }
    }
}

/// The ids of the entries of a list.
fn ids<'v>(holder: &'v Value, name: &str) -> BTreeSet<&'v str> {
    let entries = edit::items(holder, name).iter();
    entries
        .filter_map(|entry| edit::text(entry, &["id"]))
        .collect()
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
    let sent = ids(body, "identifier");
    let is_past = |identifier: &&Value| {
        let end = edit::text(identifier, &["period", "end"]);
        end.is_some_and(|end| end < around.today())
    };
    let is_sent =
        |identifier: &Value| edit::text(identifier, &["id"]).is_some_and(|id| sent.contains(id));
    let past = edit::items(current, "identifier").iter().filter(is_past);
    let kept: Vec<_> = past
        .filter(|identifier| !is_sent(identifier))
        .cloned()
        .collect();
    for identifier in kept {
        edit::push(body, "identifier", identifier);
    }
}
