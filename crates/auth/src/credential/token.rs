//! Access and refresh tokens: random, behind the moment they were made.
//!
//! A store keeps them by a key. Were it random like the token, each of the tokens that share a commit
//! would change another page of the store; behind the moment they lie side by side.

use cresset_base::{Rng, Secret, Timestamp};
use cresset_store::grant::Hashed;

use super::{Kind, RANDOM_CHARS, generate_marked, hash};

/// Milliseconds in hexadecimal, 40 bits of them. That they begin again every 34 years costs pages, no more.
const MOMENT_CHARS: usize = 10;
const MOMENT_BYTES: usize = MOMENT_CHARS / 2;
/// What such a token has behind its tag and mark; one of an earlier version has no moment.
pub(super) const CHARS: usize = MOMENT_CHARS + RANDOM_CHARS;
const MOMENTS: i64 = 1 << (8 * MOMENT_BYTES);

/// A new token, which says when it was made.
pub(crate) fn generate(
    kind: Kind,
    (mark, now): (Option<&str>, Timestamp),
    rng: &dyn Rng,
) -> Secret<String> {
    let mut token = generate_marked(kind, mark, rng).expose().clone();
    let moment = now.as_millisecond().rem_euclid(MOMENTS);
    let at = token.len().saturating_sub(RANDOM_CHARS);
    token.insert_str(at, &format!("{moment:0MOMENT_CHARS$x}"));
    Secret::new(token)
}

/// What a token is stored and found by: its moment and, of its SHA-256, the first 216 bits.
///
/// A moment that somebody made up finds nothing, for the rest is of the whole token.
pub fn key(token: &str) -> Hashed {
    let hashed = hash(token);
    let Some(moment) = moment(token) else {
        return hashed;
    };
    let moment = moment.to_be_bytes();
    let moment = moment.iter().skip(size_of::<u64>() - MOMENT_BYTES);
    let mut key = [0; 32];
    for (to, from) in key.iter_mut().zip(moment.chain(&hashed.0)) {
        *to = *from;
    }
    Hashed(key)
}

fn moment(token: &str) -> Option<u64> {
    let start = token.len().checked_sub(CHARS)?;
    let before = token.get(..start)?;
    if !before.ends_with(['_', '.']) {
        return None;
    }
    u64::from_str_radix(token.get(start..start + MOMENT_CHARS)?, 16).ok()
}

#[cfg(test)]
mod tests {
    use cresset_base::Timestamp;
    use cresset_testkit::SeededRng;

    use super::{generate, key};
    use crate::credential::{Kind, hash, is_marked};

    fn made(mark: Option<&str>, at: &str) -> String {
        let at: Timestamp = at.parse().unwrap();
        let rng = SeededRng::new(7);
        generate(Kind::AccessToken, (mark, at), &rng)
            .expose()
            .clone()
    }

    #[test]
    fn keys_stand_in_the_order_of_their_making() {
        let first = made(None, "2026-11-27T10:00:00.001Z");
        let second = made(None, "2026-11-27T10:00:00.002Z");
        assert!(is_marked(Kind::AccessToken, None, &first), "{first}");
        assert!(key(&first).0 < key(&second).0);
        assert_eq!(key(&first).0.get(..4), key(&second).0.get(..4));
        assert_ne!(key(&first).0.get(5..), key(&second).0.get(5..));
    }

    #[test]
    fn a_mark_is_no_moment() {
        let mark = Some("0123456789abcdef01234567");
        let token = made(mark, "2026-11-27T10:00:00Z");
        assert!(is_marked(Kind::AccessToken, mark, &token), "{token}");
        assert!(!is_marked(Kind::AccessToken, None, &token));
        assert_eq!(
            key(&token).0.get(..5),
            key(&made(None, "2026-11-27T10:00:00Z")).0.get(..5)
        );
    }

    /// Tokens of earlier versions are known on.
    #[test]
    fn one_without_a_moment_is_found_by_its_hash() {
        for token in [
            format!("crt_{}", "a".repeat(43)),
            format!("crt_0123456789abcdef01234567.{}", "a".repeat(43)),
        ] {
            assert_eq!(key(&token).0, hash(&token).0);
        }
    }
}
