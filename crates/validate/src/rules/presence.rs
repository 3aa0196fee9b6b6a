//! Which children an object has, as bits.

use cresset_definitions::TypeDef;
use cresset_fhirpath::Presence;

/// A set of children.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Present(u64);

/// The bit of each child of a type; the members of a choice share one.
#[derive(Debug)]
pub(crate) struct Slots {
    /// By position in [`TypeDef::elements`].
    by_position: Box<[u8]>,
    names: Box<[&'static str]>,
    /// Whether the type has more children than there are bits; then no bits are used.
    crowded: bool,
}

impl Present {
    pub(crate) fn add(&mut self, other: Self) {
        self.0 |= other.0;
    }

    /// Whether the two have a child in common.
    pub(crate) fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether `other` has every child of this one.
    pub(crate) fn is_within(self, other: Self) -> bool {
        self.0 & other.0 == self.0
    }
}

impl FromIterator<Present> for Present {
    fn from_iter<I: IntoIterator<Item = Self>>(all: I) -> Self {
        all.into_iter().fold(Self::default(), |mut set, one| {
            set.add(one);
            set
        })
    }
}

impl Slots {
    pub(crate) fn new(of: &TypeDef) -> Self {
        let mut names: Vec<&'static str> = Vec::new();
        let mut by_position = Vec::with_capacity(of.elements.len());
        for element in of.elements {
            let name = element.choice.unwrap_or(element.name);
            let at = names.iter().position(|n| *n == name).unwrap_or_else(|| {
                names.push(name);
                names.len() - 1
            });
            by_position.push(u8::try_from(at).unwrap_or(u8::MAX));
        }
        Self {
            crowded: names.len() > 64,
            by_position: by_position.into(),
            names: names.into(),
        }
    }

    /// The bit of a child by name; `None` when the type is crowded, nothing for a name it lacks.
    pub(crate) fn bit(&self, name: &str) -> Option<Present> {
        if self.crowded {
            return None;
        }
        let at = self.names.iter().position(|n| *n == name);
        Some(at.map_or(Present(0), bit))
    }

    /// The bit of the child at a position in the table of its type.
    pub(crate) fn at(&self, position: usize) -> Present {
        let slot = self.by_position.get(position).copied().unwrap_or(u8::MAX);
        bit(usize::from(slot))
    }
}

fn bit(at: usize) -> Present {
    let at = u32::try_from(at).unwrap_or(u32::MAX);
    Present(1_u64.checked_shl(at).unwrap_or(0))
}

/// A rule over bits.
#[derive(Debug)]
pub(crate) enum Formula {
    Has(Present),
    Not(Box<Formula>),
    And(Box<Formula>, Box<Formula>),
    Or(Box<Formula>, Box<Formula>),
    Xor(Box<Formula>, Box<Formula>),
}

impl Formula {
    pub(crate) fn new(presence: &Presence, slots: &Slots) -> Option<Self> {
        let inner = |p: &Presence| Self::new(p, slots).map(Box::new);
        Some(match presence {
            Presence::Has(name) => Self::Has(slots.bit(name)?),
            Presence::Not(a) => Self::Not(inner(a)?),
            Presence::And(a, b) => Self::And(inner(a)?, inner(b)?),
            Presence::Or(a, b) => Self::Or(inner(a)?, inner(b)?),
            Presence::Xor(a, b) => Self::Xor(inner(a)?, inner(b)?),
        })
    }

    pub(crate) fn holds(&self, present: Present) -> bool {
        match self {
            Self::Has(child) => child.meets(present),
            Self::Not(a) => !a.holds(present),
            Self::And(a, b) => a.holds(present) && b.holds(present),
            Self::Or(a, b) => a.holds(present) || b.holds(present),
            Self::Xor(a, b) => a.holds(present) != b.holds(present),
        }
    }
}
