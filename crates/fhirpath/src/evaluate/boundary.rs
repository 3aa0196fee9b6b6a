//! `lowBoundary`, `highBoundary`, `precision`.

use rust_decimal::{Decimal, RoundingStrategy};

use crate::function::Function;
use crate::item::Item;
use crate::quantity::Quantity;
use crate::temporal::boundary::End;

/// Decimal places of a boundary that names none.
const PLACES: i64 = 8;
/// Most decimal places.
const PLACES_MAX: i64 = 28;

/// The result; nothing for a precision that does not exist.
pub(super) fn compute<'a>(
    function: Function,
    value: &Item<'a>,
    digits: Option<i64>,
) -> Option<Item<'a>> {
    let end = match function {
        Function::LowBoundary => End::Low,
        Function::HighBoundary => End::High,
        _ => return precision(value),
    };
    match value {
        Item::Integer(n) => of_number(Decimal::from(*n), end, digits).map(Item::Decimal),
        Item::Decimal(n) => of_number(*n, end, digits).map(Item::Decimal),
        Item::Quantity(quantity) => Some(Item::Quantity(Quantity {
            value: of_number(quantity.value, end, digits)?,
            ..quantity.clone()
        })),
        Item::Temporal(temporal) => temporal.boundary(end, digits).map(Item::Temporal),
        _ => None,
    }
}

/// Half a unit of the last place away, cut to so many places.
fn of_number(n: Decimal, end: End, places: Option<i64>) -> Option<Decimal> {
    let places = places.unwrap_or(PLACES);
    let places = u32::try_from(places)
        .ok()
        .filter(|_| places <= PLACES_MAX)?;
    let half = Decimal::try_new(5, n.scale() + 1).ok()?;
    let moved = if end == End::Low {
        n.checked_sub(half)?
    } else {
        n.checked_add(half)?
    };
    let towards = if end == End::Low {
        RoundingStrategy::ToNegativeInfinity
    } else {
        RoundingStrategy::ToPositiveInfinity
    };
    let mut rounded = moved.round_dp_with_strategy(places, towards);
    rounded.rescale(places);
    Some(rounded)
}

fn precision(value: &Item<'_>) -> Option<Item<'static>> {
    let digits = match value {
        Item::Integer(_) => 0,
        Item::Decimal(n) => i64::from(n.scale()),
        Item::Temporal(temporal) => temporal.digits(),
        _ => return None,
    };
    Some(Item::Integer(digits))
}
