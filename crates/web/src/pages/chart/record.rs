//! Words out of resources.

use serde_json::Value;

/// The text of a member; empty when there is none.
pub(super) fn text<'v>(value: &'v Value, member: &str) -> &'v str {
    value
        .get(member)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// The elements of a list.
pub(super) fn list<'v>(value: &'v Value, member: &str) -> impl Iterator<Item = &'v Value> {
    let list = value.get(member).and_then(Value::as_array);
    list.into_iter().flatten()
}

/// A person's name: as it is written, or put together from its parts.
pub(super) fn name(person: &Value) -> Option<String> {
    let name = list(person, "name").next()?;
    let whole = text(name, "text");
    if !whole.is_empty() {
        return Some(whole.to_owned());
    }
    let given = list(name, "given").filter_map(Value::as_str);
    let parts = given
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

/// A quantity with its unit.
pub(super) fn quantity(value: &Value) -> Option<(f64, &str)> {
    let number = value.get("value")?.as_f64()?;
    let unit = [text(value, "unit"), text(value, "code")];
    let unit = unit
        .into_iter()
        .find(|unit| !unit.is_empty())
        .unwrap_or_default();
    Some((number, unit))
}

#[cfg(test)]
mod tests {
    use super::{concept, day, name};
    use serde_json::json;

    #[test]
    fn a_name_is_read_as_people_write_it() {
        for (person, expect) in [
            (
                json!({"name": [{"text": "Dr. Ann Lee"}]}),
                Some("Dr. Ann Lee"),
            ),
            (
                json!({"name": [{"given": ["Ann", "B."], "family": "Lee"}]}),
                Some("Ann B. Lee"),
            ),
            (json!({"name": [{"use": "usual"}]}), None),
            (json!({}), None),
        ] {
            assert_eq!(name(&person).as_deref(), expect, "{person}");
        }
    }

    #[test]
    fn a_concept_and_a_day_are_read_where_they_stand() {
        let value = json!({"a": {"text": "Cough"}, "b": {"coding": [{"code": "x", "display": "X"}]},
                           "when": "2026-01-02T03:04:05Z"});
        assert_eq!(concept(&value, "a").as_deref(), Some("Cough"));
        assert_eq!(concept(&value, "b").as_deref(), Some("X"));
        assert_eq!(concept(&value, "c"), None);
        assert_eq!(day(&value, &["then", "when"]), "2026-01-02");
    }
}
