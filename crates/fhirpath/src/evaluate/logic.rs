//! Three-valued logic.

use crate::environment::Halt;
use crate::item::Item;
use crate::program::Joint;

/// A boolean or its absence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Truth {
    True,
    False,
    Unknown,
}

impl Truth {
    pub(super) fn value(self) -> Option<bool> {
        match self {
            Self::True => Some(true),
            Self::False => Some(false),
            Self::Unknown => None,
        }
    }

    pub(super) fn negated(self) -> Self {
        self.value().map_or(Self::Unknown, |truth| (!truth).into())
    }
}

impl From<bool> for Truth {
    fn from(value: bool) -> Self {
        if value { Self::True } else { Self::False }
    }
}

/// Singleton evaluation: a single item that is no boolean counts as true, several are an error.
pub(super) fn truth(items: &[Item<'_>]) -> Result<Truth, Halt> {
    match items {
        [] => Ok(Truth::Unknown),
        [Item::Boolean(value)] => Ok((*value).into()),
        [Item::Node(node)] => Ok(node.element.as_bool().unwrap_or(true).into()),
        [_] => Ok(Truth::True),
        _ => Err(Halt::NotSingle),
    }
}

/// What the left side alone decides.
pub(super) fn decided(joint: Joint, left: Truth) -> Option<bool> {
    match (joint, left) {
        (Joint::And, Truth::False) => Some(false),
        (Joint::Or, Truth::True) | (Joint::Implies, Truth::False) => Some(true),
        _ => None,
    }
}

/// The truth tables of the specification.
pub(super) fn combine(joint: Joint, left: Truth, right: Truth) -> Truth {
    use Truth::{False, True, Unknown};
    match joint {
        Joint::And => match (left, right) {
            (False, _) | (_, False) => False,
            (True, True) => True,
            _ => Unknown,
        },
        Joint::Or => match (left, right) {
            (True, _) | (_, True) => True,
            (False, False) => False,
            _ => Unknown,
        },
        Joint::Implies => match (left, right) {
            (False, _) | (_, True) => True,
            (True, right) => right,
            (Unknown, _) => Unknown,
        },
        // The only one left here is `xor`.
        _ if left == Unknown || right == Unknown => Unknown,
        _ => (left != right).into(),
    }
}
