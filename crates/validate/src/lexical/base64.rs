//! `base64Binary`: RFC 4648 §4 with padding; white space between groups is tolerated.

use super::Fault;

pub(super) fn check(text: &str) -> Result<(), Fault> {
    let fault = "must be base64 (RFC 4648) with its padding";
    let (mut digits, mut padding) = (0_usize, 0_usize);
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' if padding == 0 => digits += 1,
            b'=' => padding += 1,
            b' ' | b'\t' | b'\r' | b'\n' => {}
            _ => return Err(fault),
        }
    }
    if digits > 0 && padding <= 2 && (digits + padding).is_multiple_of(4) {
        Ok(())
    } else {
        Err(fault)
    }
}
