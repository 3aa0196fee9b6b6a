//! One pass over stored bytes: members are copied or skipped as they come.
//!
//! Stored bytes are compact and well-formed and hold no escape in a member's name, and they are no
//! deeper than the bound on bodies; what is not so ends the pass early, never in a panic.

use cresset_definitions::TypeDef;

use super::selection::{Fate, Selection, within};

/// Marks a resource that is not whole, so that nobody stores the part over the whole.
const SUBSETTED: &[u8] =
    br#"{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"SUBSETTED"}"#;

pub(super) struct Pass<'b> {
    bytes: &'b [u8],
    at: usize,
    out: Vec<u8>,
}

impl<'b> Pass<'b> {
    pub(super) fn new(bytes: &'b [u8]) -> Self {
        Self {
            bytes,
            at: 0,
            out: Vec::with_capacity(bytes.len() / 2 + SUBSETTED.len()),
        }
    }

    /// The selected part of a resource.
    pub(super) fn resource(mut self, definition: &TypeDef, selection: &Selection) -> Vec<u8> {
        self.object(|pass, name| {
            if name == "meta" {
                pass.name(name);
                pass.meta();
            } else {
                pass.member(name, selection.of_resource(definition, name));
            }
        });
        self.out
    }

    /// Copies an object; `member` copies or skips the value that stands next.
    fn object(&mut self, mut member: impl FnMut(&mut Self, &'b str)) {
        self.take(b'{');
        self.out.push(b'{');
        while self.peek() == Some(b'"') {
            let name = self.string();
            self.take(b':');
            let before = self.at;
            member(self, name);
            if self.at == before {
                break;
            }
            if self.peek() == Some(b',') {
                self.at += 1;
            }
        }
        self.take(b'}');
        self.out.push(b'}');
    }

    fn member(&mut self, name: &str, fate: Fate) {
        match fate {
            Fate::Dropped => {
                self.value();
            }
            Fate::Whole => {
                self.name(name);
                let value = self.value();
                self.out.extend_from_slice(value);
            }
            Fate::Within(definition) => {
                self.name(name);
                self.structure(definition);
            }
        }
    }

    /// Copies the summary of an object, or of each object of an array.
    fn structure(&mut self, definition: &'static TypeDef) {
        if self.peek() != Some(b'[') {
            return self.object(|pass, name| pass.member(name, within(definition, name)));
        }
        self.copy();
        while self.peek() == Some(b'{') {
            self.object(|pass, name| pass.member(name, within(definition, name)));
            if self.peek() == Some(b',') {
                self.copy();
            }
        }
        if self.peek() == Some(b']') {
            self.copy();
        }
    }

    /// Copies `meta`, with the tag among its tags.
    fn meta(&mut self) {
        let mut tagged = false;
        self.object(|pass, name| {
            pass.name(name);
            let value = pass.value();
            match value.strip_suffix(b"]") {
                Some(tags) if name == "tag" => {
                    pass.out.extend_from_slice(tags);
                    pass.out.push(b',');
                    pass.out.extend_from_slice(SUBSETTED);
                    pass.out.push(b']');
                    tagged = true;
                }
                _ => pass.out.extend_from_slice(value),
            }
        });
        if !tagged {
            self.out.pop();
            self.name("tag");
            self.out.push(b'[');
            self.out.extend_from_slice(SUBSETTED);
            self.out.extend_from_slice(b"]}");
        }
    }

    /// Writes a comma where one belongs, the name and a colon.
    fn name(&mut self, name: &str) {
        if self.out.last() != Some(&b'{') {
            self.out.push(b',');
        }
        self.out.push(b'"');
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"\":");
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn take(&mut self, byte: u8) {
        if self.peek() == Some(byte) {
            self.at += 1;
        }
    }

    fn copy(&mut self) {
        self.out.extend(self.peek());
        self.at += 1;
    }

    /// Passes a string and gives what stands between its quotes.
    fn string(&mut self) -> &'b str {
        let quoted = self.value();
        let inner = quoted.get(1..quoted.len().saturating_sub(1));
        inner
            .and_then(|inner| std::str::from_utf8(inner).ok())
            .unwrap_or_default()
    }

    /// Passes one value and gives its bytes.
    fn value(&mut self) -> &'b [u8] {
        let start = self.at;
        let mut depth = 0_usize;
        while let Some(byte) = self.peek() {
            match byte {
                b'"' => self.quoted(),
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                }
                b'}' | b']' if depth > 0 => {
                    depth -= 1;
                    self.at += 1;
                }
                b',' | b':' if depth > 0 => {
                    self.at += 1;
                    continue;
                }
                b'}' | b']' | b',' => break,
                _ => {
                    self.at += 1;
                    continue;
                }
            }
            if depth == 0 {
                break;
            }
        }
        self.bytes.get(start..self.at).unwrap_or_default()
    }

    /// Passes a string, its quotes included.
    fn quoted(&mut self) {
        self.at += 1;
        while let Some(byte) = self.peek() {
            self.at += if byte == b'\\' { 2 } else { 1 };
            if byte == b'"' {
                return;
            }
        }
    }
}
