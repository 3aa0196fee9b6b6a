//! Functions of the collection as a whole, and the way to those of its single value.

use std::cmp::Ordering;

use super::{Focus, Items, Run, compare};
use crate::environment::Halt;
use crate::function::Function;
use crate::item::Item;
use crate::program::StepIx;

impl<'a> Run<'_, 'a> {
    pub(super) fn of_collection(
        &self,
        function: Function,
        arguments: &'a [StepIx],
        at: Focus<'_, 'a>,
        out: &mut Items<'a>,
    ) -> Result<(), Halt> {
        use Function as F;
        let items = at.items;
        match function {
            F::Count => out.push(integer(items.len())),
            F::Last => out.extend(items.last().cloned()),
            F::Tail => out.extend(items.iter().skip(1).cloned()),
            F::Single if items.len() > 1 => return Err(Halt::NotSingle),
            F::First | F::Single => out.extend(items.first().cloned()),
            F::Skip | F::Take => {
                let count = match self.argument(arguments, 0, at)? {
                    Some(Item::Integer(count)) => usize::try_from(count).unwrap_or(0),
                    Some(_) => return Err(Halt::WrongType),
                    None => return Ok(()),
                };
                if function == F::Skip {
                    out.extend(items.iter().skip(count).cloned());
                } else {
                    out.extend(items.iter().take(count).cloned());
                }
            }
            F::Distinct => self.distinct(items.iter().cloned(), out)?,
            F::IsDistinct => {
                let mut once = Vec::new();
                self.distinct(items.iter().cloned(), &mut once)?;
                out.push(Item::Boolean(once.len() == items.len()));
            }
            F::SubsetOf | F::SupersetOf | F::Intersect | F::Exclude | F::Union | F::Combine => {
                let other = match arguments.first() {
                    Some(argument) => self.collect(*argument, at.outside())?,
                    None => Vec::new(),
                };
                self.with_another(function, items, other, out)?;
            }
            F::Join => {
                let between = self.text_argument(arguments, 0, at)?.unwrap_or_default();
                let mut parts = Vec::with_capacity(items.len());
                for item in items {
                    match item.plain() {
                        Some(Item::String(text)) => parts.push(text),
                        Some(_) => return Err(Halt::WrongType),
                        None => {}
                    }
                }
                if !parts.is_empty() {
                    let between_bytes = parts.len().saturating_mul(between.len());
                    let bytes = parts.iter().map(|part| part.len()).sum::<usize>();
                    self.charge_text(bytes.saturating_add(between_bytes))?;
                    out.push(Item::String(parts.join(between.as_ref()).into()));
                }
            }
            _ => {
                let Some(value) = super::one(items)? else {
                    return Ok(());
                };
                self.of_value(function, arguments, (value, at), out)?;
            }
        }
        Ok(())
    }

    fn with_another(
        &self,
        function: Function,
        items: &[Item<'a>],
        other: Items<'a>,
        out: &mut Items<'a>,
    ) -> Result<(), Halt> {
        let within = |list: &[Item<'a>], item: &Item<'a>| {
            list.iter().any(|o| compare::same(o, item) == Some(true))
        };
        if !matches!(function, Function::Union | Function::Combine) {
            self.charge(items.len().saturating_mul(other.len()))?;
        }
        match function {
            Function::SubsetOf => {
                out.push(Item::Boolean(items.iter().all(|i| within(&other, i))));
            }
            Function::SupersetOf => {
                out.push(Item::Boolean(other.iter().all(|i| within(items, i))));
            }
            Function::Intersect => {
                let common = items.iter().filter(|i| within(&other, i)).cloned();
                self.distinct(common, out)?;
            }
            Function::Exclude => out.extend(items.iter().filter(|i| !within(&other, i)).cloned()),
            Function::Union => self.distinct(items.iter().cloned().chain(other), out)?,
            _ => {
                out.extend_from_slice(items);
                out.extend(other);
            }
        }
        Ok(())
    }

    /// The one System value of an argument that may be left out.
    pub(super) fn argument(
        &self,
        arguments: &'a [StepIx],
        at: usize,
        focus: Focus<'_, 'a>,
    ) -> Result<Option<Item<'a>>, Halt> {
        arguments
            .get(at)
            .map_or(Ok(None), |argument| self.single(*argument, focus))
    }
}

/// A count as an item.
pub(super) fn integer(count: usize) -> Item<'static> {
    Item::Integer(i64::try_from(count).unwrap_or(i64::MAX))
}

/// The order of two rows of sort keys; what is missing comes first, whichever way is sorted.
pub(super) fn by_keys(
    left: &[(Option<Item<'_>>, bool)],
    right: &[(Option<Item<'_>>, bool)],
) -> Ordering {
    for ((a, down), (b, _)) in left.iter().zip(right) {
        let ordering = match (a, b) {
            (Some(a), Some(b)) => {
                let ordering = compare::order(a, b).ok().flatten();
                let ordering = ordering.unwrap_or(Ordering::Equal);
                if *down { ordering.reverse() } else { ordering }
            }
            (a, b) => a.is_some().cmp(&b.is_some()),
        };
        if ordering.is_ne() {
            return ordering;
        }
    }
    Ordering::Equal
}
