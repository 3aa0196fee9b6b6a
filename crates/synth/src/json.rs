//! A JSON writer that writes straight into bytes: compact, in call order, nothing buffered twice.

use crate::moment::Moment;

/// Compact JSON under construction. Commas take care of themselves.
#[derive(Debug, Default, Clone)]
pub(crate) struct Json {
    out: Vec<u8>,
}

impl Json {
    /// The bytes written so far.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.out
    }

    /// How many bytes are written.
    pub(crate) fn len(&self) -> usize {
        self.out.len()
    }

    /// Starts a value that stands alone, so that nothing separates it from what came before.
    pub(crate) fn start(&mut self) {
        self.out.push(b'{');
    }

    /// Ends what [`Json::start`] began.
    pub(crate) fn finish(&mut self) {
        self.out.push(b'}');
    }

    /// A member whose value is an object.
    pub(crate) fn object(&mut self, key: &str, body: impl FnOnce(&mut Self)) {
        self.key(key);
        self.out.push(b'{');
        body(self);
        self.out.push(b'}');
    }

    /// A member whose value is an array; `body` adds at least one item.
    pub(crate) fn array(&mut self, key: &str, body: impl FnOnce(&mut Self)) {
        self.key(key);
        self.out.push(b'[');
        body(self);
        self.out.push(b']');
    }

    /// An object as an array's item.
    pub(crate) fn item(&mut self, body: impl FnOnce(&mut Self)) {
        self.separate();
        self.out.push(b'{');
        body(self);
        self.out.push(b'}');
    }

    /// A member whose value is an array of one object.
    pub(crate) fn single(&mut self, key: &str, body: impl FnOnce(&mut Self)) {
        self.array(key, |j| j.item(body));
    }

    /// A string member.
    pub(crate) fn text(&mut self, key: &str, value: &str) {
        self.key(key);
        self.string(value);
    }

    /// A string as an array's item.
    pub(crate) fn text_item(&mut self, value: &str) {
        self.separate();
        self.string(value);
    }

    /// A string member whose value is put together from parts.
    pub(crate) fn joined(&mut self, key: &str, parts: &[&str]) {
        self.key(key);
        self.out.push(b'"');
        for part in parts {
            self.escaped(part);
        }
        self.out.push(b'"');
    }

    /// A boolean member.
    pub(crate) fn boolean(&mut self, key: &str, value: bool) {
        self.key(key);
        self.out
            .extend_from_slice(if value { b"true" } else { b"false" });
    }

    /// A whole number member.
    pub(crate) fn integer(&mut self, key: &str, value: i64) {
        self.decimal(key, value, 0);
    }

    /// A decimal member: `value` counted in units of 10^-`scale`, written with exactly `scale` places.
    pub(crate) fn decimal(&mut self, key: &str, value: i64, scale: u32) {
        self.key(key);
        if value < 0 {
            self.out.push(b'-');
        }
        let magnitude = value.unsigned_abs();
        let unit = 10_u64.pow(scale);
        self.digits(magnitude / unit, 1);
        if scale > 0 {
            self.out.push(b'.');
            self.digits(magnitude % unit, scale);
        }
    }

    /// A date member (`YYYY-MM-DD`).
    pub(crate) fn date(&mut self, key: &str, moment: Moment) {
        self.key(key);
        self.out.push(b'"');
        self.calendar(moment);
        self.out.push(b'"');
    }

    /// A dateTime or instant member, to the second, with the practice's offset.
    pub(crate) fn moment(&mut self, key: &str, moment: Moment) {
        self.key(key);
        self.out.push(b'"');
        self.calendar(moment);
        self.out.push(b'T');
        let (hour, minute, second) = moment.time();
        self.digits(hour, 2);
        self.out.push(b':');
        self.digits(minute, 2);
        self.out.push(b':');
        self.digits(second, 2);
        self.out.extend_from_slice(Moment::OFFSET.as_bytes());
        self.out.push(b'"');
    }

    /// A base64 member (RFC 4648 §4) that holds the bytes of `content`.
    pub(crate) fn base64(&mut self, key: &str, content: &[u8]) {
        self.key(key);
        self.out.push(b'"');
        for chunk in content.chunks(3) {
            let mut group = [0_u8; 3];
            for (to, from) in group.iter_mut().zip(chunk) {
                *to = *from;
            }
            let bits = u32::from_be_bytes([0, group[0], group[1], group[2]]);
            for at in 0..4_usize {
                self.out.push(if at > chunk.len() {
                    b'='
                } else {
                    sextet(bits >> (18 - 6 * at))
                });
            }
        }
        self.out.push(b'"');
    }

    fn calendar(&mut self, moment: Moment) {
        let (year, month, day) = moment.calendar();
        self.digits(year, 4);
        self.out.push(b'-');
        self.digits(month, 2);
        self.out.push(b'-');
        self.digits(day, 2);
    }

    fn key(&mut self, key: &str) {
        self.separate();
        self.out.push(b'"');
        self.out.extend_from_slice(key.as_bytes());
        self.out.extend_from_slice(b"\":");
    }

    fn separate(&mut self) {
        if !matches!(self.out.last(), None | Some(b'{' | b'[' | b':')) {
            self.out.push(b',');
        }
    }

    fn string(&mut self, value: &str) {
        self.out.push(b'"');
        self.escaped(value);
        self.out.push(b'"');
    }

    fn escaped(&mut self, value: &str) {
        if value.bytes().all(|b| b >= 0x20 && b != b'"' && b != b'\\') {
            return self.out.extend_from_slice(value.as_bytes());
        }
        for byte in value.bytes() {
            match byte {
                b'"' | b'\\' => self.out.extend_from_slice(&[b'\\', byte]),
                b'\n' => self.out.extend_from_slice(b"\\n"),
                0..0x20 => self.out.push(b' '),
                _ => self.out.push(byte),
            }
        }
    }

    fn digits(&mut self, value: u64, width: u32) {
        let mut width = width.max(value.checked_ilog10().map_or(1, |log| log + 1));
        while width > 0 {
            width -= 1;
            let digit = value / 10_u64.pow(width) % 10;
            self.out
                .push(b'0' + u8::try_from(digit).unwrap_or_default());
        }
    }
}

