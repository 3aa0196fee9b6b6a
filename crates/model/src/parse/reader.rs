//! The one pass over the bytes.

use super::object::Names;
use super::{Bounds, FaultKind};
use crate::element::{Kind, Node, Span, Tree};

/// What is wrong and at which byte.
pub(super) type Flaw = (FaultKind, usize);

pub(super) struct Reader<'s> {
    pub(super) source: &'s str,
    pub(super) bytes: &'s [u8],
    pub(super) at: usize,
    /// The source, then what had to be unescaped.
    pub(super) text: String,
    pub(super) nodes: Vec<Node>,
    open: Vec<Open>,
    bounds: Bounds,
}

/// A container whose end has not been met.
struct Open {
    node: u32,
    children: u32,
    names: Option<Names>,
}

impl<'s> Reader<'s> {
    pub(super) fn new(source: &'s str, bounds: Bounds) -> Self {
        Self {
            source,
            bytes: source.as_bytes(),
            at: 0,
            text: source.to_owned(),
            // Compact FHIR has a value about every 20 bytes.
            nodes: Vec::with_capacity(source.len() / 20 + 4),
            open: Vec::with_capacity(16),
            bounds,
        }
    }

    pub(super) fn document(mut self) -> Result<Tree, Flaw> {
        if self.source.starts_with('\u{feff}') {
            self.at = '\u{feff}'.len_utf8();
        }
        if self.skip_space().is_none() {
            return Err((FaultKind::Empty, self.at));
        }
        let mut name = Span::default();
        loop {
            self.value(name)?;
            match self.after_value()? {
                Some(next) => name = next,
                None => break,
            }
        }
        if self.skip_space().is_some() {
            return Err((FaultKind::TrailingContent, self.at));
        }
        Ok(Tree {
            text: self.text,
            source_len: self.source.len(),
            nodes: self.nodes,
        })
    }

    /// Reads one value; of a container only its opening and, in an object, nothing more.
    fn value(&mut self, name: Span) -> Result<(), Flaw> {
        if self.nodes.len() >= self.bounds.values_max {
            return Err((FaultKind::TooManyValues, self.at));
        }
        match self.skip_space() {
            Some(b'"') => {
                self.at += 1;
                let value = self.string()?;
                self.leaf(name, value, Kind::String);
            }
            Some(b'{') => self.container(name, Kind::Object)?,
            Some(b'[') => self.container(name, Kind::Array)?,
            Some(b'-' | b'0'..=b'9') => {
                let value = self.number()?;
                self.leaf(name, value, Kind::Number);
            }
            Some(b't') => self.literal(name, "true", Kind::Bool)?,
            Some(b'f') => self.literal(name, "false", Kind::Bool)?,
            Some(b'n') => self.literal(name, "null", Kind::Null)?,
            _ => return Err(self.not_json()),
        }
        Ok(())
    }

    /// Closes what ends here; the name of the next member, an empty one for the next item, or
    /// `None` when the document is complete.
    fn after_value(&mut self) -> Result<Option<Span>, Flaw> {
        // A container just opened has no value before its first child or its end.
        let mut first = self.just_opened();
        while let Some(open) = self.open.last() {
            let is_object = open.names.is_some();
            let close = if is_object { b'}' } else { b']' };
            match self.skip_space() {
                Some(b) if b == close => {
                    self.at += 1;
                    self.close()?;
                    first = false;
                }
                Some(b',') if !first => {
                    self.at += 1;
                    return self.next_name(is_object).map(Some);
                }
                Some(_) if first => return self.next_name(is_object).map(Some),
                _ => return Err(self.not_json()),
            }
        }
        Ok(None)
    }

    fn just_opened(&self) -> bool {
        self.open
            .last()
            .is_some_and(|o| o.node as usize + 1 == self.nodes.len())
    }

    /// Counts the child to come and, in an object, reads its name and the colon.
    fn next_name(&mut self, is_object: bool) -> Result<Span, Flaw> {
        let name = if is_object {
            self.member_name()?
        } else {
            Span::default()
        };
        if let Some(open) = self.open.last_mut() {
            open.children += 1;
        }
        Ok(name)
    }

    fn member_name(&mut self) -> Result<Span, Flaw> {
        if self.skip_space() != Some(b'"') {
            return Err(self.not_json());
        }
        let place = self.at;
        self.at += 1;
        let name = self.string()?;
        if self.skip_space() != Some(b':') {
            return Err(self.not_json());
        }
        self.at += 1;
        if let Some(open) = self.open.last_mut()
            && let Some(names) = &mut open.names
            && names.may_repeat(
                self.text.get(name.range()).unwrap_or_default(),
                open.children,
            )
            && self.is_named_before(name)
        {
            return Err((FaultKind::DuplicateKey, place));
        }
        Ok(name)
    }

    fn container(&mut self, name: Span, kind: Kind) -> Result<(), Flaw> {
        if self.open.len() >= self.bounds.depth_max {
            return Err((FaultKind::TooDeep, self.at));
        }
        self.at += 1;
        self.open.push(Open {
            node: position(self.nodes.len()),
            children: 0,
            names: (kind == Kind::Object).then(Names::default),
        });
        self.nodes.push(Node {
            name,
            value: Span::default(),
            next: 0,
            kind,
        });
        Ok(())
    }

    fn close(&mut self) -> Result<(), Flaw> {
        let Some(open) = self.open.pop() else {
            return Ok(());
        };
        if open.names.is_some() {
            self.refuse_repeated_names(open.node, open.children)?;
        }
        let next = position(self.nodes.len());
        if let Some(node) = self.nodes.get_mut(open.node as usize) {
            node.value.len = open.children;
            node.next = next;
        }
        Ok(())
    }

    /// The members read so far of the object being read.
    fn is_named_before(&self, name: Span) -> bool {
        let Some(open) = self.open.last() else {
            return false;
        };
        let wanted = self.text.get(name.range());
        let mut at = open.node + 1;
        while let Some(node) = self.nodes.get(at as usize) {
            if self.text.get(node.name.range()) == wanted {
                return true;
            }
            at = node.next;
        }
        false
    }

    fn leaf(&mut self, name: Span, value: Span, kind: Kind) {
        let next = position(self.nodes.len() + 1);
        self.nodes.push(Node {
            name,
            value,
            next,
            kind,
        });
    }

    fn literal(&mut self, name: Span, word: &str, kind: Kind) -> Result<(), Flaw> {
        let end = self.at + word.len();
        if self.bytes.get(self.at..end) != Some(word.as_bytes()) {
            return Err(self.not_json());
        }
        let value = span(self.at, end);
        self.at = end;
        self.leaf(name, value, kind);
        Ok(())
    }

    /// The next byte that is no white space, not consumed.
    pub(super) fn skip_space(&mut self) -> Option<u8> {
        loop {
            match self.bytes.get(self.at).copied() {
                Some(b' ' | b'\n' | b'\r' | b'\t') => self.at += 1,
                byte => return byte,
            }
        }
    }

    pub(super) fn not_json(&self) -> Flaw {
        (FaultKind::NotJson, self.at)
    }
}

/// Offsets fit: `parse` refuses longer sources.
pub(super) fn position(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

pub(super) fn span(start: usize, end: usize) -> Span {
    Span {
        start: position(start),
        len: position(end.saturating_sub(start)),
    }
}
