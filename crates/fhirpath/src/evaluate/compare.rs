//! Equality, order and membership.

use std::cmp::Ordering;

use super::logic::Truth;
use crate::item::{Item, Node};
use crate::program::Joint;

/// A single value that can be compared.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Plain<'a> {
    Boolean(bool),
    Text(&'a str),
    Number(f64),
}

/// The answer of a comparing operator.
pub(super) fn compare(joint: Joint, left: &[Item<'_>], right: &[Item<'_>]) -> Truth {
    match joint {
        Joint::Equal => equal(left, right),
        Joint::NotEqual => match equal(left, right) {
            Truth::True => Truth::False,
            Truth::False => Truth::True,
            Truth::Unknown => Truth::Unknown,
        },
        Joint::In => member(left, right),
        Joint::Contains => member(right, left),
        _ => order(left, right).map_or(Truth::Unknown, |ordering| {
            match joint {
                Joint::Less => ordering.is_lt(),
                Joint::LessOrEqual => ordering.is_le(),
                Joint::Greater => ordering.is_gt(),
                _ => ordering.is_ge(),
            }
            .into()
        }),
    }
}

fn equal(left: &[Item<'_>], right: &[Item<'_>]) -> Truth {
    if left.is_empty() || right.is_empty() {
        return Truth::Unknown;
    }
    (left.len() == right.len() && left.iter().zip(right).all(|(a, b)| same(a, b))).into()
}

fn member(item: &[Item<'_>], list: &[Item<'_>]) -> Truth {
    match item {
        [item] => list.iter().any(|other| same(item, other)).into(),
        _ => Truth::Unknown,
    }
}

fn order(left: &[Item<'_>], right: &[Item<'_>]) -> Option<Ordering> {
    let ([left], [right]) = (left, right) else {
        return None;
    };
    match (plain(left)?, plain(right)?) {
        (Plain::Text(a), Plain::Text(b)) => Some(a.cmp(b)),
        (Plain::Number(a), Plain::Number(b)) => a.partial_cmp(&b),
        _ => None,
    }
}

fn same(left: &Item<'_>, right: &Item<'_>) -> bool {
    match (plain(left), plain(right)) {
        (Some(a), Some(b)) => a == b,
        (None, None) => match (left, right) {
            (Item::Node(a), Item::Node(b)) => same_structure(a, b),
            _ => false,
        },
        _ => false,
    }
}

/// Structures are equal when they say the same; members are compared in document order.
fn same_structure(left: &Node<'_>, right: &Node<'_>) -> bool {
    if left.element == right.element {
        return true;
    }
    let written = |node: &Node<'_>| {
        let mut bytes = Vec::new();
        node.element.write(&mut bytes);
        bytes
    };
    written(left) == written(right)
}

fn plain<'a>(item: &Item<'a>) -> Option<Plain<'a>> {
    match *item {
        Item::Boolean(value) => Some(Plain::Boolean(value)),
        Item::String(text) => Some(Plain::Text(text)),
        Item::Number(number) => number.parse().ok().map(Plain::Number),
        #[expect(
            clippy::cast_precision_loss,
            reason = "counts of items are far below 2^53"
        )]
        Item::Integer(number) => Some(Plain::Number(number as f64)),
        Item::Remote(_) => None,
        Item::Node(node) => {
            let element = node.element;
            let text = element.as_str().map(Plain::Text);
            let number = || {
                element
                    .number()
                    .and_then(|n| n.parse().ok())
                    .map(Plain::Number)
            };
            text.or_else(number)
                .or_else(|| element.as_bool().map(Plain::Boolean))
        }
    }
}
