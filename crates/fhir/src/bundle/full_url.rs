//! What the entries of a Bundle call themselves, and what they are called once stored.

use std::collections::HashMap;

use cresset_base::ResourceId;
use cresset_definitions::ResourceType;
use cresset_model::{Element, Tree};

use crate::fault::{Fault, Kind};

const URN: &str = "urn:uuid:";

/// Where a reference to an entry leads once the entry is stored.
#[derive(Debug, Clone)]
struct Target {
    resource_type: ResourceType,
    id: TargetId,
}

#[derive(Debug, Clone)]
enum TargetId {
    Uuid(u128),
    Text(ResourceId),
}

/// `fullUrl` → `Type/id` for the entries of one Bundle.
///
/// A million entries with UUIDs fit into some tens of megabytes: both sides are kept as numbers.
#[derive(Debug, Default)]
pub struct FullUrls {
    uuids: HashMap<u128, Target>,
    others: HashMap<Box<str>, Target>,
}

impl FullUrls {
    /// Notes an entry's name; says whether another entry has it. A name that already says `Type/id`
    /// needs no note.
    pub fn add(&mut self, full_url: &str, resource_type: ResourceType, id: &ResourceId) -> bool {
        let target = Target {
            resource_type,
            id: number(id.as_str()).map_or_else(|| TargetId::Text(id.clone()), TargetId::Uuid),
        };
        match full_url.strip_prefix(URN).and_then(number) {
            Some(number) => self.uuids.insert(number, target).is_some(),
            None => self.others.insert(full_url.into(), target).is_some(),
        }
    }

    /// `Type/id` for a reference that names an entry.
    pub fn resolve(&self, reference: &str) -> Option<String> {
        let target = match reference.strip_prefix(URN).and_then(number) {
            Some(number) => self.uuids.get(&number),
            None => self.others.get(reference),
        }?;
        Some(match &target.id {
            TargetId::Uuid(number) => {
                let uuid = uuid::Uuid::from_u128(*number);
                format!("{}/{uuid}", target.resource_type)
            }
            TargetId::Text(id) => format!("{}/{id}", target.resource_type),
        })
    }

    /// Whether no entry has a name.
    pub fn is_empty(&self) -> bool {
        self.uuids.is_empty() && self.others.is_empty()
    }
}

/// The number of a lower-case `8-4-4-4-12` UUID.
fn number(text: &str) -> Option<u128> {
    let uuid = uuid::Uuid::try_parse(text).ok()?;
    let mut written = uuid::Uuid::encode_buffer();
    (uuid.hyphenated().encode_lower(&mut written) == text).then(|| uuid.as_u128())
}

/// Every `reference` below an element, in no particular order.
pub(crate) fn references(root: Element<'_>) -> Vec<Element<'_>> {
    let mut found = Vec::new();
    let mut open = vec![root];
    while let Some(element) = open.pop() {
        for (member, value) in element.members() {
            match value.as_str() {
                Some(_) if member == "reference" => found.push(value),
                Some(_) => {}
                None => open.push(value),
            }
        }
        open.extend(element.items());
    }
    found
}

/// Refuses a resource that still refers to an entry of its Bundle: there is no such entry.
pub(crate) fn none_dangles(tree: &Tree) -> Result<(), Fault> {
    let dangles = |element: &Element<'_>| {
        let text = element.as_str().unwrap_or_default();
        text.starts_with(URN) || text.starts_with("urn:oid:")
    };
    match references(tree.root()).into_iter().find(dangles) {
        None => Ok(()),
        Some(element) => {
            let text = "The reference names no entry of this Bundle";
            Err(Fault::new(Kind::Invalid, text).at(path(tree, element)))
        }
    }
}

/// `Observation.subject.reference`
pub(crate) fn path(tree: &Tree, element: Element<'_>) -> String {
    let mut path = tree.resource_type().unwrap_or_default().to_owned();
    for step in tree.steps_to(element.place()) {
        match step {
            cresset_model::Step::Member(name) => {
                path.push('.');
                path.push_str(&name);
            }
            cresset_model::Step::Item(at) => {
                path.push('[');
                path.push_str(&at.to_string());
                path.push(']');
            }
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::FullUrls;
    use cresset_definitions::ResourceType;

    #[test]
    fn entries_are_found_by_the_name_they_gave_themselves() {
        let patient = ResourceType::parse("Patient").unwrap();
        let mut urls = FullUrls::default();
        let uuid = "b0a06ead-cc42-aa48-dad6-841d4aa679fa";
        let urn = format!("urn:uuid:{uuid}");
        assert!(!urls.add(&urn, patient, &uuid.parse().unwrap()));
        assert!(urls.add(&urn, patient, &uuid.parse().unwrap()));
        urls.add("urn:uuid:not-a-uuid", patient, &"p1".parse().unwrap());
        urls.add(
            "http://example.org/fhir/Patient/9",
            patient,
            &"9".parse().unwrap(),
        );
        let check = |reference: &str, expect: Option<&str>| {
            assert_eq!(urls.resolve(reference).as_deref(), expect, "{reference}");
        };
        check(&urn, Some(&format!("Patient/{uuid}")));
        check("urn:uuid:not-a-uuid", Some("Patient/p1"));
        check("http://example.org/fhir/Patient/9", Some("Patient/9"));
        check("urn:uuid:b0a06ead-cc42-aa48-dad6-000000000000", None);
        check("Patient/9", None);
    }
}
