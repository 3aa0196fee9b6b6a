//! Strings: a range of the source where possible, unescaped where not.

use super::FaultKind;
use super::reader::{Flaw, Reader, span};
use crate::element::Span;

/// Whether a string cannot simply go on at this byte.
fn stops(byte: u8) -> bool {
    byte == b'"' || byte == b'\\' || byte < 0x20
}

impl Reader<'_> {
    /// Reads a string whose opening quote has been consumed, and its closing quote.
    pub(super) fn string(&mut self) -> Result<Span, Flaw> {
        let start = self.at;
        match self.run() {
            Some(b'"') => {
                let value = span(start, self.at);
                self.at += 1;
                Ok(value)
            }
            Some(b'\\') => self.unescaped(start),
            _ => Err(self.not_json()),
        }
    }

    /// Moves to the next byte that ends a plain run and gives it.
    fn run(&mut self) -> Option<u8> {
        let rest = self.bytes.get(self.at..)?;
        let len = rest.iter().position(|&b| stops(b)).unwrap_or(rest.len());
        self.at += len;
        rest.get(len).copied()
    }

    /// Goes on from the first backslash, collecting the text at the end of the buffer.
    fn unescaped(&mut self, start: usize) -> Result<Span, Flaw> {
        let begin = self.text.len();
        let mut plain = start;
        loop {
            self.text
                .push_str(self.source.get(plain..self.at).unwrap_or_default());
            match self.bytes.get(self.at) {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(span(begin, self.text.len()));
                }
                Some(b'\\') => {
                    let c = self.escape()?;
                    self.text.push(c);
                }
                _ => return Err(self.not_json()),
            }
            plain = self.at;
            if self.run().is_none() {
                return Err(self.not_json());
            }
        }
    }

    fn escape(&mut self) -> Result<char, Flaw> {
        let place = self.at;
        let c = match self.bytes.get(self.at + 1) {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.code_point(place),
            _ => return Err(self.not_json()),
        };
        self.at += 2;
        Ok(c)
    }

    /// `\uXXXX`, or two of them where the first is a high surrogate.
    fn code_point(&mut self, place: usize) -> Result<char, Flaw> {
        let first = self.hex(self.at + 2)?;
        self.at += 6;
        if !(0xD800..0xE000).contains(&first) {
            return char::from_u32(first).ok_or((FaultKind::LoneSurrogate, place));
        }
        let paired = first < 0xDC00 && self.bytes.get(self.at..self.at + 2) == Some(br"\u");
        let second = if paired { self.hex(self.at + 2)? } else { 0 };
        if !(0xDC00..0xE000).contains(&second) {
            return Err((FaultKind::LoneSurrogate, place));
        }
        self.at += 6;
        let point = 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
        char::from_u32(point).ok_or((FaultKind::LoneSurrogate, place))
    }

    fn hex(&self, at: usize) -> Result<u32, Flaw> {
        let digits = self.bytes.get(at..at + 4).unwrap_or_default();
        if digits.len() < 4 {
            return Err(self.not_json());
        }
        digits.iter().try_fold(0, |point, &b| {
            let digit = char::from(b).to_digit(16).ok_or(self.not_json())?;
            Ok(point << 4 | digit)
        })
    }
}
