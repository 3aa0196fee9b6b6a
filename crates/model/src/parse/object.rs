//! Member names occur once: found without comparing every pair.

use super::FaultKind;
use super::reader::{Flaw, Reader};
use crate::element::Span;

/// Up to this many members, a new name that may repeat is compared with those before it; beyond,
/// all names are sorted once at the object's end.
const COMPARED_MAX: u32 = 24;

/// What is remembered of the names met in one object: one bit for each of 64 classes.
#[derive(Default)]
pub(super) struct Names {
    classes: u64,
}

impl Names {
    /// Notes a name; true when one of its class was noted before and comparing is the way to tell.
    pub(super) fn may_repeat(&mut self, name: &str, noted: u32) -> bool {
        let bytes = name.as_bytes();
        let edge = |b: Option<&u8>| usize::from(b.copied().unwrap_or_default());
        let class =
            bytes.len() ^ edge(bytes.first()).wrapping_mul(5) ^ edge(bytes.last()).wrapping_mul(11);
        let bit = 1_u64 << (class % 64);
        let met = self.classes & bit != 0;
        self.classes |= bit;
        met && noted < COMPARED_MAX
    }
}

impl Reader<'_> {
    /// For an object too large for comparing as it is read.
    pub(super) fn refuse_repeated_names(&self, node: u32, members: u32) -> Result<(), Flaw> {
        if members <= COMPARED_MAX {
            return Ok(());
        }
        let mut names: Vec<(&str, Span)> = Vec::with_capacity(members as usize);
        let mut at = node + 1;
        while let Some(member) = self.nodes.get(at as usize) {
            names.push((
                self.text.get(member.name.range()).unwrap_or_default(),
                member.name,
            ));
            at = member.next;
        }
        names.sort_unstable_by_key(|&(name, span)| (name, span.start));
        let repeated = names.windows(2).find_map(|pair| match pair {
            [(a, _), (b, second)] if a == b => Some(second.start as usize),
            _ => None,
        });
        // An unescaped name lies beyond the source: the place is then the object's end.
        repeated.map_or(Ok(()), |at| Err((FaultKind::DuplicateKey, at.min(self.at))))
    }
}
