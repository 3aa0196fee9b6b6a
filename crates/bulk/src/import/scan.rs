//! Cuts a stream of JSON values into pieces without building a tree of it.
//!
//! Only brackets and quotes are followed, so that a file of any size passes through a small buffer;
//! whether a piece is JSON at all is for the parser to say.

use std::io::{self, Read};

/// Bytes read from the source at a time.
const CHUNK_BYTES: usize = 128 * 1024;

/// Why a stream cannot be cut any further.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The source failed, for example a damaged archive.
    Io(io::Error),
    /// The brackets and quotes do not add up.
    Broken(&'static str),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Whether a value fitted into the room it was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Taken {
    /// All of it was copied.
    Whole,
    /// It was longer than allowed and was passed over.
    TooLong,
}

/// A cursor over a stream of JSON text.
pub(crate) struct Scanner<R> {
    input: R,
    buffer: Vec<u8>,
    at: usize,
    line: u64,
    ended: bool,
    /// Whether a line break inside a value is a fault (newline-delimited JSON).
    pub(crate) one_per_line: bool,
}

impl<R: Read> Scanner<R> {
    /// Starts at the beginning of `input`.
    pub(crate) fn new(input: R) -> Self {
        Self {
            input,
            buffer: Vec::new(),
            at: 0,
            line: 1,
            ended: false,
            one_per_line: false,
        }
    }

    /// The line of the next byte, counted from 1.
    pub(crate) fn line(&self) -> u64 {
        self.line
    }

    fn rest(&self) -> &[u8] {
        self.buffer.get(self.at..).unwrap_or_default()
    }

    /// Makes sure at least one byte lies ahead; false at the end.
    fn fill(&mut self) -> io::Result<bool> {
        if self.at < self.buffer.len() {
            return Ok(true);
        }
        if self.ended {
            return Ok(false);
        }
        self.buffer.resize(CHUNK_BYTES, 0);
        self.at = 0;
        let mut got = 0;
        while got == 0 {
            match self.input.read(&mut self.buffer) {
                Ok(0) => {
                    self.ended = true;
                    break;
                }
                Ok(n) => got = n,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => {
                    self.buffer.clear();
                    return Err(e);
                }
            }
        }
        self.buffer.truncate(got);
        Ok(got > 0)
    }

    fn advance(&mut self, count: usize) {
        let passed = self.rest().get(..count).unwrap_or_default();
        let breaks = passed.split(|b| *b == b'\n').count();
        self.line += breaks.saturating_sub(1) as u64;
        self.at += count;
    }

    /// The next byte that is not white space, left in place.
    pub(crate) fn peek(&mut self) -> Result<Option<u8>, Stop> {
        loop {
            if !self.fill()? {
                return Ok(None);
            }
            let blank = self
                .rest()
                .iter()
                .take_while(|b| b.is_ascii_whitespace())
                .count();
            self.advance(blank);
            if let Some(byte) = self.rest().first() {
                return Ok(Some(*byte));
            }
        }
    }

    /// Like [`Self::peek`], inside a value: where lines are records, its line must not end here.
    pub(crate) fn peek_inside(&mut self) -> Result<Option<u8>, Stop> {
        if !self.one_per_line {
            return self.peek();
        }
        loop {
            if !self.fill()? {
                return Ok(None);
            }
            let blank = self
                .rest()
                .iter()
                .take_while(|b| matches!(b, b' ' | b'\t' | b'\r'))
                .count();
            self.advance(blank);
            match self.rest().first() {
                Some(b'\n') => return Err(Stop::Broken("the line ends inside a value")),
                Some(byte) => return Ok(Some(*byte)),
                None => {}
            }
        }
    }

    /// Passes over the next byte.
    pub(crate) fn step(&mut self) {
        self.advance(1);
    }

    /// Passes over `byte`, white space before it allowed.
    pub(crate) fn expect(&mut self, byte: u8, otherwise: &'static str) -> Result<(), Stop> {
        if self.peek_inside()? == Some(byte) {
            self.step();
            return Ok(());
        }
        Err(Stop::Broken(otherwise))
    }

    /// Copies the next value into `out` (cleared first), at most `bytes_max` of it.
    pub(crate) fn take(&mut self, out: &mut Vec<u8>, bytes_max: usize) -> Result<Taken, Stop> {
        out.clear();
        let mut taken = Taken::Whole;
        if self.peek_inside()?.is_none() {
            return Err(Stop::Broken("the file ends where a value should begin"));
        }
        let mut extent = Extent::default();
        loop {
            if !self.fill()? {
                return if extent.ends_with_input() {
                    Ok(taken)
                } else {
                    Err(Stop::Broken("the file ends inside a value"))
                };
            }
            let fed = extent.feed(self.rest(), self.one_per_line);
            let count = fed.count();
            let part = self
                .buffer
                .get(self.at..self.at + count)
                .unwrap_or_default();
            if out.len() + part.len() > bytes_max {
                taken = Taken::TooLong;
                out.clear();
            } else if taken == Taken::Whole {
                out.extend_from_slice(part);
            }
            self.advance(count);
            match fed {
                Fed::More(_) => {}
                Fed::Done(_) if !extent.begun => {
                    return Err(Stop::Broken("a value should begin here"));
                }
                Fed::Done(_) => return Ok(taken),
                Fed::LineBreak(_) => return Err(Stop::Broken("the line ends inside a value")),
            }
        }
    }

