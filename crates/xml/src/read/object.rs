//! The elements inside an element, as members of an object.

use cresset_definitions::{Element, Primitive, TypeDef, TypeKind};
use cresset_model::write_string;

use super::value::literal;
use super::{Read, Reader, Tag, Token, refuse, type_of};
use crate::fault::{FaultKind, shown};
use crate::shape::is_attribute;

/// A property while its elements are read. Values go out as they come; what stands beside them
/// (id and extensions of primitives) waits for the end.
struct Property {
    element: &'static Element,
    /// Where its member begins.
    start: usize,
    count: usize,
    has_value: bool,
    has_beside: bool,
    beside: Vec<u8>,
}

impl Reader<'_> {
    /// Writes the elements up to the closing tag as `,"name":value`.
    pub(super) fn members(&mut self, of: &'static TypeDef, out: &mut Vec<u8>) -> Read<()> {
        if self.path.len() > self.bounds.depth_max {
            return Err(FaultKind::TooDeep);
        }
        let mut property: Option<Property> = None;
        loop {
            let tag = match self.next()? {
                Token::Open(tag) => tag,
                Token::Close => break,
                Token::End => return Err(FaultKind::NotXml),
            };
            let element = element_of(of, &tag)?;
            let mut current = match property.take() {
                Some(open) if open.element.name == element.name => open,
                Some(open) if element.order < open.element.order => {
                    return Err(FaultKind::Order(element.name, open.element.name));
                }
                before => {
                    close(before, out);
                    Property::open(element, out)
                }
            };
            let position = element.is_array().then_some(current.count);
            self.path.push((element.name, position));
            if current.count > 0 && !element.is_array() {
                return Err(FaultKind::Repeated);
            }
            self.value(&tag, &mut current, out)?;
            self.path.pop();
            property = Some(current);
        }
        close(property, out);
        Ok(())
    }

    /// One value of a property, whose opening tag was read.
    fn value(&mut self, tag: &Tag<'_>, property: &mut Property, out: &mut Vec<u8>) -> Read<()> {
        if property.count > 0 {
            out.push(b',');
            property.beside.push(b',');
        }
        property.count += 1;
        let of = type_of(property.element)?;
        match of.kind {
            TypeKind::Primitive(Primitive::Xhtml) => {
                let xhtml = self.xhtml(tag)?;
                write_string(&xhtml, out);
                property.has_value = true;
            }
            TypeKind::Primitive(primitive) => {
                self.primitive((of, primitive), tag, property, out)?;
            }
            TypeKind::AnyResource => {
                refuse(&self.attributes(tag)?, [true, true, true])?;
                self.held(out)?;
                property.has_value = true;
            }
            TypeKind::Complex | TypeKind::Inline | TypeKind::Resource(_) => {
                self.structure(of, tag, out)?;
                property.has_value = true;
            }
        }
        Ok(())
    }

    /// The one resource an element holds.
    fn held(&mut self, out: &mut Vec<u8>) -> Read<()> {
        match self.next()? {
            Token::Open(tag) => self.resource(&tag, out)?,
            Token::Close | Token::End => return Err(FaultKind::OneResource),
        }
        match self.next()? {
            Token::Close => Ok(()),
            Token::Open(_) | Token::End => Err(FaultKind::OneResource),
        }
    }

    fn structure(&mut self, of: &'static TypeDef, tag: &Tag<'_>, out: &mut Vec<u8>) -> Read<()> {
        let attributes = self.attributes(tag)?;
        refuse(&attributes, [false, of.name != "Extension", true])?;
        out.push(b'{');
        let start = out.len();
        for (name, value) in [("id", &attributes.id), ("url", &attributes.url)] {
            if let Some(value) = value {
                member(name, out);
                write_string(value, out);
            }
        }
        self.members(of, out)?;
        // The comma before the first member.
        if out.get(start) == Some(&b',') {
            out.remove(start);
        }
        out.push(b'}');
        Ok(())
    }

    /// A primitive: its value here, its id and extensions beside it.
    fn primitive(
        &mut self,
        (of, primitive): (&'static TypeDef, Primitive),
        tag: &Tag<'_>,
        property: &mut Property,
        out: &mut Vec<u8>,
    ) -> Read<()> {
        let attributes = self.attributes(tag)?;
        refuse(&attributes, [false, true, false])?;
        let mut beside = Vec::new();
        if let Some(id) = &attributes.id {
            member("id", &mut beside);
            write_string(id, &mut beside);
        }
        self.members(of, &mut beside)?;
        match &attributes.value {
            Some(value) => literal(primitive, value, out),
            None if beside.is_empty() => return Err(FaultKind::NoValue),
            None => out.extend_from_slice(b"null"),
        }
        property.has_value |= attributes.value.is_some();
        if let Some(first) = beside.first_mut() {
            *first = b'{';
            property.beside.append(&mut beside);
            property.beside.push(b'}');
            property.has_beside = true;
        } else {
            property.beside.extend_from_slice(b"null");
        }
        Ok(())
    }
}

/// The element a tag names, in the namespace it belongs to.
fn element_of(of: &'static TypeDef, tag: &Tag<'_>) -> Read<&'static Element> {
    let element = of.element(tag.name()).filter(|e| !is_attribute(of, e));
    let element = element.ok_or_else(|| FaultKind::UnknownElement(shown(tag.name())))?;
    let is_narrative = type_of(element)?.kind == TypeKind::Primitive(Primitive::Xhtml);
    if is_narrative == tag.is_xhtml {
        Ok(element)
    } else {
        Err(FaultKind::Namespace)
    }
}

impl Property {
    fn open(element: &'static Element, out: &mut Vec<u8>) -> Self {
        let start = out.len();
        member(element.name, out);
        if element.is_array() {
            out.push(b'[');
        }
        Self {
            element,
            start,
            count: 0,
            has_value: false,
            has_beside: false,
            beside: Vec::new(),
        }
    }
}

/// Ends the member of a property and writes what stands beside it.
fn close(property: Option<Property>, out: &mut Vec<u8>) {
    let Some(property) = property else {
        return;
    };
    let brackets: [&[u8]; 2] = if property.element.is_array() {
        [b"[", b"]"]
    } else {
        [b"", b""]
    };
    let [open, end] = brackets;
    if property.has_value {
        out.extend_from_slice(end);
    } else {
        out.truncate(property.start);
    }
    if property.has_beside {
        out.extend_from_slice(b",\"_");
        out.extend_from_slice(property.element.name.as_bytes());
        out.extend_from_slice(b"\":");
        for part in [open, &property.beside, end] {
            out.extend_from_slice(part);
        }
    }
}

/// `,"name":`
fn member(name: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(b",\"");
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":");
}
