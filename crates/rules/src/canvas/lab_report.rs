//! `DiagnosticReport/$create-lab-report`: a report of a laboratory and its values, in one call.

use cresset_model::Value;

use crate::edit;

/// The name after the `$`.
pub const OPERATION: &str = "create-lab-report";

/// What a resource of the call is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The `DiagnosticReport`.
    Report,
    /// The Observation that groups values; it is checked, and not stored.
    Test,
    /// An Observation that is stored.
    Value,
}

impl Part {
    /// The type of the resource.
    pub fn resource_type(self) -> &'static str {
        match self {
            Self::Report => "DiagnosticReport",
            Self::Test | Self::Value => "Observation",
        }
    }

    /// The URL of the profile it must follow.
    pub fn profile(self) -> &'static str {
        match self {
            Self::Report => "https://cresset.example/fhir/StructureDefinition/canvas-lab-report",
            Self::Test => "https://cresset.example/fhir/StructureDefinition/canvas-lab-test",
            Self::Value => "https://cresset.example/fhir/StructureDefinition/canvas-lab-value",
        }
    }

    /// Makes what is sent FHIR: what is reported is final.
    pub fn admit(self, body: &mut Value) {
        edit::default(body, "status", || edit::string("final"));
    }
}

const CATEGORY: &str = "http://terminology.hl7.org/CodeSystem/observation-category";
const SECTION: &str = "http://terminology.hl7.org/CodeSystem/v2-0074";

/// The report as it is stored under `id`, with these values, its file at `address`.
pub fn report(body: &mut Value, (id, values): (&str, &[String]), (address, now): (&str, &str)) {
    body.set("id", edit::string(id));
    body.set(
        "category",
        Value::Array(vec![edit::concept(SECTION, "LAB")]),
    );
    body.set("issued", edit::string(now));
    let reference = |id: &String| edit::object([("reference", &*format!("Observation/{id}"))]);
    body.remove("result");
    if !values.is_empty() {
        body.set(
            "result",
            Value::Array(values.iter().map(reference).collect()),
        );
    }
    for file in edit::items_mut(body, "presentedForm") {
        edit::set_file(file, address);
    }
}

/// A value of a report as it is stored under `id`.
pub fn value(body: &mut Value, id: &str, (report, now): (&Value, &str)) {
    body.set("id", edit::string(id));
    body.set(
        "category",
        Value::Array(vec![edit::concept(CATEGORY, "laboratory")]),
    );
    body.set("issued", edit::string(now));
    // Whose it is, is said by the report alone.
    for name in ["subject", "effectiveDateTime"] {
        let is_open = name == "subject" || body.get(name).is_none();
        if let (true, Some(value)) = (is_open, report.get(name)) {
            body.set(name, value.clone());
        }
    }
    // Of the reference ranges the text of the first is kept.
    if let Some(Value::Array(ranges)) = body.get_mut("referenceRange") {
        ranges.truncate(1);
        ranges.retain_mut(
            |range| match edit::text(range, &["text"]).map(str::to_owned) {
                Some(text) => {
                    *range = edit::object([("text", &*text)]);
                    true
                }
                None => false,
            },
        );
        if ranges.is_empty() {
            body.remove("referenceRange");
        }
    }
}
