//! Compact JSON out of a tree, without recursion.

use crate::element::{Element, Kind, Node, Tree};

/// Appends `element`; see [`Element::write`].
pub(crate) fn write(element: Element<'_>, out: &mut Vec<u8>) {
    let end = element.node().map_or(element.at, |n| n.next);
    let nodes = element
        .tree
        .nodes
        .get(element.at as usize..end as usize)
        .unwrap_or_default();
    let mut ends: Vec<(u32, u8)> = Vec::with_capacity(16);
    let mut in_object = false;
    for (at, node) in (element.at..).zip(nodes) {
        while let Some((_, close)) = ends.pop_if(|(end, _)| *end == at) {
            out.push(close);
            in_object = ends.last().is_some_and(|&(_, close)| close == b'}');
        }
        if !ends.is_empty() {
            if !matches!(out.last(), Some(b'{' | b'[')) {
                out.push(b',');
            }
            if in_object {
                text(element.tree, node.name, out);
                out.push(b':');
            }
        }
        match node.kind {
            Kind::Object | Kind::Array => {
                in_object = node.kind == Kind::Object;
                let (open, close) = if in_object {
                    (b'{', b'}')
                } else {
                    (b'[', b']')
                };
                out.push(open);
                ends.push((node.next, close));
            }
            _ => leaf(element.tree, node, out),
        }
    }
    out.extend(ends.iter().rev().map(|&(_, close)| close));
}

fn leaf(tree: &Tree, node: &Node, out: &mut Vec<u8>) {
    if node.kind == Kind::String {
        text(tree, node.value, out);
    } else {
        out.extend_from_slice(tree.slice(node.value).as_bytes());
    }
}

fn text(tree: &Tree, span: crate::element::Span, out: &mut Vec<u8>) {
    let value = tree.slice(span);
    if (span.start as usize) < tree.source_len {
        // As it stands in the source it held no escape, so it needs none.
        out.push(b'"');
        out.extend_from_slice(value.as_bytes());
        out.push(b'"');
    } else {
        string(value, out);
    }
}

/// Appends a JSON string with the fewest escapes.
pub fn string(value: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    // Most texts need no escapes. Counted to the end, so that many bytes are looked at together.
    let escapes = value
        .bytes()
        .filter(|byte| matches!(byte, 0..0x20 | b'"' | b'\\'))
        .count();
    if escapes == 0 {
        out.extend_from_slice(value.as_bytes());
        out.push(b'"');
        return;
    }
    for &byte in value.as_bytes() {
        match byte {
            b'"' => out.extend_from_slice(br#"\""#),
            b'\\' => out.extend_from_slice(br"\\"),
            b'\n' => out.extend_from_slice(br"\n"),
            b'\r' => out.extend_from_slice(br"\r"),
            b'\t' => out.extend_from_slice(br"\t"),
            0..0x20 => {
                let digit = |n: u8| char::from_digit(u32::from(n), 16).map_or(b'0', |c| c as u8);
                out.extend_from_slice(br"\u00");
                out.extend_from_slice(&[digit(byte >> 4), digit(byte & 15)]);
            }
            _ => out.push(byte),
        }
    }
    out.push(b'"');
}
