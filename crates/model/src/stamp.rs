//! A resource body apart from the facts that only the store knows.

use crate::element::{Element, Kind, Tree};
use crate::write;

/// What the store writes into a body.
#[derive(Debug, Clone, Copy)]
pub struct Stamp<'a> {
    /// The logical id.
    pub id: &'a str,
    /// `meta.versionId`.
    pub version: u64,
    /// `meta.lastUpdated`, a FHIR instant.
    pub last_updated: &'a str,
}

/// A resource without `id`, `meta.versionId` and `meta.lastUpdated`, as canonical compact JSON.
///
/// Two bodies are equal when they say the same in the same order; white space and the way a string
/// was escaped make no difference, the digits of a number do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unstamped {
    resource_type: Box<str>,
    /// `"name":value` pairs joined by commas: first those of meta, then those of the resource.
    members: Vec<u8>,
    meta_len: usize,
}

impl Unstamped {
    /// The body of a resource. What the client wrote as `id`, `meta.versionId` and
    /// `meta.lastUpdated` is dropped, the rest of `meta` is kept; a `meta` that is no object is
    /// dropped too.
    ///
    /// `None` when the root is not an object with a string `resourceType`.
    pub fn new(tree: &Tree) -> Option<Self> {
        let root = tree.root();
        let resource_type = tree.resource_type()?.into();
        let mut members = Vec::with_capacity(tree.source_len);
        if let Some(meta) = root.get("meta") {
            let ours = ["versionId", "_versionId", "lastUpdated", "_lastUpdated"];
            join(meta, &ours, &mut members);
        }
        let meta_len = members.len();
        let mut rest = Vec::with_capacity(tree.source_len);
        join(root, &["resourceType", "id", "meta"], &mut rest);
        members.extend_from_slice(&rest);
        Some(Self {
            resource_type,
            members,
            meta_len,
        })
    }

    /// As [`Unstamped::new`], with every string value for which `replace` answers replaced
    /// (`urn:uuid:` and conditional references of a transaction).
    pub fn with_references(tree: &Tree, replace: &dyn Fn(&str) -> Option<String>) -> Option<Self> {
        let mut tree = tree.clone();
        tree.replace_strings(replace);
        Self::new(&tree)
    }

    /// The resource's type as written.
    pub fn resource_type(&self) -> &str {
        &self.resource_type
    }

    /// Appends the wire bytes: `resourceType`, `id`, `meta`, then everything else in its order.
    pub fn stamp(&self, stamp: &Stamp<'_>, out: &mut Vec<u8>) {
        let (meta, rest) = self
            .members
            .split_at_checked(self.meta_len)
            .unwrap_or_default();
        out.reserve(self.members.len() + 160);
        out.extend_from_slice(b"{\"resourceType\":");
        write::string(&self.resource_type, out);
        out.extend_from_slice(b",\"id\":");
        write::string(stamp.id, out);
        out.extend_from_slice(b",\"meta\":{\"versionId\":\"");
        out.extend_from_slice(stamp.version.to_string().as_bytes());
        out.extend_from_slice(b"\",\"lastUpdated\":");
        write::string(stamp.last_updated, out);
        append(meta, out);
        out.push(b'}');
        append(rest, out);
        out.push(b'}');
    }
}

fn append(members: &[u8], out: &mut Vec<u8>) {
    if !members.is_empty() {
        out.push(b',');
        out.extend_from_slice(members);
    }
}

/// Appends the members of an object but those named, joined by commas.
fn join(object: Element<'_>, without: &[&str], out: &mut Vec<u8>) {
    if object.kind() != Kind::Object {
        return;
    }
    let kept = object.members().filter(|(name, _)| !without.contains(name));
    for (i, (name, value)) in kept.enumerate() {
        if i > 0 {
            out.push(b',');
        }
        write::string(name, out);
        out.push(b':');
        value.write(out);
    }
}
