//! Sizes the planner asked for, kept for a moment.
//!
//! A plan made with a size of a second ago finds the same resources, at worst more slowly. So a
//! search that many ask need not count its candidates each time.

use std::time::{Duration, Instant};

use crate::plan::Statement;
use quick_cache::sync::Cache;

/// How long a size is good enough while the instance changes.
const FRESH: Duration = Duration::from_secs(1);
/// Sizes that are kept.
const KEPT: usize = 512;
/// Smaller sizes are counted in no time.
const WORTH: u64 = 64;

/// The sizes of one instance.
pub struct Sizes(Cache<Statement, Size>);

#[derive(Clone, Copy)]
struct Size {
    rows: u64,
    generation: u64,
    counted: Instant,
}

impl Default for Sizes {
    fn default() -> Self {
        Self(Cache::new(KEPT))
    }
}

impl Sizes {
    /// What the statement gave, if it would give about the same now.
    pub fn get(&self, statement: &Statement, generation: u64) -> Option<u64> {
        let size = self.0.get(statement)?;
        let good = size.generation == generation || size.counted.elapsed() < FRESH;
        good.then_some(size.rows)
    }

    /// Keeps what the statement gave.
    pub fn keep(&self, statement: &Statement, generation: u64, rows: u64) {
        if rows >= WORTH {
            let size = Size {
                rows,
                generation,
                counted: Instant::now(),
            };
            self.0.insert(statement.clone(), size);
        }
    }
}
