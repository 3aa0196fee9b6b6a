//! Counts of earlier searches.
//!
//! A count is exact up to [`BOUND`] matches. Above it, the last exact count of the same question is
//! given again while it is fresh enough, so that a broad search costs the same whatever the
//! instance holds; `_total=accurate` always counts all.

use std::time::{Duration, Instant};

use cresset_access::{Access, Verb};
use cresset_search::{Query, Total};
use quick_cache::sync::Cache;

/// Matches counted exactly for every page that asks for no more than an estimate.
pub const BOUND: u64 = 2_000;
/// How long a count above the bound may be given again while the instance changes: this many times
/// as long as counting took, so that counting stays a small part of the work whatever its cost.
const FRESH_FACTOR: u32 = 500;
/// The least of that time.
const FRESH_MIN: Duration = Duration::from_secs(2);
/// Questions whose counts are remembered.
const REMEMBERED: usize = 512;

/// Counts of one instance.
#[derive(Debug)]
pub struct Totals {
    known: Cache<String, Known>,
}

#[derive(Debug, Clone, Copy)]
struct Known {
    total: u64,
    generation: u64,
    counted: Instant,
    fresh: Duration,
}

impl Default for Totals {
    fn default() -> Self {
        Self {
            known: Cache::new(REMEMBERED),
        }
    }
}

/// What is remembered of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recall {
    /// Nothing that would help.
    Nothing,
    /// The count is what it was: nothing was changed since.
    Exact(u64),
    /// The count was this a moment ago: good enough if there are still more than [`BOUND`].
    Broad(u64),
}

impl Totals {
    /// What is remembered of a question in this state of the instance.
    pub fn recall(&self, key: &str, query: &Query, generation: u64) -> Recall {
        let Some(known) = self.known.get(key) else {
            return Recall::Nothing;
        };
        if known.generation == generation {
            return Recall::Exact(known.total);
        }
        let is_good = known.total > BOUND
            && query.total == Total::Estimate
            && known.counted.elapsed() < known.fresh;
        if is_good {
            Recall::Broad(known.total)
        } else {
            Recall::Nothing
        }
    }

    /// Remembers a count that was begun at an instant.
    pub fn keep(&self, key: String, total: u64, generation: u64, began: Instant) {
        let counted = Instant::now();
        let fresh = counted
            .duration_since(began)
            .saturating_mul(FRESH_FACTOR)
            .max(FRESH_MIN);
        let known = Known {
            total,
            generation,
            counted,
            fresh,
        };
        self.known.insert(key, known);
    }
}

/// The question behind a search, whatever its page size and order, with what the caller may see of
/// every type it touches.
pub fn question(query: &Query, access: &Access) -> String {
    use std::fmt::Write;

    let mut types = vec![query.resource_type];
    for criterion in &query.criteria {
        criterion.hops(&mut |hops| types.extend(hops.iter().map(|hop| hop.resource_type)));
    }
    types.sort_unstable();
    types.dedup();
    let mut key = format!("{:?}/{:?}", query.resource_type, query.criteria);
    for of in types {
        let seen = access.restriction(Verb::Search, of);
        // Writing to a String cannot fail.
        let _ = write!(key, "/{seen:?}");
    }
    key
}
