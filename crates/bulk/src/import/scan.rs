//! Cuts a stream of JSON values into pieces without building a tree of it.
//!
//! Only brackets and quotes are followed, so that a file of any size passes through a small buffer;
//! whether a piece is JSON at all is for the parser to say.

use std::io::{self, Read};

use memchr::{memchr, memchr_iter, memchr2, memchr3};

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
    /// What lies ahead in the buffer.
    at: usize,
    end: usize,
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
            buffer: vec![0; CHUNK_BYTES],
            at: 0,
            end: 0,
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
        self.buffer.get(self.at..self.end).unwrap_or_default()
    }

    /// Makes sure at least one byte lies ahead; false at the end.
    fn fill(&mut self) -> io::Result<bool> {
        if self.at < self.end {
            return Ok(true);
        }
        (self.at, self.end) = (0, 0);
        while !self.ended && self.end == 0 {
            match self.input.read(&mut self.buffer) {
                Ok(0) => self.ended = true,
                Ok(got) => self.end = got,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        Ok(self.end > 0)
    }

    /// Copies the line ahead into `out` (cleared first) if it is all there, ends as an object does,
    /// is not too long, and is as asked for. Whether it is one value is for the parser to say.
    pub(crate) fn take_line(
        &mut self,
        out: &mut Vec<u8>,
        bytes_max: usize,
        is_wanted: impl Fn(&[u8]) -> bool,
    ) -> bool {
        let rest = self.rest();
        let line = memchr(b'\n', rest).and_then(|end| rest.get(..end));
        let Some(line) = line.map(<[u8]>::trim_ascii_end) else {
            return false;
        };
        if !line.ends_with(b"}") || line.len() > bytes_max || !is_wanted(line) {
            return false;
        }
        out.clear();
        out.extend_from_slice(line);
        self.at += line.len();
        true
    }

    fn advance(&mut self, count: usize) {
        let passed = self.rest().get(..count).unwrap_or_default();
        self.line += memchr_iter(b'\n', passed).count() as u64;
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
            let part = self.rest().get(..count).unwrap_or_default();
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
            let found = memchr(b'\n', rest);
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
        let mut at = 0;
        while let Some(byte) = bytes.get(at).copied() {
            if self.in_string {
                let rest = bytes.get(at..).unwrap_or_default();
                let Some(skipped) = self.passed_of_string(rest, one_per_line) else {
                    return Fed::More(bytes.len());
                };
                at += skipped;
                if self.in_string {
                    return Fed::LineBreak(at);
                }
                if self.depth == 0 {
                    return Fed::Done(at);
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
            at += 1;
        }
        Fed::More(bytes.len())
    }

    /// How many bytes belong to the string begun: to behind its closing quote, which ends it, or to
    /// a line break where none may be. `None` when all of them do.
    fn passed_of_string(&mut self, bytes: &[u8], one_per_line: bool) -> Option<usize> {
        let mut at = usize::from(std::mem::take(&mut self.escaped));
        loop {
            let rest = bytes.get(at..).unwrap_or_default();
            let found = if one_per_line {
                memchr3(b'"', b'\\', b'\n', rest)
            } else {
                memchr2(b'"', b'\\', rest)
            };
            at += found?;
            match bytes.get(at) {
                Some(b'"') => {
                    self.in_string = false;
                    return Some(at + 1);
                }
                Some(b'\\') if at + 1 == bytes.len() => {
                    self.escaped = true;
                    return None;
                }
                Some(b'\\') => at += 2,
                _ => return Some(at),
            }
        }
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

    #[test]
    fn a_line_is_taken_when_it_is_all_there() {
        let taken = |text: &str| {
            let mut scanner = Scanner::new(text.as_bytes());
            assert!(scanner.peek().unwrap().is_some());
            let mut out = b"before".to_vec();
            let is_wanted = |line: &[u8]| !line.contains(&b'!');
            let taken = scanner.take_line(&mut out, 10, is_wanted);
            taken.then(|| String::from_utf8(out).unwrap())
        };
        assert_eq!(taken("{\"a\":1} \r\n{"), Some("{\"a\":1}".to_owned()));
        for not in [
            "{\"a\":1}",
            "{\"a\":\n",
            "{\"a\":\"!\"}\n",
            "{\"a\":12345}\n",
        ] {
            assert_eq!(taken(not), None, "{not}");
        }
    }
}
