//! `_pretty`: the same JSON with line breaks and indentation, without parsing it.

/// Indents compact, well-formed JSON by two spaces. Bytes inside strings stay as they are.
pub fn pretty(compact: &[u8]) -> Vec<u8> {
    let mut printer = Printer {
        out: Vec::with_capacity(compact.len() * 2),
        depth: 0,
    };
    let mut bytes = compact.iter().copied().peekable();
    let mut in_string = false;
    let mut escaped = false;
    while let Some(byte) = bytes.next() {
        if in_string {
            printer.out.push(byte);
            in_string = escaped || byte != b'"';
            escaped = !escaped && byte == b'\\';
            continue;
        }
        match byte {
            b'"' => {
                in_string = true;
                printer.out.push(byte);
            }
            b'{' | b'[' => printer.open(byte, bytes.peek().copied()),
            b'}' | b']' => printer.close(byte),
            b',' => printer.comma(),
            b':' => printer.out.extend_from_slice(b": "),
            b' ' | b'\n' | b'\r' | b'\t' => {}
            other => printer.out.push(other),
        }
    }
    printer.out.push(b'\n');
    printer.out
}

struct Printer {
    out: Vec<u8>,
    depth: usize,
}

impl Printer {
    fn open(&mut self, byte: u8, next: Option<u8>) {
        self.out.push(byte);
        self.depth += 1;
        if !matches!(next, Some(b'}' | b']')) {
            self.line();
        }
    }

    fn close(&mut self, byte: u8) {
        self.depth = self.depth.saturating_sub(1);
        if !matches!(self.out.last(), Some(b'{' | b'[')) {
            self.line();
        }
        self.out.push(byte);
    }

    fn comma(&mut self) {
        self.out.push(b',');
        self.line();
    }

    fn line(&mut self) {
        self.out.push(b'\n');
        self.out.resize(self.out.len() + 2 * self.depth, b' ');
    }
}

#[cfg(test)]
mod tests {
    use super::pretty;

    fn check(compact: &str, expect: &str) {
        assert_eq!(
            String::from_utf8(pretty(compact.as_bytes())).unwrap(),
            expect
        );
    }

    #[test]
    fn indents_and_leaves_strings_alone() {
        check(
            r#"{"a":[1.00,{"b":"x, {\"y\"}: \\"}],"c":[],"d":{}}"#,
            "{\n  \"a\": [\n    1.00,\n    {\n      \"b\": \"x, {\\\"y\\\"}: \\\\\"\n    }\n  ],\n  \"c\": [],\n  \"d\": {}\n}\n",
        );
    }
}
