//! The text of a narrative: taken over as it is written, with the namespace it stands in.

use quick_xml::escape::{escape, resolve_xml_entity};
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::{Namespace, ResolveResult};

use super::{Read, Reader, Tag};
use crate::XHTML;
use crate::fault::FaultKind;

impl Reader<'_> {
    /// The `div`, whose opening tag was read, as JSON holds it.
    pub(super) fn xhtml(&mut self, tag: &Tag<'_>) -> Read<String> {
        let mut out = String::new();
        open(&tag.start, true, &mut out)?;
        let mut names = vec![tag.name().to_owned()];
        while !names.is_empty() {
            let before = self.position();
            let (namespace, event) = self
                .xml
                .read_resolved_event()
                .map_err(|_| FaultKind::NotXml)?;
            let is_xhtml = matches!(namespace, ResolveResult::Bound(Namespace(XHTML)));
            match event {
                Event::Start(start) | Event::Empty(start) => {
                    if !is_xhtml {
                        return Err(FaultKind::Namespace);
                    }
                    self.count()?;
                    if self.path.len() + names.len() > self.bounds.depth_max.saturating_mul(2) {
                        return Err(FaultKind::TooDeep);
                    }
                    names.push(start.local_name().into_inner().to_owned());
                    open(&start, false, &mut out)?;
                }
                Event::End(_) => {
                    let Some(name) = names.pop() else {
                        break;
                    };
                    // An empty element has no closing tag of its own.
                    if before == self.position() {
                        out.insert(out.len().saturating_sub(1), '/');
                    } else {
                        out.push_str("</");
                        out.push_str(&name);
                        out.push('>');
                    }
                }
                Event::Text(text) => out.push_str(&text),
                Event::CData(data) => out.push_str(&escape(data.into_inner())),
                Event::GeneralRef(reference) => {
                    let name = reference.into_inner();
                    if !name.starts_with('#') && resolve_xml_entity(&name).is_none() {
                        return Err(FaultKind::Entity);
                    }
                    out.push('&');
                    out.push_str(&name);
                    out.push(';');
                }
                Event::Comment(comment) => {
                    out.push_str("<!--");
                    out.push_str(&comment);
                    out.push_str("-->");
                }
                Event::PI(_) => return Err(FaultKind::Instruction),
                Event::DocType(_) => return Err(FaultKind::DocumentType),
                Event::Decl(_) | Event::Eof => return Err(FaultKind::NotXml),
            }
        }
        Ok(out)
    }

    fn position(&self) -> u64 {
        self.xml.buffer_position()
    }
}

/// Writes an opening tag without prefixes; the outermost one names the namespace.
fn open(start: &BytesStart<'_>, is_outermost: bool, out: &mut String) -> Read<()> {
    out.push('<');
    out.push_str(named(start.local_name().into_inner())?);
    if is_outermost {
        out.push_str(" xmlns=\"");
        out.push_str(XHTML);
        out.push('"');
    }
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|_| FaultKind::NotXml)?;
        if attribute.key.as_namespace_binding().is_some() {
            continue;
        }
        attribute
            .normalized_value_with(quick_xml::XmlVersion::Implicit1_0, 1, resolve_xml_entity)
            .map_err(|_| FaultKind::Entity)?;
        out.push(' ');
        out.push_str(named(attribute.key.into_inner())?);
        out.push_str("=\"");
        out.push_str(&attribute.value.replace('"', "&quot;"));
        out.push('"');
    }
    out.push('>');
    Ok(())
}

/// A name as XHTML has them. The reader takes anything up to a space for one, and what is taken over
/// must be XML again.
fn named(name: &str) -> Read<&str> {
    let mut bytes = name.bytes();
    let begins = bytes
        .next()
        .is_some_and(|b| b.is_ascii_alphabetic() || b == b'_');
    let goes_on = bytes.all(|b| b.is_ascii_alphanumeric() || b"-_.:".contains(&b));
    if begins && goes_on {
        Ok(name)
    } else {
        Err(FaultKind::NotXml)
    }
}
