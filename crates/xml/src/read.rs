//! XML into JSON.

mod object;
mod value;
mod xhtml;

use cresset_definitions::{ResourceType, TypeDef, r4};
use cresset_model::{Bounds, place, write_string};
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::{Namespace, ResolveResult};
use quick_xml::{NsReader, XmlVersion};

use crate::fault::{Fault, FaultKind, shown};
use crate::{FHIR, SCHEMA_INSTANCE, XHTML};

/// Reads one resource as XML and gives it as JSON, for the parser every body goes through.
///
/// # Errors
/// The first fault met, with its place.
pub fn read(bytes: &[u8], bounds: Bounds) -> Result<Vec<u8>, Fault> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let source = std::str::from_utf8(bytes).map_err(|error| {
        let (line, column) = place(bytes, error.valid_up_to());
        Fault {
            kind: FaultKind::NotUtf8,
            path: String::new(),
            line,
            column,
        }
    })?;
    let mut xml = NsReader::from_str(source);
    xml.config_mut().expand_empty_elements = true;
    let mut reader = Reader {
        xml,
        source,
        bounds,
        path: Vec::new(),
        elements: 0,
    };
    reader.document().map_err(|kind| reader.fault(kind))
}

/// What goes wrong inside; the reader knows where it stands.
type Read<T> = Result<T, FaultKind>;

/// What the reader meets next.
enum Token<'s> {
    Open(Tag<'s>),
    Close,
    End,
}

/// The beginning of an element.
struct Tag<'s> {
    start: BytesStart<'s>,
    is_xhtml: bool,
}

impl Tag<'_> {
    fn name(&self) -> &str {
        self.start.local_name().into_inner()
    }
}

/// The attributes an element of a resource may have.
#[derive(Default)]
struct Attributes {
    id: Option<String>,
    url: Option<String>,
    value: Option<String>,
}

struct Reader<'s> {
    xml: NsReader<&'s [u8]>,
    source: &'s str,
    bounds: Bounds,
    /// The elements that are open, each with its position where it may repeat.
    path: Vec<(&'static str, Option<usize>)>,
    elements: usize,
}

impl<'s> Reader<'s> {
    fn document(&mut self) -> Read<Vec<u8>> {
        let mut out = Vec::with_capacity(self.source.len());
        match self.next()? {
            Token::Open(tag) => self.resource(&tag, &mut out)?,
            Token::End => return Err(FaultKind::Empty),
            Token::Close => return Err(FaultKind::NotXml),
        }
        match self.next()? {
            Token::End => Ok(out),
            Token::Open(_) | Token::Close => Err(FaultKind::NotXml),
        }
    }

    /// A resource, whose opening tag was read.
    fn resource(&mut self, tag: &Tag<'s>, out: &mut Vec<u8>) -> Read<()> {
        if tag.is_xhtml {
            return Err(FaultKind::Namespace);
        }
        let unknown = || FaultKind::UnknownResource(shown(tag.name()));
        let of = ResourceType::parse(tag.name()).ok_or_else(unknown)?;
        let definition = r4().resource(of).ok_or_else(unknown)?;
        let outermost = self.path.is_empty();
        if outermost {
            self.path.push((of.name(), None));
        }
        let attributes = self.attributes(tag)?;
        refuse(&attributes, [true, true, true])?;
        out.extend_from_slice(b"{\"resourceType\":");
        write_string(of.name(), out);
        self.members(definition, out)?;
        out.push(b'}');
        if outermost {
            self.path.pop();
        }
        Ok(())
    }

