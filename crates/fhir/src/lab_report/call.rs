//! The resources of a call, with their places.

use cresset_model::Value;
use cresset_rules::lab_report::Part;

use crate::fault::{Fault, Kind};

/// A resource that was sent.
pub(super) struct Sent {
    /// What it is.
    pub(super) part: Part,
    /// Where it stands, as FHIRPath.
    pub(super) place: String,
    /// The resource.
    pub(super) body: Value,
}

/// The report and, of each collection, the test and its values; at most `most` resources.
pub(super) fn read(call: &Value, most: usize) -> Result<Vec<Sent>, Fault> {
    if text(call, "resourceType") != Some("Parameters") {
        let text = "The body of an operation is a Parameters resource";
        return Err(Fault::new(Kind::Invalid, text).at("resourceType"));
    }
    let parameters = items(call, "parameter");
    if parameters.is_empty() {
        let text = "body -> parameter must contain at least 1 item";
        return Err(Fault::new(Kind::Invalid, text).at("Parameters.parameter"));
    }
    let parts = |parameter| items(parameter, "part").len().max(1);
    if parameters.iter().map(parts).sum::<usize>() > most {
        let text = format!("A call holds at most {most} reports, tests and values");
        return Err(Fault::coded(Kind::TooLong, "too-costly", text).at("Parameters.parameter"));
    }
    let mut sent = Vec::new();
    for (at, parameter) in parameters.iter().enumerate() {
        let place = format!("Parameters.parameter[{at}]");
        match text(parameter, "name") {
            Some("labReport") => sent.push(resource(parameter, &place, Part::Report)?),
            Some("labTestCollection") => collection(parameter, &place, &mut sent)?,
            _ => return Err(misnamed(&place, "labReport or labTestCollection")),
        }
    }
    let reports = sent.iter().filter(|one| one.part == Part::Report);
    if reports.count() != 1 {
        let text = "body -> parameter must contain exactly 1 labReport";
        return Err(Fault::new(Kind::Invalid, text).at("Parameters.parameter"));
    }
    Ok(sent)
}

fn collection(parameter: &Value, place: &str, into: &mut Vec<Sent>) -> Result<(), Fault> {
    let mut tests = 0;
    for (at, part) in items(parameter, "part").iter().enumerate() {
        let place = format!("{place}.part[{at}]");
        match text(part, "name") {
            Some("labTest") => {
                tests += 1;
                into.push(resource(part, &place, Part::Test)?);
            }
            Some("labValue") => into.push(resource(part, &place, Part::Value)?),
            _ => return Err(misnamed(&place, "labTest or labValue")),
        }
    }
    if tests == 1 {
        return Ok(());
    }
    let text = format!(
        "{} must contain exactly 1 labTest",
        steps(&format!("{place}.part"))
    );
    Err(Fault::new(Kind::Invalid, text).at(format!("{place}.part")))
}

fn resource(parameter: &Value, place: &str, part: Part) -> Result<Sent, Fault> {
    let place = format!("{place}.resource");
    match parameter.get("resource") {
        Some(body) if text(body, "resourceType") == Some(part.resource_type()) => Ok(Sent {
            part,
            place,
            body: body.clone(),
        }),
        found => {
            let kind = match found {
                Some(_) => Kind::Invalid,
                None => Kind::Required,
            };
            let of = part.resource_type();
            let text = format!("{} must be one {of}", steps(&place));
            Err(Fault::new(kind, text).at(place))
        }
    }
}

fn misnamed(place: &str, names: &str) -> Fault {
    let text = format!("{} -> name must be {names}", steps(place));
    Fault::new(Kind::Invalid, text).at(format!("{place}.name"))
}

/// `Parameters.parameter[0].resource` as `body -> parameter -> 0 -> resource`.
fn steps(place: &str) -> String {
    let names = place.split(['.', '[', ']']).skip(1);
    names
        .filter(|name| !name.is_empty())
        .fold("body".to_owned(), |steps, name| {
            format!("{steps} -> {name}")
        })
}

fn text<'v>(value: &'v Value, name: &str) -> Option<&'v str> {
    match value.get(name) {
        Some(Value::String(text)) => Some(text),
        _ => None,
    }
}

fn items<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    match value.get(name) {
        Some(Value::Array(items)) => items,
        _ => &[],
    }
}
