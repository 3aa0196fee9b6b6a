//! The answer to a request that nobody waited for: a `batch-response` whose one entry is what the request
//! would have been answered with (the asynchronous interaction pattern of R5, async-bundle).

use cresset_access::{Access, PatientReach, patient_reach};
use cresset_base::ResourceId;
use cresset_definitions::ResourceType;
use cresset_model::{Bounds, Element, Tree};
use cresset_search::patients_of;
use cresset_store::Whose;

use super::request::reason;
use super::write;
use crate::fault::Fault;
use crate::service::Service;

/// The Bundle around an answer: what the status says is well is the entry's resource, anything else the
/// outcome of its response. `body` is a resource in JSON, or empty.
pub fn response(status: u16, body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len() + 256);
    write::head("batch-response", None, &[], &mut out);
    write::entries(&[()], &mut out, |(), out| {
        let is_well = (200..300).contains(&status);
        if is_well && !body.is_empty() {
            out.extend_from_slice(b"\"resource\":");
            out.extend_from_slice(body);
            out.push(b',');
        }
        let line = format!("\"response\":{{\"status\":\"{status} {}\"", reason(status));
        out.extend_from_slice(line.as_bytes());
        if !is_well && !body.is_empty() {
            out.extend_from_slice(b",\"outcome\":");
            out.extend_from_slice(body);
        }
        out.push(b'}');
    });
    out
}

impl Service {
    /// Whose records a Bundle of our own shows to a caller with this access.
    ///
    /// # Errors
    /// [`Kind::Exception`](crate::Kind::Exception) when it does not parse.
    pub fn whose_in(&self, access: &Access, bundle: &[u8]) -> Result<Whose, Fault> {
        let most = self.limits().audit_patients_max;
        let mut whose = Whose::default();
        whose.add(access.patient().cloned(), most);
        let tree = own(bundle)?;
        for resource in shown(tree.root()) {
            self.add_owners(resource, &mut whose)?;
        }
        Ok(whose)
    }

    /// Adds the patients to whose records a resource belongs.
    fn add_owners(&self, resource: Element<'_>, whose: &mut Whose) -> Result<(), Fault> {
        let text = |name| resource.get(name).and_then(Element::as_str);
        let of = text("resourceType").and_then(ResourceType::parse);
        let id = text("id").and_then(|id| id.parse::<ResourceId>().ok());
        let (Some(of), Some(id)) = (of, id) else {
            return Ok(());
        };
        let most = self.limits().audit_patients_max;
        if of.name() == "Patient" {
            whose.add([id], most);
        } else if matches!(patient_reach(of), PatientReach::Compartment(_)) {
            let mut body = Vec::new();
            resource.write(&mut body);
            whose.add(patients_of(of, &id, &own(&body)?, self.own()), most);
        }
        Ok(())
    }
}

/// The resources a Bundle shows, those of Bundles within it among them.
fn shown(bundle: Element<'_>) -> Vec<Element<'_>> {
    let mut found = Vec::new();
    let mut bundles = vec![bundle];
    while let Some(bundle) = bundles.pop() {
        let entries = bundle.get("entry").into_iter().flat_map(Element::items);
        for resource in entries.filter_map(|entry| entry.get("resource")) {
            if resource.get("resourceType").and_then(Element::as_str) == Some("Bundle") {
                bundles.push(resource);
            }
            found.push(resource);
        }
    }
    found
}

/// What the server wrote itself, so that no bound of a caller's holds for it.
fn own(json: &[u8]) -> Result<Tree, Fault> {
    let bounds = Bounds {
        depth_max: usize::MAX,
        values_max: usize::MAX,
    };
    cresset_model::parse(json, bounds)
        .map_err(|fault| Fault::internal(format!("an answer is no JSON: {fault}")))
}

#[cfg(test)]
mod tests {
    use super::response;

    fn check(status: u16, body: &str, expect: &str) {
        let text = String::from_utf8(response(status, body.as_bytes())).unwrap();
        let head = r#"{"resourceType":"Bundle","type":"batch-response","entry":[{"#;
        assert_eq!(text, format!("{head}{expect}}}]}}"));
    }

    #[test]
    fn what_is_well_is_the_resource_and_the_rest_the_outcome() {
        let body = r#"{"resourceType":"Bundle"}"#;
        let expect = format!(r#""resource":{body},"response":{{"status":"200 OK"}}"#);
        check(200, body, &expect);
        let expect = format!(r#""response":{{"status":"404 Not Found","outcome":{body}}}"#);
        check(404, body, &expect);
        check(204, "", r#""response":{"status":"204 No Content"}"#);
    }
}
