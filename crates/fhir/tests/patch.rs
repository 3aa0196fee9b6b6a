//! The three dialects of patch, each operation with what it gives or why it is refused.

#[cfg(test)]
mod patch {
    use cresset_base::Limits;
    use cresset_fhir::patch::{Dialect, Patch};
    use cresset_model::{Bounds, Tree, parse};

    fn tree(text: &str) -> Tree {
        parse(text.as_bytes(), Bounds::default()).unwrap()
    }

    fn patched(
        dialect: Dialect,
        document: &str,
        patch: &str,
        limits: &Limits,
    ) -> Result<String, String> {
        let words = |fault: cresset_fhir::Fault| {
            let place = fault.issues[0].expression.clone().unwrap_or_default();
            format!("{} {place} {}", fault.kind.status(), fault.issues[0].text)
        };
        let patch = Patch::parse(dialect, patch.as_bytes(), limits).map_err(words)?;
        let result = patch.apply(&tree(document), limits).map_err(words)?;
        let mut out = Vec::new();
        result.root().write(&mut out);
        Ok(String::from_utf8(out).unwrap())
    }

    fn json(document: &str, patch: &str) -> Result<String, String> {
        patched(Dialect::Json, document, patch, &Limits::default())
    }

    #[track_caller]
    fn gives(document: &str, patch: &str, expect: &str) {
        assert_eq!(json(document, patch).as_deref(), Ok(expect), "{patch}");
    }

    #[track_caller]
    fn refuses(document: &str, patch: &str, words: &str) {
        let refusal = json(document, patch).unwrap_err();
        assert!(refusal.contains(words), "{patch}: {refusal}");
    }

