//! Faults of a body in the words of a set.
//!
//! [`Wording::Steps`](crate::Wording::Steps) walks from the body to the place and closes with the
//! kind of rule that was broken: `body -> telecom -> 0 -> rank — must be 1 or more (type=value_error)`.

/// A fault's issue code and text, told in steps. `text` is a sentence that begins with the place as
/// it stands in JSON where there is one (`Patient.telecom[0].rank must …`).
pub fn steps(code: &str, text: &str) -> (&'static str, String) {
    let (root, place, sentence) = split(text);
    let sentence = plain(sentence);
    let (place, sentence, kind, code) = match code {
        "required" => match missing(sentence) {
            Some(name) => (
                joined(&place, name),
                "Field required",
                "missing",
                "required",
            ),
            None if place.is_empty() => (place, "Field required", "missing", "required"),
            None => (place, sentence, "missing", "required"),
        },
        "structure" => match extra(sentence) {
            Some(name) => {
                let told = match renamed(root, name) {
                    Some(new) => format!("{EXTRA}; it is named {new}"),
                    None => EXTRA.to_owned(),
                };
                let place = joined(&place, name);
                let text = format!("body{place} — {told} (type=extra_forbidden)");
                return ("structure", text);
            }
            None if root.is_empty() => {
                let text = format!("{JSON} (type=json_invalid; error={sentence})");
                return ("structure", format!("body{place} — {text}"));
            }
            None => (place, sentence, "type_error", "structure"),
        },
        "value" | "too-long" => (place, sentence, "value_error", "value"),
        "code-invalid" => (place, sentence, "enum", "value"),
        _ => (place, sentence, "assertion_error", "invalid"),
    };
    (code, format!("body{place} — {sentence} (type={kind})"))
}

/// What is said of a body that is not JSON.
const JSON: &str = "JSON decode error";

/// What is said of an element that does not exist.
const EXTRA: &str = "Extra inputs are not permitted";

/// Elements that older apps send under another name.
const RENAMED: [(&str, &str, &str); 6] = [
    ("Communication", "content", "contentString"),
    ("Task", "assignee", "owner"),
    ("Task", "author", "authorReference"),
    ("Task", "creator", "requester"),
    ("Task", "due", "restriction.period.end"),
    ("Task", "title", "description"),
];

fn renamed(root: &str, name: &str) -> Option<&'static str> {
    let row = RENAMED.iter().find(|row| (row.0, row.1) == (root, name));
    row.map(|row| row.2)
}

/// The type and the steps of the place a sentence begins with, and the rest of the sentence.
fn split(text: &str) -> (&str, String, &str) {
    let (first, rest) = text.split_once(' ').unwrap_or((text, ""));
    let mut names = first.split(['.', '[', ']']).filter(|name| !name.is_empty());
    let root = names.next().unwrap_or_default();
    if cresset_definitions::ResourceType::parse(root).is_some() {
        let steps = names.fold(String::new(), |steps, name| joined(&steps, name));
        (root, steps, rest)
    } else {
        ("", String::new(), text)
    }
}

/// A sentence of the validator without the key of the rule and the name of the profile.
fn plain(sentence: &str) -> &str {
    let sentence = without_profile(sentence);
    match sentence.strip_prefix("must follow canvas-") {
        Some(rule) => rule.split_once(": ").map_or(rule, |(_, human)| human),
        None => sentence,
    }
}

fn without_profile(sentence: &str) -> &str {
    sentence
        .rsplit_once(" (profile ")
        .map_or(sentence, |(before, _)| before)
}

/// The text of a fault that breaks a rule of the EHR's business although the body is well formed:
/// told as it is, without a place.
pub fn business_rule(text: &str) -> Option<&str> {
    let (_, rule) = text.split_once("must follow canvas-rule-")?;
    rule.split_once(": ")
        .map(|(_, human)| without_profile(human))
}

fn joined(place: &str, name: &str) -> String {
    format!("{place} -> {name}")
}

/// The element a sentence of the validator says is missing.
fn missing(sentence: &str) -> Option<&str> {
    let name = sentence
        .strip_prefix("must have one ")
        .or_else(|| sentence.strip_prefix("must have '"))?;
    Some(name.trim_end_matches('\''))
}

/// The element a sentence of the validator says does not exist.
fn extra(sentence: &str) -> Option<&str> {
    let name = sentence.strip_prefix("must not have an element '")?;
    name.split('\'').next()
}

#[cfg(test)]
mod tests {
    use super::steps;
    use cresset_model::{Bounds, parse};

    /// What the validator says of this body, told in steps.
    #[track_caller]
    fn check(body: &str, expect: &[&str]) {
        let tree = parse(body.as_bytes(), Bounds::default()).unwrap();
        let issues = cresset_validate::validate(tree.root());
        let told: Vec<_> = issues
            .iter()
            .map(|issue| {
                let (code, text) = steps(issue.code.code(), &issue.text);
                format!("{code} {text}")
            })
            .collect();
        assert_eq!(told, expect);
    }

    #[test]
    fn the_validators_sentences_become_steps() {
        check(
            r#"{"resourceType":"Patient","telecom":[{"rank":0}],"gender":"x","nickname":"Ada","communication":[{"preferred":true}]}"#,
            &[
                "value body -> telecom -> 0 -> rank — must be 1 or more (a whole number up to 2147483647) (type=value_error)",
                "value body -> gender — must have a code of the value set http://hl7.org/fhir/ValueSet/administrative-gender (type=enum)",
                "structure body -> nickname — Extra inputs are not permitted (type=extra_forbidden)",
                "required body -> communication -> 0 -> language — Field required (type=missing)",
            ],
        );
        check(
            r#"{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":"1"}}"#,
            &[
                "structure body -> valueQuantity -> value — must be a JSON number, without quotes (type=type_error)",
            ],
        );
    }

    #[test]
    fn a_body_that_is_no_json_says_so() {
        let (code, text) = steps("structure", "this is not JSON (line 1, column 2)");
        assert_eq!(
            (code, text.as_str()),
            (
                "structure",
                "body — JSON decode error (type=json_invalid; error=this is not JSON (line 1, column 2))"
            )
        );
        let (_, text) = steps("structure", "Patient must not be empty");
        assert_eq!(text, "body — must not be empty (type=type_error)");
    }

    #[test]
    fn a_body_that_is_none_has_no_place() {
        let (code, text) = steps("required", "The body is empty");
        assert_eq!(
            (code, text.as_str()),
            ("required", "body — Field required (type=missing)")
        );
    }
}