    /// The next tag. White space and comments are passed over, everything else is refused.
    fn next(&mut self) -> Read<Token<'s>> {
        loop {
            let (namespace, event) = self
                .xml
                .read_resolved_event()
                .map_err(|_| FaultKind::NotXml)?;
            let is_xhtml = match namespace {
                ResolveResult::Bound(Namespace(FHIR)) => Some(false),
                ResolveResult::Bound(Namespace(XHTML)) => Some(true),
                _ => None,
            };
            match event {
                Event::Start(start) | Event::Empty(start) => {
                    let is_xhtml = is_xhtml.ok_or(FaultKind::Namespace)?;
                    self.count()?;
                    return Ok(Token::Open(Tag { start, is_xhtml }));
                }
                Event::End(_) => return Ok(Token::Close),
                Event::Eof => return Ok(Token::End),
                Event::Comment(_) => {}
                Event::Text(text) if text.chars().all(|c| c.is_ascii_whitespace()) => {}
                Event::Text(_) | Event::CData(_) | Event::GeneralRef(_) => {
                    return Err(FaultKind::Text);
                }
                Event::PI(_) => return Err(FaultKind::Instruction),
                Event::DocType(_) => return Err(FaultKind::DocumentType),
                Event::Decl(declaration) => {
                    let encoding = declaration.encoding().transpose();
                    let encoding = encoding.map_err(|_| FaultKind::NotXml)?;
                    if encoding.is_some_and(|name| !name.eq_ignore_ascii_case("utf-8")) {
                        return Err(FaultKind::NotUtf8);
                    }
                }
            }
        }
    }

    fn count(&mut self) -> Read<()> {
        self.elements += 1;
        if self.elements > self.bounds.values_max {
            return Err(FaultKind::TooManyValues);
        }
        Ok(())
    }

    /// The attributes of an element of a resource.
    fn attributes(&self, tag: &Tag<'s>) -> Read<Attributes> {
        let mut found = Attributes::default();
        for attribute in tag.start.attributes() {
            let attribute = attribute.map_err(|_| FaultKind::NotXml)?;
            if attribute.key.as_namespace_binding().is_some() {
                continue;
            }
            let (namespace, name) = self.xml.resolver().resolve_attribute(attribute.key);
            let slot = match (namespace, name.into_inner()) {
                (ResolveResult::Bound(Namespace(SCHEMA_INSTANCE)), _) => continue,
                (ResolveResult::Unbound, "id") => &mut found.id,
                (ResolveResult::Unbound, "url") => &mut found.url,
                (ResolveResult::Unbound, "value") => &mut found.value,
                _ => {
                    return Err(FaultKind::UnknownAttribute(shown(
                        attribute.key.into_inner(),
                    )));
                }
            };
            let value = attribute
                .normalized_value_with(XmlVersion::Implicit1_0, 1, resolve_xml_entity)
                .map_err(|_| FaultKind::Entity)?;
            *slot = Some(value.into_owned());
        }
        Ok(found)
    }

    fn fault(&self, kind: FaultKind) -> Fault {
        let offset = usize::try_from(self.xml.buffer_position()).unwrap_or(usize::MAX);
        let (line, column) = place(self.source.as_bytes(), offset);
        let mut path = String::new();
        for (name, position) in &self.path {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(name);
            if let Some(position) = position {
                path.extend(["[", &position.to_string(), "]"]);
            }
        }
        Fault {
            kind,
            path,
            line,
            column,
        }
    }
}

/// Refuses attributes an element does not have: `[id, url, value]`.
fn refuse(attributes: &Attributes, refused: [bool; 3]) -> Read<()> {
    let given = [
        (&attributes.id, "id"),
        (&attributes.url, "url"),
        (&attributes.value, "value"),
    ];
    for ((value, name), refused) in given.into_iter().zip(refused) {
        if refused && value.is_some() {
            return Err(FaultKind::UnknownAttribute(name.to_owned()));
        }
    }
    Ok(())
}

/// The definition of what an element holds; an element without one is not in the tables.
fn type_of(element: &cresset_definitions::Element) -> Read<&'static TypeDef> {
    let unknown = || FaultKind::UnknownElement(element.name.to_owned());
    r4().type_at(element.type_ix).ok_or_else(unknown)
}
