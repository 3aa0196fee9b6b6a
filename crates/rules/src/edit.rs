//! Small strokes on a body.

use cresset_model::Value;

/// The text these names lead to.
pub(crate) fn text<'v>(value: &'v Value, path: &[&str]) -> Option<&'v str> {
    match at(value, path)? {
        Value::String(text) => Some(text),
        _ => None,
    }
}

/// The value these names lead to.
pub(crate) fn at<'v>(value: &'v Value, path: &[&str]) -> Option<&'v Value> {
    path.iter().try_fold(value, |value, name| value.get(name))
}

/// The items of a member that is an array.
pub(crate) fn items<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    match value.get(name) {
        Some(Value::Array(items)) => items,
        _ => &[],
    }
}

/// The same to be changed; nothing when there is no such array.
pub(crate) fn items_mut<'v>(
    value: &'v mut Value,
    name: &str,
) -> impl Iterator<Item = &'v mut Value> + use<'v> {
    let items = match value.get_mut(name) {
        Some(Value::Array(items)) => Some(items),
        _ => None,
    };
    items.into_iter().flatten()
}

/// Keeps the items for which `keep` holds; an array that becomes empty is taken away.
pub(crate) fn retain(value: &mut Value, name: &str, keep: impl FnMut(&Value) -> bool) {
    if let Some(Value::Array(items)) = value.get_mut(name) {
        items.retain(keep);
        if items.is_empty() {
            value.remove(name);
        }
    }
}

/// Appends an item, making the array where there is none.
pub(crate) fn push(value: &mut Value, name: &str, item: Value) {
    match value.get_mut(name) {
        Some(Value::Array(items)) => items.push(item),
        _ => {
            value.set(name, Value::Array(vec![item]));
        }
    }
}

/// Sets a member that is not there.
pub(crate) fn default(value: &mut Value, name: &str, with: impl FnOnce() -> Value) {
    if value.get(name).is_none() {
        value.set(name, with());
    }
}

/// A string.
pub(crate) fn string(text: &str) -> Value {
    Value::String(text.into())
}

/// An object of texts.
pub(crate) fn object<const N: usize>(members: [(&str, &str); N]) -> Value {
    Value::Object(
        members
            .map(|(name, text)| (name.into(), string(text)))
            .into(),
    )
}

/// An object with one member.
pub(crate) fn holder(name: &str, value: Value) -> Value {
    Value::Object(vec![(name.into(), value)])
}

/// `{"coding":[{"system":…,"code":…}]}`
pub(crate) fn concept(system: &str, code: &str) -> Value {
    let coding = object([("system", system), ("code", code)]);
    holder("coding", Value::Array(vec![coding]))
}

/// Says in words what a concept of these codes means.
pub(crate) fn tell(concept: Option<&mut Value>, words: &[(&str, &str)]) {
    let Some(concept) = concept else {
        return;
    };
    let said = code(concept, None).and_then(|code| {
        let found = words.iter().find(|(of, _)| *of == code);
        found.map(|(_, words)| string(words))
    });
    if let Some(said) = said {
        concept.set("text", said);
    }
}

/// Whether a value is an object or array that holds nothing but such.
pub(crate) fn is_hollow(value: &Value) -> bool {
    match value {
        Value::Object(members) => members.iter().all(|(_, value)| is_hollow(value)),
        Value::Array(items) => items.iter().all(is_hollow),
        _ => false,
    }
}

/// Puts `with` where an element that must be there came hollow, as in `{}`.
pub(crate) fn fill(value: &mut Value, name: &str, with: Value) {
    if value.get(name).is_some_and(is_hollow) {
        value.set(name, with);
    }
}

/// Sets the address of an attachment that holds its data, or of the one in `attachment`.
pub(crate) fn set_file(holder: &mut Value, address: &str) {
    let attachment = if holder.get("attachment").is_some() {
        holder.get_mut("attachment")
    } else {
        Some(holder)
    };
    if let Some(attachment) = attachment.filter(|attachment| attachment.get("data").is_some()) {
        attachment.set("url", string(address));
    }
}

/// The extension of this URL.
pub(crate) fn extension<'v>(value: &'v Value, url: &str) -> Option<&'v Value> {
    let mut extensions = items(value, "extension").iter();
    extensions.find(|extension| text(extension, &["url"]) == Some(url))
}

/// Takes the extensions of this URL away.
pub(crate) fn remove_extension(value: &mut Value, url: &str) {
    retain(value, "extension", |extension| {
        text(extension, &["url"]) != Some(url)
    });
}

/// The code of the first coding with this system, or of the first at all.
pub(crate) fn code<'v>(concept: &'v Value, system: Option<&str>) -> Option<&'v str> {
    let mut codings = items(concept, "coding").iter();
    let coding = codings.find(|coding| system.is_none() || text(coding, &["system"]) == system)?;
    text(coding, &["code"])
}

/// The type and id a reference ends in: `Patient/1` of `https://…/Patient/1` and of `Patient/1`.
pub(crate) fn target(reference: &str) -> Option<(&str, &str)> {
    let reference = reference.split('|').next()?;
    let (rest, id) = reference.rsplit_once('/')?;
    let resource_type = rest.rsplit('/').next()?;
    Some((resource_type, id))
}

/// Whether a text may stand in a search as an id, where nothing else may.
pub(crate) fn is_id(text: &str) -> bool {
    let mut letters = text.bytes();
    letters.all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, b'-' | b'.'))
}

/// Replaces a text at these names by what `rename` says of it.
pub(crate) fn rename(value: &mut Value, name: &str, rename: impl Fn(&str) -> Option<&'static str>) {
    let new = text(value, &[name]).and_then(rename);
    if let Some(new) = new {
        value.set(name, string(new));
    }
}
