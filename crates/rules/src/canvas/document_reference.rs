//! `DocumentReference`: PDF documents, sent to be reviewed.

use cresset_model::Value;

use crate::edit;
use crate::write::{Around, Behaviour};

pub(super) static BEHAVIOUR: Behaviour = Behaviour {
    shape,
    ignored: &["identifier", "date", "custodian", "context"],
    files: &["content"],
    ..Behaviour::NONE
};

const US_CORE_CATEGORY: &str =
    "http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category";
const PRIORITY: &str = "http://schemas.canvasmedical.com/fhir/document-reference-priority";

fn shape(body: &mut Value, around: &Around<'_>) {
    body.set("date", edit::string(around.now));
    let is_administrative = edit::items(body, "category")
        .iter()
        .any(|category| edit::code(category, None) == Some("patientadministrativedocument"));
    if !is_administrative {
        edit::push(
            body,
            "category",
            edit::concept(US_CORE_CATEGORY, "clinical-note"),
        );
    }
    for content in edit::items_mut(body, "content") {
        let format = edit::object([
            (
                "system",
                "http://ihe.net/fhir/ValueSet/IHE.FormatCode.codesystem",
            ),
            ("code", "urn:ihe:iti:xds:2017:mimeTypeSufficient"),
        ]);
        content.set("format", format);
    }
    if edit::extension(body, PRIORITY).is_none() {
        let mut priority = edit::object([("url", PRIORITY)]);
        priority.set("valueBoolean", Value::Bool(false));
        edit::push(body, "extension", priority);
    }
}
