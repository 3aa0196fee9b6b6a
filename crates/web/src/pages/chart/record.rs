//! Words out of resources.

use cresset_model::Value;

/// The text of a member; empty when there is none.
pub(super) fn text<'v>(value: &'v Value, member: &str) -> &'v str {
    value.get(member).map(word).unwrap_or_default()
}

/// A string; empty when it is something else.
fn word(value: &Value) -> &str {
    match value {
        Value::String(text) => text,
        _ => "",
    }
}

/// The elements of a list.
pub(super) fn list<'v>(value: &'v Value, member: &str) -> impl Iterator<Item = &'v Value> {
    let list = match value.get(member) {
        Some(Value::Array(items)) => items.as_slice(),
        _ => &[],
    };
    list.iter()
}

/// The strings of a list that are not empty.
pub(super) fn words<'v>(value: &'v Value, member: &str) -> impl Iterator<Item = &'v str> {
    list(value, member)
        .map(word)
        .filter(|word| !word.is_empty())
}

/// A person's name: as it is written, or put together from its parts.
pub(super) fn name(person: &Value) -> Option<String> {
    let name = list(person, "name").next()?;
    let whole = text(name, "text");
    if !whole.is_empty() {
        return Some(whole.to_owned());
    }
    let parts = words(name, "given")
        .chain([text(name, "family")])
        .filter(|part| !part.is_empty());
    let joined = parts.collect::<Vec<_>>().join(" ");
    (!joined.is_empty()).then_some(joined)
}

/// A concept in words: its text, or what its first coding is called.
pub(super) fn concept(value: &Value, member: &str) -> Option<String> {
    let concept = value.get(member)?;
    let whole = text(concept, "text");
    if !whole.is_empty() {
        return Some(whole.to_owned());
    }
    let coding = list(concept, "coding").next()?;
    let shown = [text(coding, "display"), text(coding, "code")];
    shown
        .into_iter()
        .find(|text| !text.is_empty())
        .map(str::to_owned)
}

/// The day of the first of these members that is there.
pub(super) fn day(value: &Value, members: &[&str]) -> String {
    let mut found = members.iter().map(|member| text(value, member));
    let found = found.find(|text| !text.is_empty()).unwrap_or_default();
    found.split('T').next().unwrap_or_default().to_owned()
}

/// A quantity with its unit, its digits as they were written.
pub(super) fn quantity(value: &Value) -> Option<(&str, &str)> {
    let Value::Number(number) = value.get("value")? else {
        return None;
    };
    let unit = [text(value, "unit"), text(value, "code")];
    let unit = unit
        .into_iter()
        .find(|unit| !unit.is_empty())
        .unwrap_or_default();
    Some((number, unit))
}

#[cfg(test)]
mod tests {
    use super::{concept, day, name, quantity};
    use cresset_model::{Bounds, Value, parse};

    fn value(json: &str) -> Value {
        Value::of(parse(json.as_bytes(), Bounds::default()).unwrap().root())
    }

    #[test]
    fn a_name_is_read_as_people_write_it() {
        for (person, expect) in [
            (r#"{"name":[{"text":"Dr. Ann Lee"}]}"#, Some("Dr. Ann Lee")),
            (
                r#"{"name":[{"given":["Ann","B."],"family":"Lee"}]}"#,
                Some("Ann B. Lee"),
            ),
            (r#"{"name":[{"use":"usual"}]}"#, None),
            ("{}", None),
        ] {
            assert_eq!(name(&value(person)).as_deref(), expect, "{person}");
        }
    }

    #[test]
    fn a_concept_and_a_day_are_read_where_they_stand() {
        let value = value(
            r#"{"a":{"text":"Cough"},"b":{"coding":[{"code":"x","display":"X"}]},
                "when":"2026-01-02T03:04:05Z"}"#,
        );
        assert_eq!(concept(&value, "a").as_deref(), Some("Cough"));
        assert_eq!(concept(&value, "b").as_deref(), Some("X"));
        assert_eq!(concept(&value, "c"), None);
        assert_eq!(day(&value, &["then", "when"]), "2026-01-02");
    }

    #[test]
    fn a_quantity_keeps_its_digits() {
        let exact = value(r#"{"value":70.10,"unit":"kg"}"#);
        assert_eq!(quantity(&exact), Some(("70.10", "kg")));
        assert_eq!(quantity(&value(r#"{"value":"70"}"#)), None);
    }
}
