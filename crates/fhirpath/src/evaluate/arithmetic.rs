//! Arithmetic of numbers, texts, quantities and dates.

use std::borrow::Cow;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::compare::{as_quantity, number};
use super::one;
use crate::environment::Halt;
use crate::item::Item;
use crate::program::Joint;
use crate::quantity::Quantity;
use crate::temporal::{Temporal, arithmetic::Span};

/// The result of an operator; nothing where an operand is missing or the result is too large.
pub(super) fn compute<'a>(
    joint: Joint,
    left: &[Item<'a>],
    right: &[Item<'a>],
) -> Result<Option<Item<'a>>, Halt> {
    let (left, right) = (one(left)?, one(right)?);
    if joint == Joint::Concatenate {
        return concatenated(left, right);
    }
    let (Some(left), Some(right)) = (left, right) else {
        return Ok(None);
    };
    match (joint, &left, &right) {
        (Joint::Add, Item::String(a), Item::String(b)) => {
            Ok(Some(Item::String(Cow::Owned(format!("{a}{b}")))))
        }
        (Joint::Add | Joint::Subtract, Item::Temporal(moment), Item::Quantity(by)) => {
            moved(joint, *moment, by)
        }
        (_, Item::Integer(a), Item::Integer(b)) => Ok(of_integers(joint, *a, *b)),
        (_, Item::Quantity(_), _) | (_, _, Item::Quantity(_)) => {
            let (Some(a), Some(b)) = (as_quantity(&left), as_quantity(&right)) else {
                return Err(Halt::WrongType);
            };
            Ok(of_quantities(joint, &a, &b))
        }
        _ => {
            let (Some(a), Some(b)) = (number(&left), number(&right)) else {
                return Err(Halt::WrongType);
            };
            Ok(of_decimals(joint, a, b))
        }
    }
}

/// `-x`
pub(super) fn negate<'a>(operand: &[Item<'a>]) -> Result<Option<Item<'a>>, Halt> {
    Ok(match one(operand)? {
        None => None,
        Some(Item::Integer(n)) => n.checked_neg().map(Item::Integer),
        Some(Item::Decimal(n)) => Some(Item::Decimal(-n)),
        Some(Item::Quantity(q)) => Some(Item::Quantity(Quantity {
            value: -q.value,
            ..q
        })),
        Some(_) => return Err(Halt::WrongType),
    })
}

/// `&` takes a missing text as an empty one.
fn concatenated<'a>(
    left: Option<Item<'a>>,
    right: Option<Item<'a>>,
) -> Result<Option<Item<'a>>, Halt> {
    let text = |item: Option<Item<'a>>| match item {
        None => Ok(Cow::Borrowed("")),
        Some(Item::String(text)) => Ok(text),
        Some(_) => Err(Halt::WrongType),
    };
    let (left, right) = (text(left)?, text(right)?);
    Ok(Some(Item::String(Cow::Owned(format!("{left}{right}")))))
}

/// Whole numbers are of 32 bits; what does not fit is nothing.
fn of_integers(joint: Joint, a: i64, b: i64) -> Option<Item<'static>> {
    let fits = |n: &i64| i32::try_from(*n).is_ok();
    let whole = match joint {
        Joint::Add => a.checked_add(b),
        Joint::Subtract => a.checked_sub(b),
        Joint::Multiply => a.checked_mul(b),
        Joint::Div => a.checked_div(b),
        Joint::Mod => a.checked_rem(b),
        _ => return of_decimals(joint, Decimal::from(a), Decimal::from(b)),
    };
    whole.filter(fits).map(Item::Integer)
}

fn of_decimals(joint: Joint, a: Decimal, b: Decimal) -> Option<Item<'static>> {
    if joint == Joint::Div {
        let whole = a.checked_div(b)?.trunc();
        return whole.to_i64().map(Item::Integer);
    }
    let number = match joint {
        Joint::Add => a.checked_add(b),
        Joint::Subtract => a.checked_sub(b),
        Joint::Multiply => a.checked_mul(b),
        Joint::Divide => a.checked_div(b).map(|q| q.normalize()),
        _ => a.checked_rem(b),
    };
    number.map(Item::Decimal)
}

/// Sums of equal units; products and quotients where one has no unit or both have the same.
fn of_quantities<'a>(joint: Joint, a: &Quantity<'a>, b: &Quantity<'a>) -> Option<Item<'a>> {
    let same = a.unit == b.unit && a.calendar == b.calendar;
    let (value, of) = match joint {
        Joint::Add if same => (a.value.checked_add(b.value)?, a.clone()),
        Joint::Subtract if same => (a.value.checked_sub(b.value)?, a.clone()),
        Joint::Multiply if b.unit == "1" => (a.value.checked_mul(b.value)?, a.clone()),
        Joint::Multiply if a.unit == "1" => (a.value.checked_mul(b.value)?, b.clone()),
        Joint::Divide if b.unit == "1" => (a.value.checked_div(b.value)?, a.clone()),
        Joint::Divide if same => (
            a.value.checked_div(b.value)?,
            Quantity::new(Decimal::ONE, "1"),
        ),
        _ => return None,
    };
    Some(Item::Quantity(Quantity { value, ..of }))
}

fn moved<'a>(joint: Joint, moment: Temporal, by: &Quantity<'a>) -> Result<Option<Item<'a>>, Halt> {
    let span = by.span().ok_or(Halt::WrongType)?;
    let span = if joint == Joint::Add {
        span
    } else {
        match span {
            Span::Months(n) => Span::Months(-n),
            Span::Milliseconds(n) => Span::Milliseconds(-n),
        }
    };
    Ok(moment.plus(span).map(Item::Temporal))
}
