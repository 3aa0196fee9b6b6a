//! Search parameters as the store and the query parser see them.

use crate::ResourceType;

/// The position of a search parameter in the tables of this build, one per (resource type, code), or
/// behind them that of one an instance defines ([`crate::Definition`]).
///
/// It is stable only within one process; what is stored uses the store's own numbers.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Default,
    serde::Serialize,
    serde::Deserialize,
)]
pub struct ParameterIx(pub u32);

impl ParameterIx {
    /// The same as a place in a list.
    pub fn place(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

/// FHIR R4 `SearchParamType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum SearchType {
    /// `number`
    Number,
    /// `date`
    Date,
    /// `string`
    String,
    /// `token`
    Token,
    /// `reference`
    Reference,
    /// `composite`
    Composite,
    /// `quantity`
    Quantity,
    /// `uri`
    Uri,
    /// `special`
    Special,
}

impl SearchType {
    const ALL: [Self; 9] = [
        Self::Number,
        Self::Date,
        Self::String,
        Self::Token,
        Self::Reference,
        Self::Composite,
        Self::Quantity,
        Self::Uri,
        Self::Special,
    ];

    /// The code as the standard spells it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Date => "date",
            Self::String => "string",
            Self::Token => "token",
            Self::Reference => "reference",
            Self::Composite => "composite",
            Self::Quantity => "quantity",
            Self::Uri => "uri",
            Self::Special => "special",
        }
    }

    /// The type with this code.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|of| of.code() == code)
    }
}

/// One search parameter of one resource type.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub struct SearchParameter {
    /// Its place in the tables; assigned when the packs are loaded.
    #[serde(skip)]
    pub ix: ParameterIx,
    /// The type it searches.
    pub resource_type: ResourceType,
    /// The name in the URL, for example `birthdate` or `_lastUpdated`.
    pub code: &'static str,
    /// The canonical URL of its definition.
    pub url: &'static str,
    /// What kind of value it matches.
    pub search_type: SearchType,
    /// The FHIRPath expression, already narrowed to `resource_type` (no alternatives of other types).
    pub expression: &'static str,
    /// For a reference: the resource types it may point to; empty means any.
    #[serde(deserialize_with = "crate::pack::leaked")]
    pub targets: &'static [ResourceType],
    /// For a composite: its parts in order.
    #[serde(deserialize_with = "crate::pack::leaked")]
    pub components: &'static [Component],
}

/// One part of a composite parameter.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub struct Component {
    /// Evaluated relative to each element the composite's expression gives.
    pub expression: &'static str,
    /// What kind of value the part matches.
    pub search_type: SearchType,
    /// The code of the parameter the part comes from.
    pub code: &'static str,
}
