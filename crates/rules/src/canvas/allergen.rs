//! `Allergen`: what somebody may be allergic to. R4 has no such type; the EHR's apps search it for the
//! codes an `AllergyIntolerance` is created with.
//!
//! An Allergen is a `Substance` of the category `allergen`, shown by its names and codes alone: it
//! is kept, indexed and restricted like any other resource.

use cresset_model::Value;

use crate::edit;

/// The name of the type.
pub const NAME: &str = "Allergen";

/// The R4 type it is kept as.
pub const KEPT_AS: &str = "Substance";

/// The category of substances that are allergens.
pub const CATEGORY: (&str, &str) = (
    "http://terminology.hl7.org/CodeSystem/substance-category",
    "allergen",
);

/// The systems a search by `code` may name.
pub const SEARCHED: [&str; 2] = [
    "http://www.nlm.nih.gov/research/umls/rxnorm",
    "http://snomed.info/sct",
];

/// The Allergen that a `Substance` is; `None` when it is none.
pub fn of_substance(substance: &Value) -> Option<Value> {
    let (system, code) = CATEGORY;
    let is_allergen = |category: &Value| edit::code(category, Some(system)) == Some(code);
    if !edit::items(substance, "category").iter().any(is_allergen) {
        return None;
    }
    let concept = substance.get("code")?;
    let mut allergen = edit::object([("resourceType", NAME)]);
    for name in ["id", "meta"] {
        if let Some(value) = substance.get(name) {
            allergen.set(name, value.clone());
        }
    }
    let div = format!(
        "<div xmlns=\"http://www.w3.org/1999/xhtml\">{}</div>",
        escaped(name(concept))
    );
    allergen.set(
        "text",
        edit::object([("status", "generated"), ("div", &div)]),
    );
    allergen.set("code", concept.clone());
    Some(allergen)
}

/// What a concept is called.
fn name(concept: &Value) -> &str {
    let displays = || {
        let mut codings = edit::items(concept, "coding").iter();
        codings.find_map(|coding| edit::text(coding, &["display"]))
    };
    edit::text(concept, &["text"])
        .or_else(displays)
        .unwrap_or_default()
}

/// A text within XHTML.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            _ => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::of_substance;
    use cresset_model::{Bounds, Value, parse};

    #[track_caller]
    fn check(substance: &str, expect: Option<&str>) {
        let tree = parse(substance.as_bytes(), Bounds::default()).unwrap();
        let written = of_substance(&Value::of(tree.root())).map(|allergen| {
            let mut out = Vec::new();
            allergen.write(&mut out);
            String::from_utf8(out).unwrap()
        });
        assert_eq!(written.as_deref(), expect);
    }

    #[test]
    fn a_substance_of_its_category_is_shown_by_its_codes() {
        check(
            r#"{"resourceType":"Substance","id":"fdb-1","status":"active","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/substance-category","code":"allergen"}]}],"code":{"coding":[{"system":"http://www.fdbhealth.com/","code":"1","display":"Bee & wasp"}]}}"#,
            Some(
                r#"{"resourceType":"Allergen","id":"fdb-1","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">Bee &amp; wasp</div>"},"code":{"coding":[{"system":"http://www.fdbhealth.com/","code":"1","display":"Bee & wasp"}]}}"#,
            ),
        );
        check(
            r#"{"resourceType":"Substance","code":{"text":"water"}}"#,
            None,
        );
    }
}
