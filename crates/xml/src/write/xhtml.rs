//! The text of a narrative as part of an XML document.

use quick_xml::escape::{resolve_html5_entity, resolve_xml_entity};

use super::{Inexpressible, Written};

/// Writes a `div` as it stands. What HTML reads but XML does not is put in the form of XML: named
/// entities become characters, a bare `&` is escaped.
pub(super) fn write(xhtml: &str, out: &mut Vec<u8>) -> Written {
    let mut rest = xhtml.trim();
    if rest.contains(|c: char| matches!(c, '\0'..'\t' | '\u{b}' | '\u{c}' | '\u{e}'..' ' | '\u{fffe}' | '\u{ffff}')) {
        return Err(Inexpressible);
    }
    while let Some((before, after)) = rest.split_once('&') {
        out.extend_from_slice(before.as_bytes());
        rest = reference(after, out);
    }
    out.extend_from_slice(rest.as_bytes());
    Ok(())
}

/// Writes the reference after a `&` and gives what follows it.
fn reference<'x>(after: &'x str, out: &mut Vec<u8>) -> &'x str {
    if let Some((name, rest)) = after.split_once(';') {
        if is_number(name) || resolve_xml_entity(name).is_some() {
            out.push(b'&');
            out.extend_from_slice(name.as_bytes());
            out.push(b';');
            return rest;
        }
        if let Some(character) = resolve_html5_entity(name) {
            out.extend_from_slice(character.as_bytes());
            return rest;
        }
    }
    out.extend_from_slice(b"&amp;");
    after
}

/// `#160` or `#xA0`.
fn is_number(name: &str) -> bool {
    match name.strip_prefix("#x") {
        Some(hex) => !hex.is_empty() && hex.bytes().all(|b| b.is_ascii_hexdigit()),
        None => name
            .strip_prefix('#')
            .is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit())),
    }
}
