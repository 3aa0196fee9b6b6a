//! What came back.

use bytes::Bytes;
use reqwest::header::{AGE, CACHE_CONTROL, HeaderMap};

/// Life of an answer that says nothing about it, in seconds.
const UNSAID_S: u32 = 60;

/// A document, and for how long it may be used again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// Its bytes.
    pub body: Bytes,
    /// Seconds for which it is fresh (RFC 9111 §4.2); 0 when it must not be kept.
    pub fresh_s: u32,
}

impl Fetched {
    pub(crate) fn new(body: Bytes, headers: &HeaderMap) -> Self {
        let said = headers.get_all(CACHE_CONTROL).iter();
        let said = said.filter_map(|value| value.to_str().ok());
        let age = headers.get(AGE).and_then(|value| value.to_str().ok());
        let age_s = age.and_then(|age| age.trim().parse().ok()).unwrap_or(0);
        Self {
            body,
            fresh_s: fresh_s(said, age_s),
        }
    }
}

/// The least of what the directives allow, less the time it already spent in other caches.
fn fresh_s<'h>(said: impl Iterator<Item = &'h str>, age_s: u32) -> u32 {
    let directives = said.flat_map(|value| value.split(','));
    let allowed = directives.filter_map(|directive| {
        let directive = directive.trim().to_ascii_lowercase();
        match directive.split_once('=') {
            // What cannot be read allows nothing.
            Some(("max-age", seconds)) => Some(seconds.trim_matches('"').parse().unwrap_or(0)),
            None if directive == "no-store" || directive == "no-cache" => Some(0),
            Some(("no-cache", _)) => Some(0),
            _ => None,
        }
    });
    let allowed_s: u32 = allowed.min().unwrap_or(UNSAID_S);
    allowed_s.saturating_sub(age_s)
}

#[cfg(test)]
mod tests {
    use super::fresh_s;

    #[test]
    fn nothing_is_kept_longer_than_the_answer_allows() {
        for (said, age_s, expect) in [
            (&[][..], 0, 60),
            (&["max-age=30"], 0, 30),
            (&["public, Max-Age=86400"], 0, 86_400),
            (&["max-age=30"], 10, 20),
            (&["max-age=30"], 31, 0),
            (&["max-age=0"], 0, 0),
            (&["no-store"], 0, 0),
            (&["max-age=30, no-cache"], 0, 0),
            (&["max-age=30", "no-store"], 0, 0),
            (&["max-age=many"], 0, 0),
            (&["max-age=60, max-age=5"], 0, 5),
            (&["private"], 0, 60),
        ] {
            assert_eq!(fresh_s(said.iter().copied(), age_s), expect, "{said:?}");
        }
    }
}
