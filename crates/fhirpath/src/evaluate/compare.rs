//! Equality, equivalence, order and membership.

use std::cmp::Ordering;

use cresset_model::{Element, Kind};
use rust_decimal::Decimal;

use super::Run;
use super::logic::Truth;
use crate::environment::Halt;
use crate::item::Item;
use crate::program::Joint;
use crate::quantity::{self, Quantity};

impl<'a> Run<'_, 'a> {
    /// The answer of a comparing operator.
    pub(super) fn compare(
        &self,
        joint: Joint,
        left: &[Item<'a>],
        right: &[Item<'a>],
    ) -> Result<Truth, Halt> {
        Ok(match joint {
            Joint::Equal => self.equal(left, right),
            Joint::NotEqual => self.equal(left, right).negated(),
            Joint::Equivalent => equivalent(left, right).into(),
            Joint::NotEquivalent => (!equivalent(left, right)).into(),
            Joint::In => member(left, right)?,
            Joint::Contains => member(right, left)?,
            _ => self.ordered(joint, left, right)?,
        })
    }

    fn equal(&self, left: &[Item<'a>], right: &[Item<'a>]) -> Truth {
        if left.is_empty() || right.is_empty() {
            return Truth::Unknown;
        }
        if left.len() != right.len() {
            return Truth::False;
        }
        let mut all = Truth::True;
        for (a, b) in left.iter().zip(right) {
            match same(a, b) {
                Some(true) => {}
                Some(false) => return Truth::False,
                None => {
                    self.uncertain.set(true);
                    all = Truth::Unknown;
                }
            }
        }
        all
    }

    fn ordered(&self, joint: Joint, left: &[Item<'a>], right: &[Item<'a>]) -> Result<Truth, Halt> {
        let (Some(left), Some(right)) = (super::one(left)?, super::one(right)?) else {
            return Ok(Truth::Unknown);
        };
        let Some(ordering) = order(&left, &right)? else {
            self.uncertain.set(true);
            return Ok(Truth::Unknown);
        };
        let holds = match joint {
            Joint::Less => ordering.is_lt(),
            Joint::LessOrEqual => ordering.is_le(),
            Joint::Greater => ordering.is_gt(),
            _ => ordering.is_ge(),
        };
        Ok(holds.into())
    }
}

fn member(item: &[Item<'_>], list: &[Item<'_>]) -> Result<Truth, Halt> {
    match item {
        [] => Ok(Truth::Unknown),
        [item] => Ok(list
            .iter()
            .any(|other| same(item, other) == Some(true))
            .into()),
        _ => Err(Halt::NotSingle),
    }
}

/// The order of two System values; `None` when it cannot be told.
pub(super) fn order(left: &Item<'_>, right: &Item<'_>) -> Result<Option<Ordering>, Halt> {
    if let (Some(a), Some(b)) = (number(left), number(right)) {
        return Ok(Some(a.cmp(&b)));
    }
    match (left, right) {
        (Item::String(a), Item::String(b)) => Ok(Some(a.cmp(b))),
        (Item::Temporal(a), Item::Temporal(b)) => Ok(a.compare(b)),
        _ => match (as_quantity(left), as_quantity(right)) {
            (Some(a), Some(b)) => Ok(a.compare(&b)),
            _ => Err(Halt::WrongType),
        },
    }
}

pub(super) fn number(item: &Item<'_>) -> Option<Decimal> {
    match item {
        Item::Integer(number) => Some(Decimal::from(*number)),
        Item::Decimal(number) => Some(*number),
        _ => None,
    }
}

/// A quantity, or a number as one without unit.
pub(super) fn as_quantity<'a>(item: &Item<'a>) -> Option<Quantity<'a>> {
    match item {
        Item::Quantity(quantity) => Some(quantity.clone()),
        _ => number(item).map(|value| Quantity::new(value, "1")),
    }
}

/// Whether two items are equal; `None` when it cannot be told.
pub(super) fn same(left: &Item<'_>, right: &Item<'_>) -> Option<bool> {
    let (Some(a), Some(b)) = (left.plain(), right.plain()) else {
        return Some(match (left, right) {
            (Item::Node(a), Item::Node(b)) => same_element(a.element, b.element),
            (Item::Type(a, b), Item::Type(c, d)) => a == c && b == d,
            _ => false,
        });
    };
    match (&a, &b) {
        (Item::Boolean(a), Item::Boolean(b)) => Some(a == b),
        (Item::String(a), Item::String(b)) => Some(a == b),
        (Item::Temporal(x), Item::Temporal(y)) => match x.compare(y) {
            Some(ordering) => Some(ordering.is_eq()),
            None if (x.kind() == y.kind()) || super::convert::mixes(x, y) => None,
            None => Some(false),
        },
        _ => match (number(&a), number(&b)) {
            (Some(a), Some(b)) => Some(a == b),
            _ => match (as_quantity(&a), as_quantity(&b)) {
                (Some(a), Some(b)) => a.compare(&b).map(Ordering::is_eq),
                _ => Some(false),
            },
        },
    }
}

/// Structures are equal when they have equal members, whatever their order.
pub(super) fn same_element(left: Element<'_>, right: Element<'_>) -> bool {
    if left == right {
        return true;
    }
    if left.kind() != right.kind() || left.len() != right.len() {
        return false;
    }
    match left.kind() {
        Kind::Object => left
            .members()
            .all(|(name, value)| right.get(name).is_some_and(|r| same_element(value, r))),
        Kind::Array => left
            .items()
            .zip(right.items())
            .all(|(a, b)| same_element(a, b)),
        Kind::Number => {
            let read = |e: Element<'_>| e.number().and_then(|n| n.parse::<Decimal>().ok());
            left.number() == right.number() || (read(left).is_some() && read(left) == read(right))
        }
        Kind::String => left.as_str() == right.as_str(),
        Kind::Bool => left.as_bool() == right.as_bool(),
        Kind::Null => true,
    }
}

fn equivalent(left: &[Item<'_>], right: &[Item<'_>]) -> bool {
    if left.len() != right.len() {
        return false;
    }
    // In any order: each takes one that is left of the other side.
    let mut taken = vec![false; right.len()];
    left.iter().all(|item| {
        let mut free = right.iter().zip(&mut taken).filter(|(_, taken)| !**taken);
        let found = free.find(|(other, _)| alike(item, other));
        found.map(|(_, taken)| *taken = true).is_some()
    })
}

fn alike(left: &Item<'_>, right: &Item<'_>) -> bool {
    let (Some(a), Some(b)) = (left.plain(), right.plain()) else {
        return same(left, right) == Some(true);
    };
    match (&a, &b) {
        (Item::String(a), Item::String(b)) => folded(a) == folded(b),
        (Item::Temporal(a), Item::Temporal(b)) => a.equivalent(b),
        _ => match (number(&a), number(&b)) {
            (Some(a), Some(b)) => quantity::roughly(a, b),
            _ => match (as_quantity(&a), as_quantity(&b)) {
                (Some(a), Some(b)) => a.equivalent(&b),
                _ => a == b,
            },
        },
    }
}

/// Without case, and with every run of white space as one blank.
fn folded(text: &str) -> String {
    let lower = text.to_lowercase();
    lower.split_whitespace().collect::<Vec<_>>().join(" ")
}
