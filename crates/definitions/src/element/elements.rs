//! The elements of a type, found by name without comparing one by one.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Element;

/// A slot that holds nothing.
const EMPTY: u16 = u16::MAX;

/// The elements of a type, sorted by name, with an index over the names.
///
/// Validation looks every member of every resource up here, so the index is a hash table of at
/// most half fill: one comparison finds a name, mostly none refuses it.
#[derive(Clone, Copy)]
pub struct Elements {
    list: &'static [Element],
    /// Positions in `list`, by hash and the slots after it; a power of two.
    slots: &'static [u16],
}

impl Elements {
    /// The elements, which are sorted by name first.
    pub fn new(mut list: Vec<Element>) -> Self {
        list.sort_by_key(|e| e.name);
        let mut slots = vec![EMPTY; (2 * list.len() + 1).next_power_of_two()];
        for (at, element) in list.iter().enumerate() {
            let free = probe(element.name, slots.len()).find(|s| slots.get(*s) == Some(&EMPTY));
            if let Some(slot) = free.and_then(|s| slots.get_mut(s)) {
                *slot = u16::try_from(at).unwrap_or(EMPTY);
            }
        }
        Self {
            list: Box::leak(list.into_boxed_slice()),
            slots: Box::leak(slots.into_boxed_slice()),
        }
    }

    /// The element with this name.
    pub fn named(&self, name: &str) -> Option<&'static Element> {
        self.list.get(self.position(name)?)
    }

    /// Where the element with this name stands in the list.
    pub fn position(&self, name: &str) -> Option<usize> {
        for slot in probe(name, self.slots.len()) {
            let at = usize::from(*self.slots.get(slot)?);
            if self.list.get(at)?.name == name {
                return Some(at);
            }
        }
        None
    }
}

/// The slots a name may lie in, the likeliest first.
fn probe(name: &str, slots: usize) -> impl Iterator<Item = usize> {
    let start = hash(name.as_bytes());
    let mask = slots.wrapping_sub(1);
    (0..slots).map(move |step| start.wrapping_add(step) & mask)
}

/// A hash of the ends of a name and its length, which tell names apart well enough: a collision
/// costs one comparison, and the table is closed, so nobody can choose collisions.
fn hash(name: &[u8]) -> usize {
    let (first, last) = match (name.first_chunk(), name.last_chunk()) {
        (Some(first), Some(last)) => (u64::from_le_bytes(*first), u64::from_le_bytes(*last)),
        _ => match (name.first_chunk(), name.last_chunk()) {
            (Some(first), Some(last)) => (
                u64::from(u32::from_le_bytes(*first)),
                u64::from(u32::from_le_bytes(*last)),
            ),
            _ => (name.iter().fold(0, |sum, b| sum << 8 | u64::from(*b)), 0),
        },
    };
    let mixed =
        (first ^ last.rotate_left(29) ^ name.len() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    usize::try_from(mixed >> 32).unwrap_or_default()
}

impl std::ops::Deref for Elements {
    type Target = [Element];

    fn deref(&self) -> &[Element] {
        self.list
    }
}

impl IntoIterator for Elements {
    type Item = &'static Element;
    type IntoIter = std::slice::Iter<'static, Element>;

    fn into_iter(self) -> Self::IntoIter {
        self.list.iter()
    }
}

impl std::fmt::Debug for Elements {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.list.fmt(f)
    }
}

impl Serialize for Elements {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.list.serialize(serializer)
    }
}

impl<'de: 'static> Deserialize<'de> for Elements {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(Self::new)
    }
}
