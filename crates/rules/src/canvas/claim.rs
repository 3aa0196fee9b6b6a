//! Claim: an update moves it to another queue and changes nothing else.

use cresset_model::Value;

use super::note;
use crate::edit;
use crate::write::{Around, Behaviour};

pub(super) static BEHAVIOUR: Behaviour = Behaviour {
    shape,
    ..Behaviour::NONE
};

const QUEUE: &str = "http://schemas.canvasmedical.com/fhir/extensions/claim-queue";
const QUEUES: &str = "http://canvasmedical.com";
/// Where a claim begins.
const FIRST: &str = "NeedsCodingReview";

fn shape(body: &mut Value, around: &Around<'_>) {
    if let (true, Some(current)) = (around.is_update(), around.current) {
        let queue = edit::extension(body, QUEUE).cloned();
        let mut moved = current.clone();
        if let Some(queue) = queue {
            edit::remove_extension(&mut moved, QUEUE);
            edit::push(&mut moved, "extension", queue);
        }
        *body = moved;
        name_queue(body);
        return;
    }
    edit::remove_extension(body, note::NOTE);
    if edit::extension(body, QUEUE).is_none() {
        let mut queue = edit::object([("url", QUEUE)]);
        queue.set(
            "valueCoding",
            edit::object([("system", QUEUES), ("code", FIRST)]),
        );
        edit::push(body, "extension", queue);
    }
    name_queue(body);
    systems(body);
    created(body);
    // Insurance that is not focal is ignored, unless it says that there is none.
    let is_focal = |insurance: &Value| insurance.get("focal") == Some(&Value::Bool(true));
    if edit::items(body, "insurance").iter().any(is_focal) {
        edit::retain(body, "insurance", is_focal);
    }
}

/// Gives a built-in queue its name.
fn name_queue(body: &mut Value) {
    for extension in edit::items_mut(body, "extension") {
        let Some(coding) = extension.get_mut("valueCoding") else {
            continue;
        };
        let display = match edit::text(coding, &["code"]) {
            Some("AdjudicatedOpenBalance") => "Adjudicated",
            Some("Appointment") => "Appointment",
            Some("NeedsClinicianReview") => "Clinician",
            Some("NeedsCodingReview") => "Coding",
            Some("FiledAwaitingResponse") => "Filed",
            Some("ZeroBalance") => "History",
            Some("PatientBalance") => "Patient",
            Some("RejectedNeedsReview") => "Rejected",
            Some("QueuedForSubmission") => "Submission",
            Some("Trash") => "Trash",
            _ => continue,
        };
        coding.set("display", edit::string(display));
    }
}

/// Value sets that apps name as systems become the systems themselves.
fn systems(body: &mut Value) {
    let rename = |concept: Option<&mut Value>| {
        for coding in concept
            .into_iter()
            .flat_map(|concept| edit::items_mut(concept, "coding"))
        {
            edit::rename(coding, "system", system);
        }
    };
    rename(body.get_mut("type"));
    rename(body.get_mut("priority"));
    for information in edit::items_mut(body, "supportingInfo") {
        rename(information.get_mut("category"));
    }
    for diagnosis in edit::items_mut(body, "diagnosis") {
        rename(diagnosis.get_mut("diagnosisCodeableConcept"));
    }
    for item in edit::items_mut(body, "item") {
        rename(item.get_mut("productOrService"));
        for modifier in edit::items_mut(item, "modifier") {
            rename(Some(modifier));
        }
    }
}

fn system(named: &str) -> Option<&'static str> {
    Some(match named {
        "http://hl7.org/fhir/ValueSet/claim-type" => {
            "http://terminology.hl7.org/CodeSystem/claim-type"
        }
        "http://hl7.org/fhir/ValueSet/process-priority" => {
            "http://terminology.hl7.org/CodeSystem/processpriority"
        }
        "http://hl7.org/fhir/ValueSet/claim-informationcategory" => {
            "http://terminology.hl7.org/CodeSystem/claiminformationcategory"
        }
        "http://hl7.org/fhir/ValueSet/icd-10" => "http://hl7.org/fhir/sid/icd-10-cm",
        "http://hl7.org/fhir/us/core/ValueSet/us-core-procedure-code" => {
            "http://www.ama-assn.org/go/cpt"
        }
        "http://hl7.org/fhir/us/carin-bb/ValueSet/AMACPTCMSHCPCSModifiers" => {
            "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"
        }
        _ => return None,
    })
}

/// The date of service: a day is its midnight in UTC.
fn created(body: &mut Value) {
    let day = edit::text(body, &["created"]).filter(|created| created.len() == 10);
    let midnight = day.map(|day| format!("{day}T00:00:00Z"));
    if let Some(midnight) = midnight {
        body.set("created", edit::string(&midnight));
    }
}
