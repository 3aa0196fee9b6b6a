//! Words out of resources.

use serde_json::Value;

/// The text of a member; empty when there is none.
pub(super) fn text<'v>(value: &'v Value, member: &str) -> &'v str {
    value
        .get(member)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// The first element of a list.
fn first<'v>(value: &'v Value, member: &str) -> Option<&'v Value> {
    value.get(member)?.as_array()?.first()
}

/// A person's name: as it is written, or put together from its parts.
pub(super) fn name(person: &Value) -> Option<String> {
    let name = first(person, "name")?;
    let whole = text(name, "text");
    if !whole.is_empty() {
        return Some(whole.to_owned());
    }
    let given = name.get("given").and_then(Value::as_array);
    let given = given.into_iter().flatten().filter_map(Value::as_str);
    let parts: Vec<&str> = given
        .chain([text(name, "family")])
        .filter(|part| !part.is_empty())
        .collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}
