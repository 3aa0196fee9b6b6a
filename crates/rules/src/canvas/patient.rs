//! Patient.

use cresset_model::Value;

use super::{carry, entries, picture};
use crate::edit;
use crate::write::{Around, Behaviour};

pub(super) static BEHAVIOUR: Behaviour = Behaviour {
    admit,
    shape,
    files: &["photo"],
    ..Behaviour::NONE
};

const US_CORE: &str = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-";
const GENDER_IDENTITY: &str =
    "http://hl7.org/fhir/us/core/StructureDefinition/us-core-genderIdentity";
/// Extensions that an update clears by not sending them.
const CLEARED: [&str; 3] = [
    "http://schemas.canvasmedical.com/fhir/extensions/preferred-pharmacy",
    "http://schemas.canvasmedical.com/fhir/extensions/patient-default-provider",
    "http://schemas.canvasmedical.com/fhir/extensions/patient-default-location",
];
/// The system of record numbers, which the server alone gives.
const RECORD_NUMBERS: &str = "http://canvasmedical.com";

/// Race and ethnicity come without their text, which US Core asks for; a photo without its kind.
fn admit(body: &mut Value) {
    for photo in edit::items_mut(body, "photo") {
        picture::tell_kind(photo);
    }
    for extension in edit::items_mut(body, "extension") {
        let url = edit::text(extension, &["url"]).unwrap_or_default();
        let part = url.strip_prefix(US_CORE);
        if matches!(part, Some("race" | "ethnicity"))
            && edit::extension(extension, "text").is_none()
        {
            let text = described(extension);
            let inner = edit::object([("url", "text"), ("valueString", &text)]);
            edit::push(extension, "extension", inner);
        }
    }
}

/// The names of the codes of a race or ethnicity.
fn described(extension: &Value) -> String {
    let name = |inner: &Value| {
        let display = edit::text(inner, &["valueCoding", "display"]);
        let code = edit::text(inner, &["valueCoding", "code"])?;
        Some(display.unwrap_or_else(|| category(code)).to_owned())
    };
    let names: Vec<String> = edit::items(extension, "extension")
        .iter()
        .filter_map(name)
        .collect();
    names.join(", ")
}

/// The OMB categories of CDC's race and ethnicity codes.
fn category(code: &str) -> &str {
    match code {
        "1002-5" => "American Indian or Alaska Native",
        "2028-9" => "Asian",
        "2054-5" => "Black or African American",
        "2076-8" => "Native Hawaiian or Other Pacific Islander",
        "2106-3" => "White",
        "2135-2" => "Hispanic or Latino",
        "2186-5" => "Not Hispanic or Latino",
        "UNK" => "Unknown",
        "ASKU" => "Asked but unknown",
        other => other,
    }
}

fn shape(body: &mut Value, around: &Around<'_>) {
    gender(body);
    edit::retain(body, "identifier", |identifier| {
        edit::text(identifier, &["system"]) != Some(RECORD_NUMBERS)
    });
    record_number(body, around);
    contact_points(body);
    contacts(body);
    for address in edit::items_mut(body, "address") {
        edit::default(address, "country", || edit::string("us"));
    }
    for communication in edit::items_mut(body, "communication") {
        if let Some(language) = communication.get_mut("language") {
            for coding in edit::items_mut(language, "coding") {
                edit::rename(coding, "system", |_| Some("urn:ietf:bcp:47"));
            }
        }
    }
    photo(body, around);
    if body.get("deceasedBoolean") == Some(&Value::Bool(false)) {
        body.remove("deceasedDateTime");
    }
    entries::identifiers(body, around);
    for name in ["telecom", "address", "contact"] {
        entries::identify(body, name, around);
    }
    carry::extensions(body, around, &CLEARED);
    kept_record_number(body, around);
    // Telecom, address and contact that are not sent are removed; a name is replaced as a whole.
    carry::over(
        body,
        around,
        &[
            "telecom",
            "address",
            "contact",
            "name",
            "identifier",
            "extension",
        ],
    );
}

/// There is one photo; an update that sends its address alone means the one that is there.
fn photo(body: &mut Value, around: &Around<'_>) {
    let Some(Value::Array(photos)) = body.get_mut("photo") else {
        return;
    };
    photos.truncate(1);
    let is_address = |photo: &Value| photo.get("url").is_some() && photo.get("data").is_none();
    if around.is_update() && photos.first().is_some_and(is_address) {
        body.remove("photo");
    }
}

/// The gender is that of the gender identity, where one is given.
fn gender(body: &mut Value) {
    let identity =
        edit::extension(body, GENDER_IDENTITY).and_then(|e| e.get("valueCodeableConcept"));
    let gender = match identity.and_then(|identity| edit::code(identity, None)) {
        None => return,
        Some("446151000124109") => "male",
        Some("446141000124107") => "female",
        Some("ASKU" | "UNK") => "unknown",
        Some(_) => "other",
    };
    body.set("gender", edit::string(gender));
}

fn contact_points(holder: &mut Value) {
    for telecom in edit::items_mut(holder, "telecom") {
        edit::rename(telecom, "system", |system| match system {
            "url" => Some("other"),
            "sms" => Some("phone"),
            _ => None,
        });
        edit::default(telecom, "use", || edit::string("home"));
    }
}

/// Of a contact the text of the name, the first phone and the first email address are kept.
fn contacts(body: &mut Value) {
    for contact in edit::items_mut(body, "contact") {
        contact_points(contact);
        let text = edit::text(contact, &["name", "text"]).map(str::to_owned);
        if let Some(text) = text {
            contact.set("name", edit::object([("text", &text)]));
        }
        let (mut phone, mut email) = (false, false);
        edit::retain(contact, "telecom", |telecom| {
            let seen = match edit::text(telecom, &["system"]) {
                Some("phone") => &mut phone,
                Some("email") => &mut email,
                _ => return false,
            };
            !std::mem::replace(seen, true)
        });
    }
}

/// A new patient gets a record number: the id without its dashes, so that no two have the same.
fn record_number(body: &mut Value, around: &Around<'_>) {
    if around.is_update() {
        return;
    }
    let number: String = around.id.chars().filter(|c| *c != '-').collect();
    let mut identifier = edit::object([("system", RECORD_NUMBERS), ("value", &number)]);
    let kind = edit::concept("http://terminology.hl7.org/CodeSystem/v2-0203", "MR");
    identifier.set("type", kind);
    edit::push(body, "identifier", identifier);
}

fn kept_record_number(body: &mut Value, around: &Around<'_>) {
    let current = around
        .current
        .map_or(&[][..], |current| edit::items(current, "identifier"));
    for number in current {
        if edit::text(number, &["system"]) == Some(RECORD_NUMBERS) {
            edit::push(body, "identifier", number.clone());
        }
    }
}