    #[test]
    fn add_puts_into_objects_and_lists() {
        gives(
            r#"{"a":1}"#,
            r#"[{"op":"add","path":"/b","value":2}]"#,
            r#"{"a":1,"b":2}"#,
        );
        gives(
            r#"{"a":1,"b":2}"#,
            r#"[{"op":"add","path":"/a","value":3}]"#,
            r#"{"a":3,"b":2}"#,
        );
        gives(
            r#"{"a":[1,3]}"#,
            r#"[{"op":"add","path":"/a/1","value":2}]"#,
            r#"{"a":[1,2,3]}"#,
        );
        gives(
            r#"{"a":[1]}"#,
            r#"[{"op":"add","path":"/a/1","value":2}]"#,
            r#"{"a":[1,2]}"#,
        );
        gives(
            r#"{"a":[1]}"#,
            r#"[{"op":"add","path":"/a/-","value":[2]}]"#,
            r#"{"a":[1,[2]]}"#,
        );
        gives(r#"{"a":1}"#, r#"[{"op":"add","path":"","value":[]}]"#, "[]");
        gives(
            r#"{"a":1}"#,
            r#"[{"op":"add","path":"/","value":2}]"#,
            r#"{"a":1,"":2}"#,
        );
        gives(
            r#"{"a/b":{"m~n":1}}"#,
            r#"[{"op":"add","path":"/a~1b/m~0n","value":null}]"#,
            r#"{"a/b":{"m~n":null}}"#,
        );
        gives(
            "{}",
            r#"[{"op":"add","path":"/a","value":1.00,"extra":true}]"#,
            r#"{"a":1.00}"#,
        );
        for path in ["/a/3", "/a/-1", "/a/01", "/a/x", "/b/c", "/a/0/c", "/n/c"] {
            let patch = format!(r#"[{{"op":"add","path":"{path}","value":0}}]"#);
            refuses(
                r#"{"a":[1,2],"n":1}"#,
                &patch,
                &format!("422  Operation 1 (add {path})"),
            );
        }
    }

    #[test]
    fn remove_and_replace_need_something_to_be_there() {
        gives(
            r#"{"a":1,"b":2}"#,
            r#"[{"op":"remove","path":"/a"}]"#,
            r#"{"b":2}"#,
        );
        gives(
            r#"{"a":[1,2,3]}"#,
            r#"[{"op":"remove","path":"/a/1"}]"#,
            r#"{"a":[1,3]}"#,
        );
        gives(
            r#"{"a":[1,2]}"#,
            r#"[{"op":"replace","path":"/a/0","value":null}]"#,
            r#"{"a":[null,2]}"#,
        );
        gives(
            r#"{"a":1,"b":2}"#,
            r#"[{"op":"replace","path":"/a","value":{"c":3}}]"#,
            r#"{"a":{"c":3},"b":2}"#,
        );
        gives(
            r#"{"a":1}"#,
            r#"[{"op":"replace","path":"","value":true}]"#,
            "true",
        );
        for op in ["remove", "replace"] {
            for path in ["/b", "/a/2", "/a/-", "/a/b"] {
                let patch = format!(r#"[{{"op":"{op}","path":"{path}","value":0}}]"#);
                refuses(r#"{"a":[1,2]}"#, &patch, "there is nothing at this place");
            }
        }
    }

    #[test]
    fn move_and_copy_take_what_is_there() {
        gives(
            r#"{"a":{"x":1},"b":{}}"#,
            r#"[{"op":"move","from":"/a/x","path":"/b/y"}]"#,
            r#"{"a":{},"b":{"y":1}}"#,
        );
        gives(
            r#"{"a":[1,2,3]}"#,
            r#"[{"op":"move","from":"/a/0","path":"/a/2"}]"#,
            r#"{"a":[2,3,1]}"#,
        );
        gives(
            r#"{"a":1}"#,
            r#"[{"op":"move","from":"/a","path":"/a"}]"#,
            r#"{"a":1}"#,
        );
        gives(
            r#"{"a":[1,2]}"#,
            r#"[{"op":"copy","from":"/a/0","path":"/a/-"}]"#,
            r#"{"a":[1,2,1]}"#,
        );
        gives(
            r#"{"a":{"b":1}}"#,
            r#"[{"op":"copy","from":"/a","path":"/a/c"}]"#,
            r#"{"a":{"b":1,"c":{"b":1}}}"#,
        );
        refuses(
            r#"{"a":{"b":1}}"#,
            r#"[{"op":"move","from":"/a","path":"/a/b"}]"#,
            "into itself",
        );
        refuses(
            r#"{"a":1}"#,
            r#"[{"op":"copy","from":"/b","path":"/a"}]"#,
            "nothing at this place",
        );
    }

    #[test]
    fn test_compares_by_value() {
        for (document, value) in [
            (r#"{"a":1.50}"#, "1.5"),
            (r#"{"a":{"x":1,"y":[2]}}"#, r#"{"y":[2.0],"x":1}"#),
            (r#"{"a":"\u00e9"}"#, r#""é""#),
            (r#"{"a":null}"#, "null"),
        ] {
            let patch = format!(r#"[{{"op":"test","path":"/a","value":{value}}}]"#);
            gives(document, &patch, &document.replace("\\u00e9", "é"));
        }
        for (document, value) in [
            (r#"{"a":"1"}"#, "1"),
            (r#"{"a":[1,2]}"#, "[2,1]"),
            (r#"{"a":{"x":1}}"#, r#"{"x":1,"y":2}"#),
            (r#"{"a":0}"#, "false"),
        ] {
            let patch = format!(r#"[{{"op":"test","path":"/a","value":{value}}}]"#);
            refuses(
                document,
                &patch,
                "422  Operation 1 (test /a): the value there is another one",
            );
        }
    }

    #[test]
    fn what_is_no_patch_is_named() {
        for (patch, words) in [
            ("{}", "400  A JSON Patch is an array"),
            ("[1]", "400  Operation 1: 'op' must be there"),
            (
                r#"[{"op":"test","path":""},{"path":"/a"}]"#,
                "Operation 1: 'value' must be there",
            ),
            (
                r#"[{"op":"remove","path":"/a"},{"op":"spin","path":"/a"}]"#,
                "Operation 2: 'op' must be add",
            ),
            (
                r#"[{"op":"remove","path":"a"}]"#,
                "'path' must be a JSON Pointer",
            ),
            (r#"[{"op":"remove"}]"#, "'path' must be there"),
            (r#"[{"op":"copy","path":"/a"}]"#, "'from' must be there"),
            (
                r#"[{"op":"copy","path":"/a","from":1}]"#,
                "'from' must be there",
            ),
            (
                r#"[{"op":"add","path":"/a","value":1,"op":"remove"}]"#,
                "twice",
            ),
        ] {
            refuses(r#"{"a":1}"#, patch, words);
        }
    }

    #[test]
    fn a_patch_cannot_grow_without_bound() {
        let limits = Limits {
            values_max: 5_000,
            body_bytes_max: 100_000,
            patch_operations_max: 30,
            ..Limits::default()
        };
        let doubling = |n: usize| format!(r#"{{"op":"copy","from":"","path":"/a{n}"}}"#);
        let patch = |n: usize| format!("[{}]", (0..n).map(doubling).collect::<Vec<_>>().join(","));
        let refusal =
            |patch: &str| patched(Dialect::Json, r#"{"b":1}"#, patch, &limits).unwrap_err();
        let grown = refusal(&patch(30));
        assert!(
            grown.starts_with("413  Operation 12 (copy /a11)"),
            "{grown}"
        );
        assert!(refusal(&patch(31)).contains("at most 30 operations"));
        let nesting = Limits {
            depth_max: 8,
            ..Limits::default()
        };
        let deep = patched(Dialect::Json, r#"{"b":1}"#, &patch(9), &nesting);
        assert!(deep.unwrap_err().contains("nested too deeply"));
    }

    const PATIENT: &str = r#"{"resourceType":"Patient","id":"p","active":true,"name":[{"given":["A","B"]},{"family":"X"}],"birthDate":"1980-01-01","contact":[{"name":{"text":"C"}}],"multipleBirthInteger":2}"#;

    /// `add` and its like with `(name, value[x] of the part)`.
    fn operation(name: &str, parts: &[(&str, &str)]) -> String {
        let kind = format!(r#""valueCode":"{name}""#);
        let parts: Vec<String> = [("type", kind.as_str())]
            .iter()
            .chain(parts)
            .map(|(name, rest)| format!(r#"{{"name":"{name}",{rest}}}"#))
            .collect();
        let parts = parts.join(",");
        format!(
            r#"{{"resourceType":"Parameters","parameter":[{{"name":"operation","part":[{parts}]}}]}}"#
        )
    }

    fn by_path(name: &str, path: &str, rest: &[(&str, &str)]) -> Result<String, String> {
        let path = format!(r#""valueString":"{path}""#);
        let mut parts = vec![("path", path.as_str())];
        parts.extend(rest);
        patched(
            Dialect::FhirPath,
            PATIENT,
            &operation(name, &parts),
            &Limits::default(),
        )
    }

    #[track_caller]
    fn changes(name: &str, path: &str, rest: &[(&str, &str)], (from, to): (&str, &str)) {
        assert!(PATIENT.contains(from), "{from}");
        assert_eq!(
            by_path(name, path, rest),
            Ok(PATIENT.replacen(from, to, 1)),
            "{path}"
        );
    }

    /// `add` of a value under a name.
    fn adds(path: &str, name: &str, value: &str) -> Result<String, String> {
        let name = format!(r#""valueString":"{name}""#);
        by_path("add", path, &[("name", &name), ("value", value)])
    }

    #[test]
    fn fhirpath_add_knows_lists_and_choices() {
        let check = |path: &str, name: &str, value: &str, (from, to): (&str, &str)| {
            assert!(PATIENT.contains(from), "{from}");
            assert_eq!(adds(path, name, value), Ok(PATIENT.replacen(from, to, 1)));
        };
        let end = r#""multipleBirthInteger":2}"#;
        check(
            "Patient",
            "gender",
            r#""valueCode":"female""#,
            (end, r#""multipleBirthInteger":2,"gender":"female"}"#),
        );
        check(
            "Patient",
            "deceased",
            r#""valueDateTime":"2024""#,
            (
                end,
                r#""multipleBirthInteger":2,"deceasedDateTime":"2024"}"#,
            ),
        );
        let name = r#"{"family":"X"}"#;
        check(
            "Patient.name[1]",
            "given",
            r#""valueString":"D""#,
            (name, r#"{"family":"X","given":["D"]}"#),
        );
        check(
            "Patient.name.where(family = 'X')",
            "period",
            r#""valuePeriod":{"start":"2020"}"#,
            (name, r#"{"family":"X","period":{"start":"2020"}}"#),
        );
        check(
            "Patient",
            "contact",
            r#""part":[{"name":"name","valueHumanName":{"text":"E"}},{"name":"telecom","valueContactPoint":{"value":"1"}},{"name":"telecom","valueContactPoint":{"value":"2"}}]"#,
            (
                r#"[{"name":{"text":"C"}}]"#,
                r#"[{"name":{"text":"C"}},{"name":{"text":"E"},"telecom":[{"value":"1"},{"value":"2"}]}]"#,
            ),
        );
        for (name, value, words) in [
            (
                "birthDate",
                r#""valueDate":"1990""#,
                "there may be only one",
            ),
            ("nickname", r#""valueString":"x""#, "no element 'nickname'"),
            ("deceased", r#""valueQuantity":{}"#, "no element 'deceased'"),
        ] {
            let refusal = adds("Patient", name, value).unwrap_err();
            assert!(refusal.contains(words), "{refusal}");
        }
    }

    #[test]
    fn fhirpath_lists_are_changed_in_place() {
        let given = "Patient.name[0].given";
        let one = ("index", r#""valueInteger":1"#);
        let letter = ("value", r#""valueString":"D""#);
        changes(
            "insert",
            given,
            &[one, letter],
            (r#"["A","B"]"#, r#"["A","D","B"]"#),
        );
        let turned = [
            ("source", r#""valueInteger":1"#),
            ("destination", r#""valueInteger":0"#),
        ];
        changes("move", given, &turned, (r#"["A","B"]"#, r#"["B","A"]"#));
        changes(
            "delete",
            "Patient.name[0].given[0]",
            &[],
            (r#"["A","B"]"#, r#"["B"]"#),
        );
        changes(
            "delete",
            "Patient.contact[0]",
            &[],
            (r#","contact":[{"name":{"text":"C"}}]"#, ""),
        );
        changes("delete", "Patient.photo", &[], ("", ""));
        let first = [
            ("index", r#""valueInteger":0"#),
            ("value", r#""valueIdentifier":{"value":"1"}"#),
        ];
        changes(
            "insert",
            "Patient.identifier",
            &first,
            (
                r#""multipleBirthInteger":2}"#,
                r#""multipleBirthInteger":2,"identifier":[{"value":"1"}]}"#,
            ),
        );
        let beyond = by_path("insert", given, &[("index", r#""valueInteger":3"#), letter]);
        assert_eq!(
            beyond.unwrap_err(),
            "422 Parameters.parameter[0] Operation 1 (insert): the index lies outside the list"
        );
        let several = by_path("delete", "Patient.name", &[]);
        assert!(several.unwrap_err().contains("several elements"));
    }

    #[test]
    fn fhirpath_replace_may_change_a_choice() {
        changes(
            "replace",
            "Patient.birthDate",
            &[("value", r#""valueDate":"1981-02-03""#)],
            ("1980-01-01", "1981-02-03"),
        );
        changes(
            "replace",
            "Patient.multipleBirth",
            &[("value", r#""valueBoolean":true"#)],
            (
                r#""multipleBirthInteger":2"#,
                r#""multipleBirthBoolean":true"#,
            ),
        );
        let refusal = |path: &str| {
            by_path("replace", path, &[("value", r#""valueDate":"1981""#)]).unwrap_err()
        };
        assert!(refusal("Patient.photo").contains("leads to nothing"));
        assert!(refusal("Patient..name").starts_with("400 Parameters.parameter[0] Operation 1"));
        assert!(refusal("'x'").contains("no element"), "{}", refusal("'x'"));
    }
}
