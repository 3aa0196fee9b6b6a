//! What the entries of a Bundle call themselves, and what they are called once stored.

use std::collections::HashMap;

use cresset_base::ResourceId;
use cresset_definitions::ResourceType;

use super::identity::{uuid_number, uuid_text};

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
pub(crate) struct FullUrls {
    uuids: HashMap<u128, Target>,
    others: HashMap<Box<str>, Target>,
}

impl FullUrls {
    /// Notes an entry's name. A name that already says `Type/id` needs no note.
    pub(crate) fn add(&mut self, full_url: &str, resource_type: ResourceType, id: &ResourceId) {
        let target = Target {
            resource_type,
            id: uuid_number(id.as_str()).map_or_else(|| TargetId::Text(id.clone()), TargetId::Uuid),
        };
        match full_url.strip_prefix(URN).and_then(uuid_number) {
            Some(number) => drop(self.uuids.insert(number, target)),
            None => drop(self.others.insert(full_url.into(), target)),
        }
    }

    /// `Type/id` for a reference that names an entry.
    pub(crate) fn resolve(&self, reference: &str) -> Option<String> {
        let target = match reference.strip_prefix(URN).and_then(uuid_number) {
            Some(number) => self.uuids.get(&number),
            None => self.others.get(reference),
        }?;
        Some(match &target.id {
            TargetId::Uuid(number) => format!("{}/{}", target.resource_type, uuid_text(*number)),
            TargetId::Text(id) => format!("{}/{id}", target.resource_type),
        })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.uuids.is_empty() && self.others.is_empty()
    }
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
        urls.add(&format!("urn:uuid:{uuid}"), patient, &uuid.parse().unwrap());
        urls.add("urn:uuid:not-a-uuid", patient, &"p1".parse().unwrap());
        urls.add(
            "http://example.org/fhir/Patient/9",
            patient,
            &"9".parse().unwrap(),
        );
        let check = |reference: &str, expect: Option<&str>| {
            assert_eq!(urls.resolve(reference).as_deref(), expect, "{reference}");
        };
        check(
            &format!("urn:uuid:{uuid}"),
            Some(&format!("Patient/{uuid}")),
        );
        check("urn:uuid:not-a-uuid", Some("Patient/p1"));
        check("http://example.org/fhir/Patient/9", Some("Patient/9"));
        check("urn:uuid:b0a06ead-cc42-aa48-dad6-000000000000", None);
        check("Patient/9", None);
    }
}
