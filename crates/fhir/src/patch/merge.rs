//! JSON Merge Patch (RFC 7396).

use cresset_model::Value;

/// Merges `patch` into `document`: members of objects one by one, `null` takes a member away,
/// anything else replaces what is there.
pub(super) fn merge(document: &mut Value, patch: &Value) {
    let Value::Object(members) = patch else {
        *document = patch.clone();
        return;
    };
    if !matches!(document, Value::Object(_)) {
        *document = Value::Object(Vec::new());
    }
    for (name, change) in members {
        if *change == Value::Null {
            document.remove(name);
            continue;
        }
        if let Some(member) = document.get_mut(name) {
            merge(member, change);
        } else {
            let mut member = Value::Null;
            merge(&mut member, change);
            document.set(name, member);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::merge;
    use cresset_model::{Bounds, Value, parse};

    fn value(text: &str) -> Value {
        Value::of(parse(text.as_bytes(), Bounds::default()).unwrap().root())
    }

    /// The cases of RFC 7396, appendix A.
    #[test]
    fn every_case_of_the_standard_gives_its_result() {
        for (document, patch, expect) in [
            (r#"{"a":"b"}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
            (r#"{"a":"b"}"#, r#"{"b":"c"}"#, r#"{"a":"b","b":"c"}"#),
            (r#"{"a":"b"}"#, r#"{"a":null}"#, "{}"),
            (r#"{"a":"b","b":"c"}"#, r#"{"a":null}"#, r#"{"b":"c"}"#),
            (r#"{"a":["b"]}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
            (r#"{"a":"c"}"#, r#"{"a":["b"]}"#, r#"{"a":["b"]}"#),
            (
                r#"{"a":{"b":"c"}}"#,
                r#"{"a":{"b":"d","c":null}}"#,
                r#"{"a":{"b":"d"}}"#,
            ),
            (r#"{"a":[{"b":"c"}]}"#, r#"{"a":[1]}"#, r#"{"a":[1]}"#),
            (r#"["a","b"]"#, r#"["c","d"]"#, r#"["c","d"]"#),
            (r#"{"a":"b"}"#, r#"["c"]"#, r#"["c"]"#),
            (r#"{"a":"foo"}"#, "null", "null"),
            (r#"{"a":"foo"}"#, r#""bar""#, r#""bar""#),
            (r#"{"e":null}"#, r#"{"a":1}"#, r#"{"e":null,"a":1}"#),
            ("[1,2]", r#"{"a":"b","c":null}"#, r#"{"a":"b"}"#),
            ("{}", r#"{"a":{"bb":{"ccc":null}}}"#, r#"{"a":{"bb":{}}}"#),
        ] {
            let mut document = value(document);
            merge(&mut document, &value(patch));
            assert_eq!(document, value(expect), "{patch}");
        }
    }
}
