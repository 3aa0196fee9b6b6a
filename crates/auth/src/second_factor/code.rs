//! Codes that change with the time (RFC 6238, over RFC 4226).

use aws_lc_rs::hmac;
use cresset_base::{Secret, Timestamp};
use cresset_store::Error as StoreError;
use totp_rs::{Algorithm, Builder, Totp, TotpError};

/// How long one code is shown, in seconds.
const STEP_S: u64 = 30;
/// Steps by which clocks may differ (RFC 6238 §5.2).
const SKEW: u16 = 1;
const DIGITS: u8 = 6;
/// Bytes of a secret: as many as its hash has (RFC 4226 §4, R6).
const SECRET_BYTES: usize = 20;

/// The codes that the person's device shows.
pub(super) struct Codes(Totp);

impl Codes {
    /// Those of a person that go with a salt; device and picture name them by practice and login.
    ///
    /// # Errors
    /// [`StoreError::Failed`] when there can be no such codes.
    pub(super) fn derived(
        key: &hmac::Key,
        (practice, login): (&str, &str),
        (user, salt): (&str, &str),
    ) -> Result<Self, StoreError> {
        let tag = hmac::sign(key, format!("{user}\n{salt}").as_bytes());
        let mut secret = [0; SECRET_BYTES];
        for (to, from) in secret.iter_mut().zip(tag.as_ref()) {
            *to = *from;
        }
        Self::of(secret, practice, login).map_err(|error| StoreError::failed(error.to_string()))
    }

    fn of(secret: [u8; SECRET_BYTES], practice: &str, login: &str) -> Result<Self, TotpError> {
        // A colon parts the two in the address.
        let named = |text: &str| text.replace(':', " ");
        let codes = Builder::new()
            .with_algorithm(Algorithm::SHA1)
            .with_digits(DIGITS)
            .with_skew(SKEW)
            .with_step_duration(STEP_S)
            .with_secret(secret)
            .with_issuer(Some(named(practice)))
            .with_account_name(named(login))
            .build()?;
        Ok(Self(codes))
    }

    /// The step whose code this is: the present one, or a neighbour where clocks differ.
    pub(super) fn step_of(&self, code: &str, now: Timestamp) -> Option<u64> {
        self.0.check(code, u64::try_from(now.as_second()).ok()?)
    }

    /// The secret in base32, as people type it.
    pub(super) fn typed(&self) -> Secret<String> {
        Secret::new(grouped(&self.0.secret().to_base32(), ' '))
    }

    /// The address that apps read from a picture.
    ///
    /// # Errors
    /// [`StoreError::Failed`] when the person has no name to sign in with.
    pub(super) fn address(&self) -> Result<Secret<String>, StoreError> {
        let address = self.0.to_url();
        address
            .map(Secret::new)
            .map_err(|error| StoreError::failed(error.to_string()))
    }
}

/// Bytes in base32 (RFC 4648 §6), unpadded.
pub(super) fn base32_of(bytes: &[u8]) -> String {
    totp_rs::Secret::new(bytes.into()).to_base32()
}

/// In groups of four, which people read without losing their place.
pub(super) fn grouped(text: &str, separator: char) -> String {
    let mut grouped = String::with_capacity(text.len() * 5 / 4);
    for (at, letter) in text.chars().enumerate() {
        if at > 0 && at % 4 == 0 {
            grouped.push(separator);
        }
        grouped.push(letter);
    }
    grouped
}

/// When no clock can show the code of a step any more.
pub(super) fn end_of(step: u64) -> Timestamp {
    let end_s = (step + u64::from(SKEW) + 1).saturating_mul(STEP_S);
    let end_s = i64::try_from(end_s).unwrap_or(i64::MAX);
    Timestamp::from_second(end_s).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use cresset_base::Timestamp;

    use super::{Codes, end_of};

    fn of_rfc() -> Codes {
        Codes::of(*b"12345678901234567890", "sun:rise", "ann lee@example.org").unwrap()
    }

    fn step_of(code: &str, at_s: i64) -> Option<u64> {
        of_rfc().step_of(code, Timestamp::from_second(at_s).unwrap())
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
            let step = u64::try_from(at_s / 30).unwrap();
            assert_eq!(step_of(code, at_s), Some(step), "{at_s}");
        }
    }

    #[test]
    fn a_code_is_good_for_its_time_and_a_little_around_it() {
        // The code of the seconds 30 to 59.
        for (at_s, expect) in [(0, true), (30, true), (59, true), (89, true), (90, false)] {
            assert_eq!(step_of("287082", at_s).is_some(), expect, "{at_s}");
        }
        assert_eq!(end_of(1), Timestamp::from_second(90).unwrap());
        for wrong in ["", "28708", "2870820", "94287082", "287083", "+87082"] {
            assert_eq!(step_of(wrong, 59), None, "{wrong}");
        }
    }

    #[test]
    fn a_secret_is_written_as_apps_read_it() {
        let secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
        assert_eq!(
            of_rfc().typed().expose(),
            "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ"
        );
        assert_eq!(
            *of_rfc().address().unwrap().expose(),
            format!(
                "otpauth://totp/sun%20rise:ann%20lee%40example.org?secret={secret}&issuer=sun%20rise"
            )
        );
    }
}
