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
    /// The form of a reference, and the type it points to where that is known.
    pub(super) fn reference(
        &mut self,
        value: Element<'t>,
        targets: &'static [ResourceType],
        place: &Place<'_>,
    ) {
        let said = value
            .get("type")
            .and_then(Element::as_str)
            .and_then(ResourceType::parse);
        let found = match value.get("reference").and_then(Element::as_str) {
            None => said,
            Some(text) => match self.literal(text, said) {
                Ok(found) => found.or(said),
                Err(fault) => {
                    let place = place.property("reference", None);
                    return self.error(IssueType::Value, &place, fault);
                }
            },
        };
        if found.is_some_and(|found| !targets.is_empty() && !targets.contains(&found)) {
            let names: Vec<_> = targets.iter().map(|t| t.name()).collect();
            let text = format!("must refer to {}", names.join(" or "));
            self.wrong(IssueType::Value, place, &text);
        }
    }

    /// The type a literal reference points to, where its text or the contained resource tells.
    fn literal(
        &self,
        text: &str,
        said: Option<ResourceType>,
    ) -> Result<Option<ResourceType>, lexical::Fault> {
        let found = match literal(text)? {
            Literal::Other => None,
            Literal::Typed(found) => Some(found),
            Literal::Local(id) => {
                if !id.is_empty() && self.contained(id).is_none() {
                    return Err("must name a resource in 'contained'; there is none with this id");
                }
                self.local_type(id)
            }
        };
        match (found, said) {
            (Some(found), Some(said)) if found != said => {
                Err("must point to the resource type that 'type' names")
            }
            _ => Ok(found),
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
    if text.bytes().any(|b| b <= b' ') || (!text.is_ascii() && text.contains(char::is_whitespace)) {
        return Err("is a URL and must not hold white space");
    }
    // What ends the first part of the text tells its form.
    let end = text
        .bytes()
        .position(|b| matches!(b, b':' | b'/' | b'?'))
        .unwrap_or(text.len());
    let (first, rest) = text.split_at(end);
    match rest.as_bytes().first() {
        Some(b':') if matches!(first, "http" | "https") => {
            Ok(absolute(rest).map_or(Literal::Other, Literal::Typed))
        }
        Some(b':') if !first.is_empty() => Ok(Literal::Other),
        _ => relative(first, rest).map(Literal::Typed).ok_or(FORM),
    }
}

const FORM: lexical::Fault =
    "must be Type/id, an absolute URL, urn:uuid: with a UUID, or # and a contained id";

/// The type of `Type/id`, `Type/id/_history/version` or `Type?criteria` (which a transaction resolves).
fn relative(name: &str, rest: &str) -> Option<ResourceType> {
    let resource_type = ResourceType::parse(name)?;
    if rest.starts_with('?') {
        return Some(resource_type);
    }
    let mut segments = rest.strip_prefix('/')?.split('/');
    let good = is_id(segments.next()?)
        && match segments.next() {
            None => true,
            Some(history) => history == "_history" && segments.next().is_some_and(is_id),
        };
    (good && segments.next().is_none()).then_some(resource_type)
}

/// The type in a URL that ends in `Type/id` or `Type/id/_history/version`.
fn absolute(url: &str) -> Option<ResourceType> {
    let mut segments = url.rsplit('/');
    let mut id = segments.next()?;
    let mut name = segments.next()?;
    if name == "_history" {
        id = segments.next()?;
        name = segments.next()?;
    }
    ResourceType::parse(name).filter(|_| is_id(id))
}

fn is_id(text: &str) -> bool {
    let grammar = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'.';
    !text.is_empty() && text.len() <= 64 && text.bytes().all(grammar)
}
