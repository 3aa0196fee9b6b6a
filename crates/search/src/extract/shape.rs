//! Data types by what search makes of them.

use std::sync::OnceLock;

use cresset_definitions::{Definitions, Primitive, SearchType, TypeDef, TypeIx, TypeKind, r4};

/// What search makes of a data type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// boolean
    Boolean,
    /// decimal, integer and its kin
    Number,
    /// string, code, id, markdown
    Text,
    /// uri and its kin but canonical
    Uri,
    Canonical,
    /// date, dateTime, instant
    Date,
    Period,
    Timing,
    /// What has an instant as its `start` and another as its `end`, and is as long as the time between.
    Slot,
    Coding,
    CodeableConcept,
    Identifier,
    ContactPoint,
    Reference,
    /// Quantity and what specialises it
    Quantity,
    Money,
    Range,
    SampledData,
    HumanName,
    Address,
    /// Nothing a parameter can match.
    Other,
}

impl Shape {
    /// The shape of a type.
    pub(crate) fn of(type_ix: TypeIx) -> Self {
        static SHAPES: OnceLock<Vec<Shape>> = OnceLock::new();
        let shapes = SHAPES.get_or_init(|| {
            r4().types()
                .iter()
                .map(|t| Self::from_definition(r4(), t))
                .collect()
        });
        shapes
            .get(usize::from(type_ix.0))
            .copied()
            .unwrap_or(Self::Other)
    }

    /// Whether values of this shape can be found by a parameter of this kind.
    pub(crate) fn fits(self, search_type: SearchType) -> bool {
        match search_type {
            SearchType::Token => matches!(
                self,
                Self::Coding
                    | Self::CodeableConcept
                    | Self::Identifier
                    | Self::ContactPoint
                    | Self::Boolean
                    | Self::Number
                    | Self::Text
                    | Self::Uri
                    | Self::Canonical
            ),
            SearchType::Reference => {
                matches!(self, Self::Reference | Self::Canonical | Self::Uri)
            }
            SearchType::Date => matches!(self, Self::Date | Self::Period | Self::Timing),
            SearchType::Number => matches!(self, Self::Number | Self::Quantity | Self::Range),
            SearchType::Quantity => matches!(
                self,
                Self::Quantity | Self::Range | Self::SampledData | Self::Money | Self::Number
            ),
            SearchType::String => matches!(
                self,
                Self::HumanName
                    | Self::Address
                    | Self::CodeableConcept
                    | Self::Text
                    | Self::Uri
                    | Self::Canonical
            ),
            SearchType::Uri => matches!(self, Self::Uri | Self::Canonical | Self::Text),
            SearchType::Composite | SearchType::Special => false,
        }
    }

    fn from_definition(tables: &Definitions, definition: &TypeDef) -> Self {
        if let TypeKind::Primitive(primitive) = definition.kind {
            return Self::from_primitive(primitive);
        }
        match definition.name {
            "Period" => Self::Period,
            "Timing" => Self::Timing,
            "Slot" => Self::Slot,
            "Coding" => Self::Coding,
            "CodeableConcept" => Self::CodeableConcept,
            "Identifier" => Self::Identifier,
            "ContactPoint" => Self::ContactPoint,
            "Reference" => Self::Reference,
            "Quantity" => Self::Quantity,
            "Money" => Self::Money,
            "Range" => Self::Range,
            "SampledData" => Self::SampledData,
            "HumanName" => Self::HumanName,
            "Address" => Self::Address,
            // Age, Count, Duration, …
            _ => match definition.base.and_then(|base| tables.type_at(base)) {
                Some(base) if base.name == "Quantity" => Self::Quantity,
                _ => Self::Other,
            },
        }
    }

    fn from_primitive(primitive: Primitive) -> Self {
        match primitive {
            Primitive::Boolean => Self::Boolean,
            Primitive::Integer
            | Primitive::UnsignedInt
            | Primitive::PositiveInt
            | Primitive::Decimal => Self::Number,
            Primitive::String | Primitive::Markdown | Primitive::Code | Primitive::Id => Self::Text,
            Primitive::Uri | Primitive::Url | Primitive::Oid | Primitive::Uuid => Self::Uri,
            Primitive::Canonical => Self::Canonical,
            Primitive::Date | Primitive::DateTime | Primitive::Instant => Self::Date,
            Primitive::Base64Binary | Primitive::Time | Primitive::Xhtml => Self::Other,
        }
    }
}
