//! Functions of a number.

use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, MathematicalOps, RoundingStrategy};

use super::compare::number;
use crate::environment::Halt;
use crate::function::Function;
use crate::item::Item;
use crate::quantity::Quantity;

/// The result; nothing where mathematics or the number's size gives none.
pub(super) fn compute<'a>(
    function: Function,
    value: &Item<'a>,
    operand: Option<&Item<'a>>,
) -> Result<Option<Item<'a>>, Halt> {
    use Function as F;
    if let (F::Abs, Item::Quantity(quantity)) = (function, value) {
        let value = quantity.value.abs();
        return Ok(Some(Item::Quantity(Quantity {
            value,
            ..quantity.clone()
        })));
    }
    let n = number(value).ok_or(Halt::WrongType)?;
    let operand = operand
        .map(|o| number(o).ok_or(Halt::WrongType))
        .transpose()?;
    let whole = |n: Decimal| n.to_i64().map(Item::Integer);
    Ok(match function {
        F::Abs => match value {
            Item::Integer(n) => n.checked_abs().map(Item::Integer),
            _ => Some(Item::Decimal(n.abs())),
        },
        F::Ceiling => whole(n.ceil()),
        F::Floor => whole(n.floor()),
        F::Truncate => whole(n.trunc()),
        F::Round => {
            let places = operand
                .map_or(Some(0), |p| p.to_u32())
                .ok_or(Halt::WrongType)?;
            let rounded = n.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero);
            Some(Item::Decimal(rounded))
        }
        F::Exp => n.checked_exp().map(Item::Decimal),
        F::Ln => positive(n).and_then(|n| n.checked_ln()).map(Item::Decimal),
        F::Sqrt => n.sqrt().map(Item::Decimal),
        F::Log => {
            let Some(base) = operand else {
                return Ok(None);
            };
            let parts = (
                positive(n).and_then(|n| n.checked_ln()),
                positive(base).and_then(|b| b.checked_ln()),
            );
            let (Some(n), Some(base)) = parts else {
                return Ok(None);
            };
            // The quotient of two logarithms is off in the last digits.
            n.checked_div(base)
                .map(|r| Item::Decimal(r.round_dp(20).normalize()))
        }
        _ => operand.and_then(|exponent| power(value, n, exponent)),
    })
}

fn power<'a>(value: &Item<'a>, n: Decimal, exponent: Decimal) -> Option<Item<'a>> {
    if n.is_sign_negative() && !exponent.is_integer() {
        return None;
    }
    let raised = n.checked_powd(exponent)?;
    let whole = matches!(value, Item::Integer(_)) && exponent.is_integer() && raised.is_integer();
    if whole {
        return raised.to_i64().map(Item::Integer);
    }
    Some(Item::Decimal(raised))
}

fn positive(n: Decimal) -> Option<Decimal> {
    (n > Decimal::ZERO).then_some(n)
}
