//! What a resource leaves in the index.

use std::borrow::Cow;

use cresset_base::ResourceId;
use cresset_definitions::{ParameterIx, ResourceType};

use crate::value::DateRange;

/// One searchable fact of one resource.
#[derive(Debug, Clone, PartialEq)]
pub struct IndexRow<'t> {
    /// The search parameter it answers.
    pub parameter: ParameterIx,
    /// The value it holds.
    pub value: IndexValue<'t>,
}

/// A value as found in a resource, before a backend encodes it.
#[derive(Debug, Clone, PartialEq)]
pub enum IndexValue<'t> {
    /// Coding, Identifier, code, boolean, `ContactPoint`, …; an empty code stands for none.
    Token {
        /// The system as written, if any.
        system: Option<Cow<'t, str>>,
        /// The code as written.
        code: Cow<'t, str>,
    },
    /// What people read of a coded value: its text or a display; what `:text` matches.
    Said(Cow<'t, str>),
    /// An identifier with one of its types; what `:of-type` matches.
    OfType {
        /// The system of the type's code, if any.
        system: Option<Cow<'t, str>>,
        /// The type's code.
        code: Cow<'t, str>,
        /// The identifier's value.
        value: Cow<'t, str>,
    },
    /// A reference into this instance, `Type/id`; versions are dropped.
    Local(ResourceType, ResourceId),
    /// A reference elsewhere: absolute, canonical or `urn:`.
    Elsewhere(Cow<'t, str>),
    /// `Reference.identifier`, what `:identifier` matches.
    ReferenceIdentifier {
        /// The system as written, if any.
        system: Option<Cow<'t, str>>,
        /// The value as written.
        value: Cow<'t, str>,
    },
    /// date, dateTime, instant, Period, Timing.
    Date(DateRange),
    /// decimal, integer.
    Number(f64),
    /// Quantity and its kin.
    Quantity {
        /// `Quantity.value`.
        value: f64,
        /// `Quantity.system`.
        system: Option<Cow<'t, str>>,
        /// `Quantity.code`.
        code: Option<Cow<'t, str>>,
        /// `Quantity.unit`.
        unit: Option<Cow<'t, str>>,
    },
    /// A string as written; [`crate::text::fold`] gives the form that is matched.
    Text(Cow<'t, str>),
    /// uri, url, canonical, oid, uuid.
    Uri(Cow<'t, str>),
    /// A place on the surface of the earth, in degrees.
    Place {
        /// North of the equator.
        latitude: f64,
        /// East of Greenwich.
        longitude: f64,
    },
    /// The parts of one occurrence of a composite, in the order of its components.
    Composite(Vec<IndexValue<'t>>),
}

impl IndexRow<'_> {
    /// The same row, independent of the tree it was extracted from.
    pub fn into_owned(self) -> IndexRow<'static> {
        IndexRow {
            parameter: self.parameter,
            value: self.value.into_owned(),
        }
    }
}

impl IndexValue<'_> {
    /// The same value, independent of the tree it was extracted from.
    pub fn into_owned(self) -> IndexValue<'static> {
        match self {
            Self::Token { system, code } => IndexValue::Token {
                system: system.map(owned),
                code: owned(code),
            },
            Self::Said(text) => IndexValue::Said(owned(text)),
            Self::OfType {
                system,
                code,
                value,
            } => IndexValue::OfType {
                system: system.map(owned),
                code: owned(code),
                value: owned(value),
            },
            Self::Local(resource_type, id) => IndexValue::Local(resource_type, id),
            Self::Elsewhere(uri) => IndexValue::Elsewhere(owned(uri)),
            Self::ReferenceIdentifier { system, value } => IndexValue::ReferenceIdentifier {
                system: system.map(owned),
                value: owned(value),
            },
            Self::Date(range) => IndexValue::Date(range),
            Self::Number(value) => IndexValue::Number(value),
            Self::Quantity {
                value,
                system,
                code,
                unit,
            } => IndexValue::Quantity {
                value,
                system: system.map(owned),
                code: code.map(owned),
                unit: unit.map(owned),
            },
            Self::Text(text) => IndexValue::Text(owned(text)),
            Self::Uri(uri) => IndexValue::Uri(owned(uri)),
            Self::Place {
                latitude,
                longitude,
            } => IndexValue::Place {
                latitude,
                longitude,
            },
            Self::Composite(parts) => {
                IndexValue::Composite(parts.into_iter().map(IndexValue::into_owned).collect())
            }
        }
    }
}

fn owned(text: Cow<'_, str>) -> Cow<'static, str> {
    Cow::Owned(text.into_owned())
}
