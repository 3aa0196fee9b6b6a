//! One file as a run of records: the resources it holds, one by one, whatever they are wrapped in.
//!
//! A file is any number of JSON values: newline-delimited resources, one resource, one Bundle, or
//! Bundles line by line. Entries of a Bundle leave as they are met; the Bundle itself is never held.

use std::io::Read;

use memchr::memmem::Finder;

use super::scan::{Scanner, Stop, Taken};

/// Where a record stood, for the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// A resource by itself, beginning on this line.
    Line(u64),
    /// The n-th entry, counted from 1, of the Bundle that begins on this line.
    Entry { bundle_line: u64, entry: u64 },
}

/// What a file yields.
#[derive(Debug)]
pub(crate) enum Event {
    /// The bytes of a resource by itself are in the buffer.
    Resource(Place),
    /// A Bundle's entry is in the buffer.
    Entry(Place),
    /// The Bundle whose entries were just given is over; its `type`, if it has one.
    BundleEnd(Option<String>),
    /// Something that cannot be a record; the reader went on behind it.
    Refused(Place, &'static str),
    /// The file is over.
    End,
}

/// What an object turns out to be. Members come in any order: a Bundle's `entry` may precede its `resourceType`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Nature {
    #[default]
    Unknown,
    Bundle,
    Other,
}

/// What is known of the object being read.
#[derive(Default)]
struct Open {
    line: u64,
    entries: u64,
    in_entries: bool,
    nature: Nature,
    bundle_type: Option<String>,
    /// The members so far, in case it turns out to be a plain resource.
    members: Vec<u8>,
    too_long: bool,
}

/// Reads the records of one stream.
pub(crate) struct Entries<R> {
    scanner: Scanner<R>,
    /// What only a line with a Bundle in it can hold, and few others do.
    bundle: Finder<'static>,
    record_bytes_max: usize,
    open: Option<Open>,
    values: u64,
    last_line: u64,
}

impl<R: Read> Entries<R> {
    /// Records of at most `record_bytes_max` bytes; longer ones are refused one by one.
    pub(crate) fn new(input: R, one_per_line: bool, record_bytes_max: usize) -> Self {
        let mut scanner = Scanner::new(input);
        scanner.one_per_line = one_per_line;
        Self {
            scanner,
            bundle: Finder::new(b"\"Bundle\""),
            record_bytes_max,
            open: None,
            values: 0,
            last_line: 0,
        }
    }

    /// The next event; the record's bytes, if it is one, are left in `out`.
    ///
    /// # Errors
    /// Only what ends the file: a failing source, or brackets that do not add up where no line
    /// break shows the way to the next record. [`Self::line`] says where.
    pub(crate) fn next(&mut self, out: &mut Vec<u8>) -> Result<Event, Stop> {
        match self.step(out) {
            Err(Stop::Broken(why)) if self.scanner.one_per_line => {
                self.open = None;
                let line = self.scanner.line();
                self.scanner.skip_line()?;
                Ok(Event::Refused(Place::Line(line), why))
            }
            other => other,
        }
    }

    /// The line reached.
    pub(crate) fn line(&self) -> u64 {
        self.scanner.line()
    }

    fn step(&mut self, out: &mut Vec<u8>) -> Result<Event, Stop> {
        loop {
            let Some(mut open) = self.open.take() else {
                if let Some(event) = self.begin(out)? {
                    return Ok(event);
                }
                continue;
            };
            let event = if open.in_entries {
                self.next_entry(&mut open, out)?
            } else {
                self.next_member(&mut open, out)?
            };
            match event {
                Some(
                    Event::BundleEnd(_) | Event::Resource(_) | Event::Refused(Place::Line(_), _),
                ) => {}
                _ => self.open = Some(open),
            }
            if let Some(event) = event {
                return Ok(event);
            }
        }
    }

    /// Begins the next top-level value.
    fn begin(&mut self, out: &mut Vec<u8>) -> Result<Option<Event>, Stop> {
        let Some(byte) = self.scanner.peek()? else {
            return Ok(Some(Event::End));
        };
        let line = self.scanner.line();
        // A first value that ends on its own line, followed by another, is newline-delimited JSON.
        if self.values == 1 && (1..line).contains(&self.last_line) {
            self.scanner.one_per_line = true;
        }
        self.values += 1;
        if byte != b'{' {
            self.scanner.take(out, self.record_bytes_max)?;
            return Ok(Some(Event::Refused(
                Place::Line(line),
                "a resource is a JSON object",
            )));
        }
        let is_plain = |line: &[u8]| self.bundle.find(line).is_none();
        if self.scanner.one_per_line
            && (self.scanner).take_line(out, self.record_bytes_max, is_plain)
        {
            return Ok(Some(Event::Resource(Place::Line(line))));
        }
        self.scanner.step();
        self.open = Some(Open {
            line,
            members: b"{".to_vec(),
            ..Open::default()
        });
        Ok(None)
    }

