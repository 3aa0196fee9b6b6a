//! Resource types as small integers.

/// One of the concrete resource types of R4 (`Resource` and `DomainResource` are not among them).
#[derive(
    Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(transparent)]
pub struct ResourceType(u8);

macro_rules! resource_types {
    ($($name:ident),* $(,)?) => {
        /// Every concrete R4 resource type in alphabetical order; R4 is frozen, so positions are stable.
        const NAMES: &[&str] = &[$(stringify!($name)),*];
    };
}

include!("resource_type/names.rs");

impl ResourceType {
    /// The type with this exact name.
    pub fn parse(name: &str) -> Option<Self> {
        let at = NAMES.binary_search(&name).ok()?;
        u8::try_from(at).ok().map(Self)
    }

    /// The name as the standard spells it.
    pub fn name(self) -> &'static str {
        NAMES.get(usize::from(self.0)).copied().unwrap_or_default()
    }

    /// The number stored in integer ids; stable for R4.
    pub fn code(self) -> u8 {
        self.0
    }

    /// The type with this number.
    pub fn from_code(code: u8) -> Option<Self> {
        (usize::from(code) < NAMES.len()).then_some(Self(code))
    }

    /// Every type in alphabetical order.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..=u8::MAX).map_while(Self::from_code)
    }
}

impl std::fmt::Display for ResourceType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl std::fmt::Debug for ResourceType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::{NAMES, ResourceType};

    #[test]
    fn names_are_sorted_and_round_trip() {
        assert!(NAMES.is_sorted());
        for t in ResourceType::all() {
            assert_eq!(ResourceType::parse(t.name()), Some(t));
            assert_eq!(ResourceType::from_code(t.code()), Some(t));
        }
        assert_eq!(ResourceType::parse("DomainResource"), None);
    }
}
