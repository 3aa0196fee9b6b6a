//! What the text of a reference tells without following it.

use cresset_definitions::ResourceType;
use cresset_model::Element;

/// The type of the resource a literal reference points to: `Patient/1`,
/// `http://x.org/fhir/Patient/1/_history/2`.
///
/// `None` for `urn:` and fragments, and where the segment before the id names no type.
pub fn literal_type(reference: &str) -> Option<ResourceType> {
    let path = reference.split(['?', '#', '|']).next()?;
    let current = path
        .split_once("/_history/")
        .map_or(path, |(current, _)| current);
    let (rest, id) = current.rsplit_once('/')?;
    let name = rest.rsplit_once('/').map_or(rest, |(_, name)| name);
    ResourceType::parse(name).filter(|_| !id.is_empty())
}

/// The type a `Reference` points to, by its literal reference or else by `Reference.type`.
pub fn target_type(reference: Element<'_>) -> Option<ResourceType> {
    let text = reference.get("reference").and_then(Element::as_str);
    text.and_then(literal_type).or_else(|| {
        let name = reference.get("type")?.as_str()?;
        ResourceType::parse(name.rsplit_once('/').map_or(name, |(_, last)| last))
    })
}

#[cfg(test)]
mod tests {
    use super::literal_type;
    use cresset_definitions::ResourceType;

    #[test]
    fn the_type_stands_before_the_id() {
        for (reference, expect) in [
            ("Patient/1", Some("Patient")),
            ("Patient/1/_history/2", Some("Patient")),
            ("https://x.org/fhir/Group/a", Some("Group")),
            ("urn:uuid:1", None),
            ("#p", None),
            ("Patient/", None),
            ("Patient", None),
            ("https://x.org/Nothing/1", None),
        ] {
            assert_eq!(
                literal_type(reference).map(ResourceType::name),
                expect,
                "{reference}"
            );
        }
    }
}