    fn next_member(&mut self, open: &mut Open, out: &mut Vec<u8>) -> Result<Option<Event>, Stop> {
        match self.scanner.peek_inside()? {
            Some(b'}') => {
                self.scanner.step();
                self.last_line = if self.scanner.line() == open.line {
                    open.line
                } else {
                    0
                };
                return Ok(Some(close(open, out)));
            }
            Some(b',') => self.scanner.step(),
            _ => {}
        }
        self.scanner.take(out, self.record_bytes_max)?;
        self.scanner
            .expect(b':', "a colon should follow the name of a member")?;
        if out == b"\"entry\""
            && self.scanner.peek_inside()? == Some(b'[')
            && open.nature != Nature::Other
        {
            self.scanner.step();
            open.in_entries = true;
            return Ok(None);
        }
        let name = std::mem::take(out);
        let taken = self.scanner.take(out, self.record_bytes_max)?;
        open.note(&name, out, taken, self.record_bytes_max);
        Ok(None)
    }

    fn next_entry(&mut self, open: &mut Open, out: &mut Vec<u8>) -> Result<Option<Event>, Stop> {
        match self.scanner.peek_inside()? {
            Some(b']') => {
                self.scanner.step();
                open.in_entries = false;
                return Ok(None);
            }
            Some(b',') => self.scanner.step(),
            _ => {}
        }
        let taken = self.scanner.take(out, self.record_bytes_max)?;
        if open.nature == Nature::Unknown && taken == Taken::Whole && !is_bundle_entry(out) {
            return self.other_entries(open, out).map(|()| None);
        }
        open.nature = Nature::Bundle;
        open.entries += 1;
        let place = Place::Entry {
            bundle_line: open.line,
            entry: open.entries,
        };
        Ok(Some(match taken {
            Taken::Whole => Event::Entry(place),
            Taken::TooLong => Event::Refused(place, "the entry is larger than a resource may be"),
        }))
    }
}

impl<R: Read> Entries<R> {
    /// The first item of `entry` is not one of a Bundle (List has such a member, too): it is an ordinary member.
    fn other_entries(&mut self, open: &mut Open, first: &mut Vec<u8>) -> Result<(), Stop> {
        let mut array = b"[".to_vec();
        array.append(first);
        let mut taken = Taken::Whole;
        loop {
            match self.scanner.peek_inside()? {
                Some(b']') => break,
                Some(b',') => self.scanner.step(),
                _ => {}
            }
            if self.scanner.take(first, self.record_bytes_max)? == Taken::TooLong {
                taken = Taken::TooLong;
            }
            if array.len() <= self.record_bytes_max {
                array.push(b',');
                array.append(first);
            }
        }
        self.scanner.step();
        array.push(b']');
        open.in_entries = false;
        open.nature = Nature::Other;
        open.note(b"\"entry\"", &array, taken, self.record_bytes_max);
        Ok(())
    }
}

/// Whether this is an entry of a Bundle, judged by the members only such an entry has.
fn is_bundle_entry(entry: &[u8]) -> bool {
    let members: [&[u8]; 4] = [
        b"\"resource\"",
        b"\"fullUrl\"",
        b"\"request\"",
        b"\"response\"",
    ];
    members
        .iter()
        .any(|member| entry.windows(member.len()).any(|part| part == *member))
}

impl Open {
    fn note(&mut self, name: &[u8], value: &[u8], taken: Taken, bytes_max: usize) {
        if name == b"\"resourceType\"" {
            self.nature = if value == b"\"Bundle\"" {
                Nature::Bundle
            } else {
                Nature::Other
            };
        }
        if name == b"\"type\"" {
            self.bundle_type = std::str::from_utf8(value)
                .ok()
                .map(|text| text.trim_matches('"').to_owned());
        }
        self.too_long |=
            taken == Taken::TooLong || self.members.len() + name.len() + value.len() > bytes_max;
        if self.too_long {
            self.members.clear();
            return;
        }
        if self.members.len() > 1 {
            self.members.push(b',');
        }
        self.members.extend_from_slice(name);
        self.members.push(b':');
        self.members.extend_from_slice(value);
    }
}

