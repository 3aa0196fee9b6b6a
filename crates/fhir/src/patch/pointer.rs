//! JSON Pointer (RFC 6901).

use cresset_model::{Step, Value};

/// A place in a document, as its reference tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pointer(Vec<Box<str>>);

impl Pointer {
    /// Reads a pointer; `None` when it does not begin with `/` or holds a `~` that is no escape.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if text.is_empty() {
            return Some(Self(Vec::new()));
        }
        let rest = text.strip_prefix('/')?;
        rest.split('/').map(token).collect::<Option<_>>().map(Self)
    }

    /// The containing place and the last token; `None` for the whole document.
    pub(super) fn split(&self) -> Option<(&[Box<str>], &str)> {
        self.0.split_last().map(|(last, rest)| (rest, &**last))
    }

    /// Whether this place lies within `other`, and is not it.
    pub(super) fn is_below(&self, other: &Self) -> bool {
        self.0.len() > other.0.len() && self.0.starts_with(&other.0)
    }

    /// How many containers lie above it.
    pub(super) fn depth(&self) -> usize {
        self.0.len()
    }

    /// The value there.
    pub(super) fn find<'v>(&self, document: &'v mut Value) -> Option<&'v mut Value> {
        find(document, &self.0)
    }
}

/// The value these tokens lead to.
pub(super) fn find<'v>(document: &'v mut Value, tokens: &[Box<str>]) -> Option<&'v mut Value> {
    tokens.iter().try_fold(document, |value, token| {
        let step = match value {
            Value::Array(_) => Step::Item(index(token)?),
            _ => Step::Member(token.clone()),
        };
        value.at_mut(&[step])
    })
}

/// RFC 6901 §4: digits without a leading zero.
pub(super) fn index(token: &str) -> Option<usize> {
    let plain = token == "0" || !token.starts_with('0');
    let digits = !token.is_empty() && token.bytes().all(|b| b.is_ascii_digit());
    (plain && digits).then(|| token.parse().ok()).flatten()
}

fn token(escaped: &str) -> Option<Box<str>> {
    let mut out = String::with_capacity(escaped.len());
    let mut chars = escaped.chars();
    while let Some(c) = chars.next() {
        out.push(match c {
            '~' => match chars.next()? {
                '0' => '~',
                '1' => '/',
                _ => return None,
            },
            c => c,
        });
    }
    Some(out.into())
}

#[cfg(test)]
mod tests {
    use super::{Pointer, index};

    #[test]
    fn tokens_are_unescaped_and_indexes_are_plain() {
        let tokens = |text: &str| Pointer::parse(text).map(|p| p.0.join(","));
        assert_eq!(tokens("").as_deref(), Some(""));
        assert_eq!(tokens("/a~1b/~01//0").as_deref(), Some("a/b,~1,,0"));
        for bad in ["a", "/~", "/~2", "#/a"] {
            assert_eq!(tokens(bad), None, "{bad}");
        }
        assert_eq!((index("0"), index("10")), (Some(0), Some(10)));
        for bad in ["", "01", "-", "+1", "1e0", "99999999999999999999999"] {
            assert_eq!(index(bad), None, "{bad}");
        }
    }
}
