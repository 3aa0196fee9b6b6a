//! `base64Binary`: RFC 4648 §4 with padding; white space between groups is tolerated.

use super::Fault;

pub(super) fn check(text: &str) -> Result<(), Fault> {
    let text = text.trim_ascii();
    let body = text.trim_end_matches('=');
    let padding = text.len() - body.len();
    // Documents of megabytes pass here: two folds without a branch let the compiler use vectors.
    let spaces = body.bytes().fold(0, |n, b| n + usize::from(is_space(b)));
    let good = body
        .bytes()
        .fold(true, |good, b| good & (is_digit(b) | is_space(b)));
    let digits = body.len() - spaces;
    if good && digits > 0 && padding <= 2 && (digits + padding).is_multiple_of(4) {
        Ok(())
    } else {
        Err("must be base64 (RFC 4648) with its padding")
    }
}

fn is_digit(byte: u8) -> bool {
    matches!(byte, b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/')
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}
