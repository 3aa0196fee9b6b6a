//! Page links: where the next page begins, sealed so that only this instance can have written it.
//!
//! A sealed place is `base64url(HMAC-SHA-256 ‖ cursor)`. The HMAC covers the cursor and the search
//! it belongs to, under a key of the instance, so a place that was altered, moved to another
//! search or taken from another instance does not open.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cresset_store::Cursor;

/// The parameter a page link carries its place in.
pub const PARAMETER: &str = "_page";

const TAG_BYTES: usize = 32;
/// Longest place that is looked at; cursors are a few keys long.
const SEALED_CHARS_MAX: usize = 8 * 1024;

/// Seals and opens the places of one instance.
#[derive(Clone)]
pub struct Sealer {
    key: hmac::Key,
}

impl Sealer {
    /// A sealer with the instance's own key.
    pub fn new(key: &[u8; 32]) -> Self {
        Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, key),
        }
    }

    /// The place as it appears in a link. `search` names what is walked: its type and parameters.
    pub fn seal(&self, search: &str, cursor: &Cursor) -> String {
        let tag = hmac::sign(&self.key, &message(search, &cursor.0));
        URL_SAFE_NO_PAD.encode([tag.as_ref(), &cursor.0].concat())
    }

    /// A keyed digest of the parameters of a search: without the key no value can be guessed from it.
    pub(crate) fn fingerprint(&self, pairs: &[(String, String)]) -> [u8; 8] {
        let mut digest = hmac::Context::with_key(&self.key);
        for (name, value) in pairs {
            digest.update(name.as_bytes());
            digest.update(&[0]);
            digest.update(value.as_bytes());
            digest.update(&[0]);
        }
        let tag = digest.sign();
        tag.as_ref().first_chunk().copied().unwrap_or_default()
    }

    /// The place a link named, if it was sealed here for this `search`.
    pub fn open(&self, search: &str, sealed: &str) -> Option<Cursor> {
        if sealed.len() > SEALED_CHARS_MAX {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let (tag, cursor) = bytes.split_at_checked(TAG_BYTES)?;
        hmac::verify(&self.key, &message(search, cursor), tag).ok()?;
        Some(Cursor(cursor.to_vec()))
    }
}

/// The length first, so that no search can borrow bytes from the cursor behind it.
fn message(search: &str, cursor: &[u8]) -> Vec<u8> {
    let length = u64::try_from(search.len()).unwrap_or(u64::MAX);
    [&length.to_be_bytes(), search.as_bytes(), cursor].concat()
}

#[cfg(test)]
mod tests {
    use super::{Cursor, Sealer};

    #[test]
    fn opens_only_what_was_sealed_here_for_this_search() {
        let sealer = Sealer::new(&[1; 32]);
        let cursor = Cursor(vec![1, 2, 3]);
        let place = sealer.seal("Patient?name=x", &cursor);
        assert_eq!(sealer.open("Patient?name=x", &place), Some(cursor));
        assert_eq!(sealer.open("Patient?name=y", &place), None);
        assert_eq!(Sealer::new(&[2; 32]).open("Patient?name=x", &place), None);
        for altered in [
            "",
            "A",
            "!",
            &place[..place.len() - 2],
            &format!("A{}", &place[1..]),
        ] {
            let expect = (altered == place).then(|| Cursor(vec![1, 2, 3]));
            assert_eq!(sealer.open("Patient?name=x", altered), expect, "{altered}");
        }
    }
}
