//! How many candidates a condition brings, and which brings the fewest.

use super::condition::{Condition, Link};
use super::lookups::Lookups;
use super::scan::{Driver, Scan, Step};
use super::statement::Dialect;

/// Up to this many candidates are brought together along references.
pub(super) const LINKED_MAX: u64 = 8_192;
/// So few that no other driver is looked for.
pub(super) const FEW: u64 = 64;

/// Counts what scans would bring.
pub(super) struct Sizes<'a, L> {
    pub(super) dialect: &'a dyn Dialect,
    pub(super) lookups: &'a L,
}

impl<L: Lookups> Sizes<'_, L> {
    /// Every condition that can drive, the most selective kinds first.
    pub(super) fn drivers(&self, conditions: &[Condition]) -> Result<Vec<Driver>, L::Error> {
        let mut drivers = Vec::new();
        for (at, condition) in conditions.iter().enumerate() {
            drivers.extend(self.driver(condition, at)?);
        }
        drivers.sort_by_key(Driver::rank);
        Ok(drivers)
    }

    /// The driver with the fewest rows, and how many those are, counted to one more than `most`.
    /// `is_alone` says that there is no other, so that its size changes nothing if it is ordered.
    pub(super) fn best(
        &self,
        drivers: Vec<Driver>,
        most: u64,
        is_alone: bool,
    ) -> Result<Option<(Driver, u64)>, L::Error> {
        let mut best: Option<(Driver, u64)> = None;
        for driver in drivers {
            let size = match driver.rank() {
                0 => 1,
                _ if is_alone && driver.is_ordered() => 1,
                _ => self.size(&driver, most)?,
            };
            let better = best.as_ref().is_none_or(|(chosen, least)| {
                size < *least || (size == *least && driver.is_ordered() && !chosen.is_ordered())
            });
            if better {
                best = Some((driver, size));
            }
            if best.as_ref().is_some_and(|(_, least)| *least <= FEW) {
                break;
            }
        }
        Ok(best)
    }

    /// Its rows, counted to one more than `most`.
    fn size(&self, driver: &Driver, most: u64) -> Result<u64, L::Error> {
        let limit = i64::try_from(most.saturating_add(1)).unwrap_or(i64::MAX);
        self.lookups.size(&driver.size(self.dialect, limit))
    }

    /// The driver for a condition, where it can be one.
    fn driver(&self, condition: &Condition, at: usize) -> Result<Option<Driver>, L::Error> {
        let Condition::Linked(links) = condition else {
            return Ok(Driver::of(condition, at));
        };
        let mut scans = Vec::new();
        for link in links {
            match self.linked(link)? {
                Some(more) => scans.extend(more),
                None => return Ok(None),
            }
        }
        Ok(Driver::with(scans, at))
    }

    /// The scans that begin with the fewest resources at the other end; `None` when those are many.
    fn linked(&self, link: &Link) -> Result<Option<Vec<Scan>>, L::Error> {
        let drivers = self.drivers(&link.conditions)?;
        let best = self.best(drivers, LINKED_MAX, false)?;
        let Some((driver, _)) = best.filter(|(_, size)| *size <= LINKED_MAX) else {
            return Ok(None);
        };
        let others = link.conditions.iter().enumerate();
        let probes: Vec<Condition> = others
            .filter(|(at, _)| Some(*at) != driver.condition)
            .map(|(_, condition)| condition.clone())
            .collect();
        let step = Step {
            end: link.end,
            probes,
        };
        let scans = driver.scans.into_iter().map(|scan| scan.then(&step));
        Ok(Some(scans.collect()))
    }
}
