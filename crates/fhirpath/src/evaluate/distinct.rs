//! Each value once.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashSet};

use rust_decimal::Decimal;

use super::{Items, Run, compare};
use crate::environment::Halt;
use crate::item::Item;

/// What tells plain values apart without comparing one by one.
#[derive(PartialEq, Eq, Hash)]
enum Key<'a> {
    Boolean(bool),
    Number(Decimal),
    Text(Cow<'a, str>),
}

/// What has been met so far.
#[derive(Default)]
struct Met<'a> {
    places: BTreeSet<u32>,
    plain: HashSet<Key<'a>>,
    /// Structures, dates and quantities, which are compared one by one.
    other: Vec<Item<'a>>,
}

impl<'a> Run<'_, 'a> {
    /// Appends each item once.
    pub(super) fn distinct(
        &self,
        items: impl Iterator<Item = Item<'a>>,
        out: &mut Items<'a>,
    ) -> Result<(), Halt> {
        let mut met = Met::default();
        for item in items {
            if self.is_new(&item, &mut met)? {
                out.push(item);
            }
        }
        Ok(())
    }

    fn is_new(&self, item: &Item<'a>, met: &mut Met<'a>) -> Result<bool, Halt> {
        self.charge(1)?;
        if matches!(item, Item::Remote(_)) {
            return Ok(true);
        }
        if let Some(key) = key(item) {
            if let Key::Text(text) = &key {
                self.charge_text(text.len())?;
            }
            return Ok(met.plain.insert(key));
        }
        if let Item::Node(node) = item
            && !met.places.insert(node.element.place())
        {
            return Ok(false);
        }
        self.charge(met.other.len())?;
        let known = met
            .other
            .iter()
            .any(|o| compare::same(o, item) == Some(true));
        if !known {
            met.other.push(item.clone());
        }
        Ok(!known)
    }
}

fn key<'a>(item: &Item<'a>) -> Option<Key<'a>> {
    match item.plain()? {
        Item::Boolean(value) => Some(Key::Boolean(value)),
        Item::String(text) => Some(Key::Text(text)),
        other => compare::number(&other).map(|number| Key::Number(number.normalize())),
    }
}