/// The base64 letter of the low six bits.
fn sextet(bits: u32) -> u8 {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    LETTERS.get((bits & 63) as usize).copied().unwrap_or(b'A')
}

#[cfg(test)]
mod tests {
    use super::Json;
    use crate::moment::Moment;

    fn check(write: impl FnOnce(&mut Json), expect: &str) {
        let mut json = Json::default();
        json.start();
        write(&mut json);
        json.finish();
        assert_eq!(String::from_utf8_lossy(json.bytes()), expect);
    }

    #[test]
    fn commas_stand_between_members_and_items_only() {
        check(
            |j| {
                j.text("a", "x");
                j.array("b", |j| {
                    j.text_item("{");
                    j.item(|j| j.boolean("c", true));
                    j.item(|_| ());
                });
                j.object("d", |_| ());
            },
            r#"{"a":"x","b":["{",{"c":true},{}],"d":{}}"#,
        );
    }

    #[test]
    fn decimals_keep_their_places() {
        check(|j| j.decimal("v", 705, 1), r#"{"v":70.5}"#);
        check(|j| j.decimal("v", 5, 2), r#"{"v":0.05}"#);
        check(|j| j.decimal("v", -120, 2), r#"{"v":-1.20}"#);
        check(|j| j.integer("v", 0), r#"{"v":0}"#);
    }

    #[test]
    fn strings_are_escaped() {
        check(|j| j.text("v", "a\"b\\c\nd"), r#"{"v":"a\"b\\c\nd"}"#);
    }

    #[test]
    fn base64_is_padded() {
        for (plain, expect) in [
            ("M", "TQ=="),
            ("Ma", "TWE="),
            ("Man", "TWFu"),
            ("Many", "TWFueQ=="),
        ] {
            check(
                |j| j.base64("v", plain.as_bytes()),
                &format!(r#"{{"v":"{expect}"}}"#),
            );
        }
    }

    #[test]
    fn moments_carry_the_offset_of_the_practice() {
        let moment = Moment::of(jiff::civil::date(2024, 2, 29)).at(9, 5);
        check(
            |j| j.moment("v", moment),
            r#"{"v":"2024-02-29T09:05:00-07:00"}"#,
        );
        check(|j| j.date("v", moment), r#"{"v":"2024-02-29"}"#);
    }
}