    /// Passes over the rest of the line.
    pub(crate) fn skip_line(&mut self) -> Result<(), Stop> {
        while self.fill()? {
            let rest = self.rest();
            let found = rest.iter().position(|b| *b == b'\n');
            let count = found.map_or(rest.len(), |at| at + 1);
            self.advance(count);
            if found.is_some() {
                break;
            }
        }
        Ok(())
    }
}

/// What feeding bytes to an [`Extent`] came to; the number of bytes that belong to the value.
enum Fed {
    More(usize),
    Done(usize),
    LineBreak(usize),
}

impl Fed {
    fn count(&self) -> usize {
        match self {
            Self::More(n) | Self::Done(n) | Self::LineBreak(n) => *n,
        }
    }
}

/// How far one value reaches.
#[derive(Default)]
struct Extent {
    depth: u64,
    begun: bool,
    in_string: bool,
    escaped: bool,
}

impl Extent {
    fn ends_with_input(&self) -> bool {
        self.begun && self.depth == 0 && !self.in_string
    }

    fn feed(&mut self, bytes: &[u8], one_per_line: bool) -> Fed {
        for (at, byte) in bytes.iter().copied().enumerate() {
            if self.in_string {
                match byte {
                    _ if self.escaped => self.escaped = false,
                    b'\\' => self.escaped = true,
                    b'"' => {
                        self.in_string = false;
                        if self.depth == 0 {
                            return Fed::Done(at + 1);
                        }
                    }
                    b'\n' if one_per_line => return Fed::LineBreak(at),
                    _ => {}
                }
                continue;
            }
            match byte {
                b'"' => self.in_string = true,
                b'{' | b'[' => self.depth += 1,
                b':' | b'}' | b']' if self.depth == 0 => return Fed::Done(at),
                b'}' | b']' => {
                    self.depth -= 1;
                    if self.depth == 0 {
                        return Fed::Done(at + 1);
                    }
                }
                b'\n' if one_per_line && self.depth > 0 => return Fed::LineBreak(at),
                b',' | b' ' | b'\t' | b'\r' | b'\n' if self.depth == 0 => return Fed::Done(at),
                _ => {}
            }
            self.begun = true;
        }
        Fed::More(bytes.len())
    }
}

#[cfg(test)]
mod tests {
    use super::{Scanner, Stop, Taken};
    use std::io::Read;

    /// Hands out one byte at a time, so that every state survives a chunk's end.
    struct Trickle<'a>(&'a [u8]);

    impl Read for Trickle<'_> {
        fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
            let Some((first, rest)) = self.0.split_first() else {
                return Ok(0);
            };
            out[0] = *first;
            self.0 = rest;
            Ok(1)
        }
    }

    fn check(text: &str, expect: &[&str]) {
        let mut scanner = Scanner::new(Trickle(text.as_bytes()));
        let mut out = Vec::new();
        let mut found = Vec::new();
        while scanner.peek().unwrap().is_some() {
            match scanner.take(&mut out, 100) {
                Ok(Taken::Whole) => found.push(String::from_utf8(out.clone()).unwrap()),
                Ok(Taken::TooLong) => found.push("too long".to_owned()),
                Err(Stop::Broken(why)) => {
                    found.push(why.to_owned());
                    break;
                }
                Err(Stop::Io(e)) => panic!("{e}"),
            }
        }
        assert_eq!(found, expect, "{text}");
    }

    #[test]
    fn cuts_values_at_their_ends() {
        check(
            r#"{"a":[1,{"b":"}\""}]} {"c":2}"#,
            &[r#"{"a":[1,{"b":"}\""}]}"#, r#"{"c":2}"#],
        );
        check("1 \"x\" null", &["1", "\"x\"", "null"]);
        check("{\"a\":", &["the file ends inside a value"]);
        check(&format!("[\"{}\"] 7", "x".repeat(200)), &["too long", "7"]);
        check("  \n ", &[]);
    }

    #[test]
    fn a_broken_line_costs_only_itself() {
        let mut scanner = Scanner::new(Trickle(b"{\"a\":{\n{\"b\":1}\n"));
        scanner.one_per_line = true;
        let mut out = Vec::new();
        assert!(matches!(scanner.take(&mut out, 100), Err(Stop::Broken(_))));
        scanner.skip_line().unwrap();
        assert_eq!(scanner.line(), 2);
        assert!(matches!(scanner.take(&mut out, 100), Ok(Taken::Whole)));
        assert_eq!(out, b"{\"b\":1}");
    }
}
