//! A tree into XML.

mod xhtml;

use cresset_definitions::{Element as Definition, Primitive, ResourceType, TypeDef, TypeKind, r4};
use cresset_model::{Element, Kind, Tree};

use crate::FHIR;
use crate::shape::is_attribute;

/// How XML is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// On one line.
    Compact,
    /// Indented for people.
    Pretty,
}

/// The tree holds what XML cannot say: a member without a definition, or a character XML forbids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Inexpressible;

impl std::fmt::Display for Inexpressible {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the resource holds what XML cannot express")
    }
}

impl std::error::Error for Inexpressible {}

/// Writes a resource as an XML document in UTF-8.
///
/// # Errors
/// [`Inexpressible`] for what is no resource of R4 in structure.
pub fn write(tree: &Tree, layout: Layout) -> Result<Vec<u8>, Inexpressible> {
    let mut writer = Writer {
        out: br#"<?xml version="1.0" encoding="UTF-8"?>"#.to_vec(),
        layout,
        depth: 0,
    };
    writer.resource(tree.root(), Some(FHIR))?;
    if layout == Layout::Pretty {
        writer.out.push(b'\n');
    }
    Ok(writer.out)
}

struct Writer {
    out: Vec<u8>,
    layout: Layout,
    depth: usize,
}

/// One property of an object: its values and what stands beside them.
struct Property<'t> {
    definition: &'static Definition,
    value: Option<Element<'t>>,
    beside: Option<Element<'t>>,
}

type Written = Result<(), Inexpressible>;

impl Writer {
    fn resource(&mut self, object: Element<'_>, namespace: Option<&str>) -> Written {
        let name = object.get("resourceType").and_then(Element::as_str);
        let of = name.and_then(ResourceType::parse).ok_or(Inexpressible)?;
        let definition = r4().resource(of).ok_or(Inexpressible)?;
        self.line();
        self.out.push(b'<');
        self.out.extend_from_slice(of.name().as_bytes());
        if let Some(namespace) = namespace {
            self.attribute("xmlns", namespace)?;
        }
        self.content(of.name(), definition, object)
    }

    /// The rest of an opening tag, the elements of an object, and the closing tag.
    fn content(&mut self, name: &str, of: &'static TypeDef, object: Element<'_>) -> Written {
        let mut properties = properties(of, object)?;
        for property in properties.extract_if(.., |p| is_attribute(of, p.definition)) {
            let value = property.value.and_then(Element::as_str);
            self.attribute(property.definition.name, value.ok_or(Inexpressible)?)?;
        }
        if properties.is_empty() {
            self.out.extend_from_slice(b"/>");
            return Ok(());
        }
        self.out.push(b'>');
        self.depth += 1;
        for property in &properties {
            self.property(property)?;
        }
        self.depth -= 1;
        self.close(name);
        Ok(())
    }

    fn property(&mut self, property: &Property<'_>) -> Written {
        let Property {
            definition,
            value,
            beside,
        } = *property;
        if !definition.is_array() {
            return self.element(definition, value, beside);
        }
        let list = |of: Option<Element<'_>>| of.is_none_or(|e| e.kind() == Kind::Array);
        if !list(value) || !list(beside) {
            return Err(Inexpressible);
        }
        let some = |item: Element<'_>| item.kind() != Kind::Null;
        let (mut values, mut besides) = (
            value.into_iter().flat_map(Element::items),
            beside.into_iter().flat_map(Element::items),
        );
        loop {
            let (value, beside) = (values.next(), besides.next());
            if value.is_none() && beside.is_none() {
                return Ok(());
            }
            self.element(
                definition,
                value.filter(|v| some(*v)),
                beside.filter(|b| some(*b)),
            )?;
        }
    }

