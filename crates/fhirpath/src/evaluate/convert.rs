//! Conversions between the System types, and what type a value has.

use std::borrow::Cow;

use rust_decimal::Decimal;

use crate::environment::Halt;
use crate::function::Target;
use crate::item::Item;
use crate::quantity::Quantity;
use crate::temporal::{Temporal, TemporalKind};

/// The value as another type; nothing when it is none of that type.
pub(super) fn convert<'a>(value: &Item<'a>, target: Target) -> Option<Item<'a>> {
    match target {
        Target::Boolean => boolean(value).map(Item::Boolean),
        Target::Integer => integer(value).map(Item::Integer),
        Target::Decimal => decimal(value).map(Item::Decimal),
        Target::String => string(value).map(Item::String),
        Target::Date => {
            temporal(value, TemporalKind::Date).map(|t| Item::Temporal(Temporal::date(t)))
        }
        Target::DateTime => temporal(value, TemporalKind::DateTime).map(Item::Temporal),
        Target::Time => temporal(value, TemporalKind::Time).map(Item::Temporal),
        Target::Quantity => quantity(value).map(Item::Quantity),
    }
}

fn boolean(value: &Item<'_>) -> Option<bool> {
    match value {
        Item::Boolean(value) => Some(*value),
        Item::Integer(1) => Some(true),
        Item::Integer(0) => Some(false),
        Item::Decimal(n) if *n == Decimal::ONE => Some(true),
        Item::Decimal(n) if *n == Decimal::ZERO => Some(false),
        Item::String(text) => match text.to_ascii_lowercase().as_str() {
            "true" | "t" | "yes" | "y" | "1" | "1.0" => Some(true),
            "false" | "f" | "no" | "n" | "0" | "0.0" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

fn integer(value: &Item<'_>) -> Option<i64> {
    match value {
        Item::Integer(n) => Some(*n),
        Item::Boolean(value) => Some(i64::from(*value)),
        Item::String(text) => text.parse::<i32>().ok().map(i64::from),
        _ => None,
    }
}

fn decimal(value: &Item<'_>) -> Option<Decimal> {
    match value {
        Item::Decimal(n) => Some(*n),
        Item::String(text) => text.parse().ok(),
        Item::Boolean(true) => Some(Decimal::new(10, 1)),
        Item::Boolean(false) => Some(Decimal::new(0, 1)),
        Item::Integer(n) => Some(Decimal::from(*n)),
        _ => None,
    }
}

/// The value as text.
pub(super) fn string<'a>(value: &Item<'a>) -> Option<Cow<'a, str>> {
    Some(match value {
        Item::String(text) => text.clone(),
        Item::Boolean(value) => Cow::Owned(value.to_string()),
        Item::Integer(n) => Cow::Owned(n.to_string()),
        Item::Decimal(n) => Cow::Owned(n.to_string()),
        Item::Temporal(t) => Cow::Owned(t.to_string()),
        Item::Quantity(q) => Cow::Owned(q.to_string()),
        Item::Node(_) | Item::Remote(_) | Item::Type(..) => return None,
    })
}

fn temporal(value: &Item<'_>, kind: TemporalKind) -> Option<Temporal> {
    match value {
        Item::Temporal(t) if t.kind() == kind => Some(*t),
        Item::Temporal(t) if mixes(t, t) && kind != TemporalKind::Time => {
            Some(Temporal { kind, ..*t })
        }
        Item::String(text) => Temporal::parse(text, kind).or_else(|| {
            let moment = Temporal::parse(text, TemporalKind::DateTime)?;
            (kind == TemporalKind::Date).then_some(moment)
        }),
        _ => None,
    }
}

/// Whether both are dates or moments, which can be compared.
pub(super) fn mixes(left: &Temporal, right: &Temporal) -> bool {
    left.kind() != TemporalKind::Time && right.kind() != TemporalKind::Time
}

fn quantity<'a>(value: &Item<'a>) -> Option<Quantity<'a>> {
    match value {
        Item::Quantity(quantity) => Some(quantity.clone()),
        Item::Integer(n) => Some(Quantity::new(Decimal::from(*n), "1")),
        Item::Decimal(n) => Some(Quantity::new(*n, "1")),
        Item::Boolean(true) => Some(Quantity::new(Decimal::new(10, 1), "1")),
        Item::Boolean(false) => Some(Quantity::new(Decimal::new(0, 1), "1")),
        Item::String(text) => Quantity::parse(text),
        _ => None,
    }
}

/// Its namespace and name.
pub(super) fn type_of(item: &Item<'_>) -> Result<Item<'static>, Halt> {
    let system = match item {
        Item::Node(node) => return Ok(Item::Type("FHIR", node.type_name())),
        Item::Remote(Some(resource_type)) => return Ok(Item::Type("FHIR", resource_type.name())),
        Item::Remote(None) | Item::Type(..) => return Err(Halt::Unavailable),
        Item::Boolean(_) => "Boolean",
        Item::Integer(_) => "Integer",
        Item::Decimal(_) => "Decimal",
        Item::String(_) => "String",
        Item::Quantity(_) => "Quantity",
        Item::Temporal(temporal) => match temporal.kind() {
            TemporalKind::Date => "Date",
            TemporalKind::DateTime => "DateTime",
            TemporalKind::Time => "Time",
        },
    };
    Ok(Item::Type("System", system))
}
