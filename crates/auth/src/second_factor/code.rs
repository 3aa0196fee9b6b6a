//! Codes that change with the time (RFC 6238, over RFC 4226).

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;
use cresset_base::{Secret, Timestamp};
use url::Url;

/// How long one code is shown, in seconds.
const STEP_S: i64 = 30;
/// Bytes of a secret: as many as its hash has (RFC 4226 §4, R6).
const SECRET_BYTES: usize = 20;
const DIGITS: usize = 6;
/// RFC 4648 §6.
const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// What the person's device and the server share.
pub(super) struct SharedSecret([u8; SECRET_BYTES]);

impl SharedSecret {
    /// The secret of a person that goes with a salt.
    pub(super) fn derived(key: &hmac::Key, user: &str, salt: &str) -> Self {
        let tag = hmac::sign(key, format!("{user}\n{salt}").as_bytes());
        let mut secret = [0; SECRET_BYTES];
        for (to, from) in secret.iter_mut().zip(tag.as_ref()) {
            *to = *from;
        }
        Self(secret)
    }
}

/// The step whose code this is: the present one, or a neighbour where clocks differ (§5.2).
pub(super) fn matching_step(secret: &SharedSecret, code: &str, now: Timestamp) -> Option<i64> {
    let present = now.as_second().div_euclid(STEP_S);
    let mut found = None;
    for step in [present - 1, present, present + 1] {
        let expected = code_of(secret, step);
        if verify_slices_are_equal(expected.as_bytes(), code.as_bytes()).is_ok() {
            found = Some(step);
        }
    }
    found
}

/// When no clock can show the code of a step any more, in seconds.
pub(super) fn end_s(step: i64) -> i64 {
    (step + 2) * STEP_S
}

/// RFC 4226 §5.3. The hash is the one that every app knows; its weakness, that two texts of one hash
/// can be found, is none here.
fn code_of(secret: &SharedSecret, step: i64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &secret.0);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let tag = tag.as_ref();
    let offset = usize::from(tag.last().copied().unwrap_or_default() & 0xf);
    let number = tag
        .iter()
        .skip(offset)
        .take(4)
        .fold(0, |number: u32, byte| number << 8 | u32::from(*byte));
    format!("{:0DIGITS$}", (number & 0x7fff_ffff) % 1_000_000)
}

/// A secret as people type it.
pub(super) fn base32(secret: &SharedSecret) -> Secret<String> {
    Secret::new(base32_of(&secret.0))
}

/// Bytes in base32, unpadded; whole groups of five bytes only.
pub(super) fn base32_of(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 8 / 5);
    for group in bytes.chunks_exact(5) {
        let number = group
            .iter()
            .fold(0, |n: u64, byte| n << 8 | u64::from(*byte));
        for at in (0..8).rev() {
            let place = usize::try_from(number >> (5 * at) & 0x1f).unwrap_or_default();
            text.push(char::from(ALPHABET.get(place).copied().unwrap_or_default()));
        }
    }
    text
}

/// The address that apps read from a picture.
pub(super) fn address(practice: &str, login: &str, secret: &SharedSecret) -> Secret<String> {
    let text = base32_of(&secret.0);
    let plain = format!(
        "otpauth://totp/?secret={text}&issuer={practice}&algorithm=SHA1&digits={DIGITS}&period={STEP_S}"
    );
    let mut address = Url::parse(&plain).ok();
    if let Some(mut path) = address
        .as_mut()
        .and_then(|url| url.path_segments_mut().ok())
    {
        path.clear().push(&format!("{practice}:{login}"));
    }
    Secret::new(address.map_or(plain, String::from))
}

#[cfg(test)]
mod tests {
    use super::{SharedSecret, address, base32_of, code_of, matching_step};

    fn of_rfc() -> SharedSecret {
        SharedSecret(*b"12345678901234567890")
    }

    /// RFC 6238, Appendix B, the last six digits.
    #[test]
    fn codes_are_those_of_the_standard() {
        for (at_s, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(code_of(&of_rfc(), at_s / 30), code, "{at_s}");
        }
    }

    #[test]
    fn a_code_is_good_for_its_time_and_a_little_around_it() {
        for (at_s, expect) in [
            (29, false),
            (30, true),
            (59, true),
            (119, true),
            (120, false),
        ] {
            let now = cresset_base::Timestamp::from_second(at_s).unwrap();
            // The code of the seconds 60 to 89.
            let found = matching_step(&of_rfc(), &code_of(&of_rfc(), 2), now);
            assert_eq!(found.is_some(), expect, "{at_s}");
        }
        let now = cresset_base::Timestamp::from_second(59).unwrap();
        for wrong in ["", "28708", "2870820", "94287082", "287083"] {
            assert_eq!(matching_step(&of_rfc(), wrong, now), None, "{wrong}");
        }
    }

    #[test]
    fn a_secret_is_written_as_apps_read_it() {
        assert_eq!(base32_of(&of_rfc().0), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert_eq!(
            address("sunrise", "ann lee@example.org", &of_rfc()).expose(),
            "otpauth://totp/sunrise:ann%20lee@example.org?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\
             &issuer=sunrise&algorithm=SHA1&digits=6&period=30"
        );
    }
}
