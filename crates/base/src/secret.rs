//! A value that must not be printed.

use std::fmt;

/// Holds a plain secret (a token, a client secret, a password) for as long as it must be plain.
///
/// It implements neither `Display` nor `Serialize`, and its `Debug` prints no content, so that a
/// plain secret can be neither logged nor stored by accident. [`Secret::expose`] is the one way
/// out and is easy to search for.
#[derive(Clone)]
pub struct Secret<T>(T);

impl<T> Secret<T> {
    /// Wraps a plain value.
    pub fn new(plain: T) -> Self {
        Self(plain)
    }

    /// The plain value, for the one place that must send or compare it.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn debug_shows_nothing_of_the_secret() {
        let shown = format!("{:?}", Secret::new("hunter2"));
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}