    fn element(
        &mut self,
        definition: &'static Definition,
        value: Option<Element<'_>>,
        beside: Option<Element<'_>>,
    ) -> Written {
        let of = r4().type_at(definition.type_ix).ok_or(Inexpressible)?;
        let name = definition.name;
        if of.kind == TypeKind::Primitive(Primitive::Xhtml) {
            let xhtml = value.and_then(Element::as_str).ok_or(Inexpressible)?;
            self.line();
            return xhtml::write(xhtml, &mut self.out);
        }
        self.line();
        self.out.push(b'<');
        self.out.extend_from_slice(name.as_bytes());
        match of.kind {
            TypeKind::Primitive(_) => self.primitive(name, of, (value, beside)),
            TypeKind::AnyResource => {
                self.out.push(b'>');
                self.depth += 1;
                self.resource(value.ok_or(Inexpressible)?, None)?;
                self.depth -= 1;
                self.close(name);
                Ok(())
            }
            _ => {
                let object = value.filter(|v| v.kind() == Kind::Object);
                self.content(name, of, object.ok_or(Inexpressible)?)
            }
        }
    }

    fn primitive(
        &mut self,
        name: &str,
        of: &'static TypeDef,
        (value, beside): (Option<Element<'_>>, Option<Element<'_>>),
    ) -> Written {
        let id = beside.and_then(|b| b.get("id"));
        if let Some(id) = id {
            self.attribute("id", id.as_str().ok_or(Inexpressible)?)?;
        }
        if let Some(value) = value {
            let text = value.as_str().or_else(|| value.number());
            let literal = value.as_bool().map(|b| if b { "true" } else { "false" });
            self.attribute("value", text.or(literal).ok_or(Inexpressible)?)?;
        }
        let mut inside = beside.map_or(Ok(Vec::new()), |b| properties(of, b))?;
        inside.retain(|p| p.definition.name != "id");
        if inside.is_empty() {
            self.out.extend_from_slice(b"/>");
            return Ok(());
        }
        self.out.push(b'>');
        self.depth += 1;
        for property in &inside {
            self.property(property)?;
        }
        self.depth -= 1;
        self.close(name);
        Ok(())
    }

    fn close(&mut self, name: &str) {
        self.line();
        self.out.extend_from_slice(b"</");
        self.out.extend_from_slice(name.as_bytes());
        self.out.push(b'>');
    }

    fn line(&mut self) {
        if self.layout == Layout::Pretty {
            self.out.push(b'\n');
            self.out.resize(self.out.len() + 2 * self.depth, b' ');
        }
    }

    /// ` name="value"`; white space other than blanks as numbers, or readers make blanks of it.
    fn attribute(&mut self, name: &str, value: &str) -> Written {
        for part in [" ", name, "=\""] {
            self.out.extend_from_slice(part.as_bytes());
        }
        for character in value.chars() {
            let escaped = match character {
                '&' => "&amp;",
                '<' => "&lt;",
                '>' => "&gt;",
                '"' => "&quot;",
                '\n' => "&#10;",
                '\r' => "&#13;",
                '\t' => "&#9;",
                '\0'..' ' | '\u{fffe}' | '\u{ffff}' => return Err(Inexpressible),
                plain => {
                    let mut buffer = [0; 4];
                    self.out
                        .extend_from_slice(plain.encode_utf8(&mut buffer).as_bytes());
                    continue;
                }
            };
            self.out.extend_from_slice(escaped.as_bytes());
        }
        self.out.push(b'"');
        Ok(())
    }
}

/// The members of an object in the order of the definition.
fn properties<'t>(
    of: &'static TypeDef,
    object: Element<'t>,
) -> Result<Vec<Property<'t>>, Inexpressible> {
    let mut properties: Vec<Property<'t>> = Vec::with_capacity(object.len());
    for (member, element) in object.members() {
        if member == "resourceType" && matches!(of.kind, TypeKind::Resource(_)) {
            continue;
        }
        let (name, is_beside) = match member.strip_prefix('_') {
            Some(name) => (name, true),
            None => (member, false),
        };
        let definition = of.element(name).ok_or(Inexpressible)?;
        let known = properties
            .iter_mut()
            .find(|p| p.definition.name == definition.name);
        let property = match known {
            Some(property) => property,
            None => properties.push_mut(Property {
                definition,
                value: None,
                beside: None,
            }),
        };
        if is_beside {
            property.beside = Some(element);
        } else {
            property.value = Some(element);
        }
    }
    properties.sort_by_key(|p| p.definition.order);
    Ok(properties)
}
