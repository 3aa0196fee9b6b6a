//! Value sets as sorted lists of codes.

/// The position of a value set in its table; stable only within one build.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(transparent)]
pub struct ValueSetIx(pub u16);

/// A value set whose codes can be listed.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub struct ValueSet {
    /// The canonical URL without version.
    pub url: &'static str,
    /// The codes by system, sorted by system.
    #[serde(deserialize_with = "crate::pack::leaked")]
    pub systems: &'static [SystemCodes],
}

/// The codes one system gives to a value set.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub struct SystemCodes {
    /// The code system's URL.
    pub system: &'static str,
    /// The codes, sorted.
    #[serde(deserialize_with = "crate::pack::leaked")]
    pub codes: &'static [&'static str],
}

impl ValueSet {
    /// Whether the code of this system is a member.
    pub fn contains(&self, system: &str, code: &str) -> bool {
        self.systems
            .iter()
            .any(|s| s.system == system && s.codes.binary_search(&code).is_ok())
    }

    /// Whether any system of the set has this code: the rule for an element of type `code`.
    pub fn contains_code(&self, code: &str) -> bool {
        self.systems
            .iter()
            .any(|s| s.codes.binary_search(&code).is_ok())
    }
}
