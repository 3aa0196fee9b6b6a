//! References: their form and the types they may point to.

use cresset_definitions::ResourceType;
use cresset_model::Element;

use super::Walk;
use crate::issue::IssueType;
use crate::lexical;
use crate::place::Place;

/// What a literal reference is, as far as its text tells.
enum Literal<'t> {
    /// `#` and the id of a contained resource; empty for the container itself.
    Local(&'t str),
    /// `Patient/1`, or a URL that ends so.
    Typed(ResourceType),
    /// `urn:uuid:…`, `Patient?identifier=…`, a URL without a type.
    Other,
}

impl<'t> Walk<'t, '_> {
    /// The form of `Reference.reference` and what it says about itself.
    pub(super) fn reference_form(&mut self, value: Element<'t>, place: &Place<'_>) {
        let Some(text) = value.get("reference").and_then(Element::as_str) else {
            return;
        };
        let place = place.property("reference", None);
        match literal(text) {
            Err(fault) => self.error(IssueType::Value, &place, fault),
            Ok(Literal::Local(id)) if !id.is_empty() && self.contained(id).is_none() => {
                let text = "must name a resource in 'contained'; there is none with this id";
                self.error(IssueType::Value, &place, text);
            }
            Ok(Literal::Typed(found)) => {
                let said = value
                    .get("type")
                    .and_then(Element::as_str)
                    .and_then(ResourceType::parse);
                if said.is_some_and(|said| said != found) {
                    let text = "must point to the resource type that 'type' names";
                    self.error(IssueType::Value, &place, text);
                }
            }
            Ok(Literal::Local(_) | Literal::Other) => {}
        }
    }

    /// The type a reference points to, where it is known, must be one of `targets`.
    pub(super) fn reference_target(
        &mut self,
        value: Element<'t>,
        targets: &'static [ResourceType],
        place: &Place<'_>,
    ) {
        let said = || {
            value
                .get("type")
                .and_then(Element::as_str)
                .and_then(ResourceType::parse)
        };
        let literal = value
            .get("reference")
            .and_then(Element::as_str)
            .map(literal);
        let found = match literal {
            Some(Ok(Literal::Typed(found))) => Some(found),
            Some(Ok(Literal::Local(id))) => self.local_type(id),
            _ => said(),
        };
        if found.is_some_and(|found| !targets.contains(&found)) {
            let names: Vec<_> = targets.iter().map(|t| t.name()).collect();
            let text = format!("must refer to {}", names.join(" or "));
            self.error(IssueType::Value, place, &text);
        }
    }

    fn local_type(&self, id: &str) -> Option<ResourceType> {
        let resource = if id.is_empty() {
            Some(self.container)
        } else {
            self.contained(id)
        };
        resource?
            .get("resourceType")?
            .as_str()
            .and_then(ResourceType::parse)
    }

    fn contained(&self, id: &str) -> Option<Element<'t>> {
        let has_id = |r: &Element<'t>| r.get("id").and_then(Element::as_str) == Some(id);
        self.container.get("contained")?.items().find(has_id)
    }
}

/// Reads a literal reference (R4 §2.3.0.2).
fn literal(text: &str) -> Result<Literal<'_>, lexical::Fault> {
    if let Some(id) = text.strip_prefix('#') {
        return Ok(Literal::Local(id));
    }
    if text.chars().any(char::is_whitespace) {
        return Err("is a URL and must not hold white space");
    }
    // `urn:uuid:…` and every other absolute form; only http(s) follows the REST pattern.
    let scheme = text.split_once(':').map(|(scheme, _)| scheme);
    match scheme {
        Some("http" | "https") => Ok(typed(text).map_or(Literal::Other, Literal::Typed)),
        Some(s) if s.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'+') => Ok(Literal::Other),
        _ => relative(text),
    }
}

fn relative(text: &str) -> Result<Literal<'_>, lexical::Fault> {
    let fault = "must be Type/id, an absolute URL, urn:uuid: with a UUID, or # and a contained id";
    if let Some((name, _)) = text.split_once('?') {
        // A conditional reference, which a transaction resolves.
        return ResourceType::parse(name).map(Literal::Typed).ok_or(fault);
    }
    typed(text)
        .filter(|_| matches!(text.split('/').count(), 2 | 4))
        .map(Literal::Typed)
        .ok_or(fault)
}

/// The type in a text that ends in `Type/id` or `Type/id/_history/version`.
fn typed(text: &str) -> Option<ResourceType> {
    let text = text
        .split_once("/_history/")
        .map_or(text, |(resource, _)| resource);
    let (before, id) = text.rsplit_once('/')?;
    let name = before.rsplit_once('/').map_or(before, |(_, name)| name);
    let id_form = id.len() <= 64
        && !id.is_empty()
        && id
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.');
    ResourceType::parse(name).filter(|_| id_form)
}
