//! Identifiers that arrive from outside and are checked once, at the door.

use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// Why a text is not an identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{expected}")]
pub struct InvalidName {
    /// What would have been accepted, as a sentence for the person who sent it.
    pub expected: &'static str,
}

/// The name of one practice's instance: it appears in paths, host names and directory names.
///
/// 1 to 40 characters of `a-z`, `0-9` and inner hyphens, beginning with a letter.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct InstanceName(Arc<str>);

impl InstanceName {
    const EXPECTED: InvalidName = InvalidName {
        expected: "an instance name is 1 to 40 characters of a-z, 0-9 and inner hyphens, beginning with a letter",
    };

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for InstanceName {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let legal = text.len() <= 40
            && text.starts_with(|c: char| c.is_ascii_lowercase())
            && !text.ends_with('-')
            && text
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if legal {
            Ok(Self(text.into()))
        } else {
            Err(Self::EXPECTED)
        }
    }
}

/// The logical id of a resource (FHIR R4 `id`: 1 to 64 characters of `A-Z a-z 0-9 - .`).
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ResourceId(Arc<str>);

impl ResourceId {
    const EXPECTED: InvalidName = InvalidName {
        expected: "an id is 1 to 64 characters of A-Z, a-z, 0-9, '-' and '.'",
    };

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for ResourceId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl FromStr for ResourceId {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let legal = (1..=64).contains(&text.len())
            // Counted to the end, so that many bytes are looked at together.
            && text.bytes().filter(|b| !is_of_id(*b)).count() == 0;
        if legal {
            Ok(Self(text.into()))
        } else {
            Err(Self::EXPECTED)
        }
    }
}

const fn is_of_id(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.')
}

macro_rules! shown_as_text {
    ($($name:ident),*) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }
    )*};
}

shown_as_text!(InstanceName, ResourceId);

#[cfg(test)]
mod tests {
    use super::{InstanceName, ResourceId};

    #[test]
    fn instance_names_are_safe_in_paths_and_hosts() {
        for good in ["a", "demo", "sunrise-health-2"] {
            assert!(good.parse::<InstanceName>().is_ok(), "{good}");
        }
        for bad in [
            "",
            "-a",
            "a-",
            "A",
            "a.b",
            "a/b",
            "..",
            "1a",
            &"a".repeat(41),
        ] {
            assert!(bad.parse::<InstanceName>().is_err(), "{bad}");
        }
    }

    #[test]
    fn resource_ids_follow_the_fhir_grammar() {
        for good in ["1", "a.b-C", &"x".repeat(64)] {
            assert!(good.parse::<ResourceId>().is_ok(), "{good}");
        }
        for bad in ["", "a/b", "a b", "ä", "a_b", &"x".repeat(65)] {
            assert!(bad.parse::<ResourceId>().is_err(), "{bad}");
        }
    }
}