fn close(open: &mut Open, out: &mut Vec<u8>) -> Event {
    if open.nature == Nature::Bundle {
        return Event::BundleEnd(open.bundle_type.take());
    }
    if open.too_long {
        return Event::Refused(
            Place::Line(open.line),
            "the resource is larger than a resource may be",
        );
    }
    std::mem::swap(out, &mut open.members);
    out.push(b'}');
    Event::Resource(Place::Line(open.line))
}

#[cfg(test)]
mod tests {
    use super::{Entries, Event, Place};

    fn check(text: &str, expect: &[&str]) {
        let mut entries = Entries::new(text.as_bytes(), false, 60);
        let mut out = Vec::new();
        let mut found = Vec::new();
        loop {
            let text = match entries.next(&mut out) {
                Ok(Event::End) => break,
                Ok(Event::Resource(Place::Line(line))) => {
                    format!("{line}: {}", String::from_utf8_lossy(&out))
                }
                Ok(Event::Entry(Place::Entry { entry, .. })) => {
                    format!("#{entry}: {}", String::from_utf8_lossy(&out))
                }
                Ok(Event::BundleEnd(kind)) => format!("end of {}", kind.unwrap_or_default()),
                Ok(Event::Refused(_, why)) => why.to_owned(),
                Ok(other) => format!("{other:?}"),
                Err(stop) => {
                    found.push(format!("{stop:?}"));
                    break;
                }
            };
            found.push(text);
        }
        assert_eq!(found, expect, "{text}");
    }

    #[test]
    fn newline_delimited_resources() {
        check(
            "{\"a\":1}\n\n{\"a\": 2}\n",
            &["1: {\"a\":1}", "3: {\"a\": 2}"],
        );
        check(
            "{\"a\":1}\n{\"a\":\n{\"a\":3}\n",
            &[
                "1: {\"a\":1}",
                "the line ends inside a value",
                "3: {\"a\":3}",
            ],
        );
        check(
            "{\"a\":1}\n{\"resourceType\":\"Bundle\",\"entry\":[{\"request\":1}]}\n{\"a\":3}\n",
            &[
                "1: {\"a\":1}",
                "#1: {\"request\":1}",
                "end of ",
                "3: {\"a\":3}",
            ],
        );
        check(
            "{\"a\":1}\n[7]\n",
            &["1: {\"a\":1}", "a resource is a JSON object"],
        );
    }

    #[test]
    fn one_resource_over_many_lines() {
        check(
            "{\n \"a\": {\n \"b\": 1}\n}\n",
            &["1: {\"a\":{\n \"b\": 1}}"],
        );
        check(
            "{\"a\":",
            &["Broken(\"the file ends where a value should begin\")"],
        );
    }

    #[test]
    fn a_bundle_in_any_order_of_members() {
        check(
            r#"{"resourceType":"Bundle","type":"batch","entry":[{"fullUrl":"x"}, {"request":1}]}"#,
            &[
                r#"#1: {"fullUrl":"x"}"#,
                r#"#2: {"request":1}"#,
                "end of batch",
            ],
        );
        check(
            r#"{"entry":[{"resource":{}}],"type":"transaction","resourceType":"Bundle"}"#,
            &[r#"#1: {"resource":{}}"#, "end of transaction"],
        );
        check(r#"{"resourceType":"Bundle"}"#, &["end of "]);
    }

    #[test]
    fn a_list_has_entries_of_its_own() {
        check(
            r#"{"entry":[{"item":{}},{"item":1}],"resourceType":"List"}"#,
            &[r#"1: {"entry":[{"item":{}},{"item":1}],"resourceType":"List"}"#],
        );
        check(
            r#"{"resourceType":"List","entry":[{"item":1}]}"#,
            &[r#"1: {"resourceType":"List","entry":[{"item":1}]}"#],
        );
    }

    #[test]
    fn what_is_too_long_is_passed_over() {
        let long = "x".repeat(100);
        check(
            &format!("{{\"a\":\"{long}\"}}\n{{\"a\":2}}"),
            &[
                "the resource is larger than a resource may be",
                "2: {\"a\":2}",
            ],
        );
        check(
            &format!(r#"{{"resourceType":"Bundle","entry":[{{"fullUrl":"{long}"}},{{"a":1}}]}}"#),
            &[
                "the entry is larger than a resource may be",
                r#"#2: {"a":1}"#,
                "end of ",
            ],
        );
    }
}
