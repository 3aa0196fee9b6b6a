//! How names become integers within one commit.
//!
//! Encoding asks for names one after the other and cannot wait. So it goes on with [`UNKNOWN`] for
//! what is not at hand; all that is missing is then looked up at once, what is nowhere gets its
//! integer, and those resources are encoded again.

use std::collections::{HashMap, HashSet};
use std::convert::Infallible;
use std::sync::Arc;

use cresset_base::ResourceId;
use cresset_definitions::ResourceType;
use cresset_store::Error;
use cresset_store::layout::Rid;
use cresset_store::layout::encode::{Terms, Unit};
use cresset_store::plan::Shape;
use deadpool_postgres::Transaction;

use crate::catalog::{BLOCK_BITS, Catalog};
use crate::indexing::Indexing;
use crate::row::get;
use crate::shared::Shared;
use crate::snapshot::query_opt;

mod find;
mod write;

/// Stands for an integer that is not known yet; no id, code or duration is this.
const UNKNOWN: i64 = i64::MIN;

/// Names of each kind.
#[derive(Default)]
struct Known {
    tokens: HashMap<(String, String), i64>,
    uris: HashMap<String, i64>,
    identities: HashMap<(u8, ResourceId), i64>,
    units: HashMap<[String; 3], i64>,
    pairs: HashMap<(i64, i64), i64>,
}

/// Names that are to be looked up.
#[derive(Default)]
struct Wanted {
    tokens: HashSet<(String, String)>,
    uris: HashSet<String>,
    /// Given an integer where they have none.
    identities: HashSet<(u8, ResourceId)>,
    /// Only looked for.
    mentions: HashSet<(u8, ResourceId)>,
    units: HashSet<[String; 3]>,
    pairs: HashSet<(i64, i64)>,
}

impl Wanted {
    fn is_empty(&self) -> bool {
        self.tokens.is_empty()
            && self.uris.is_empty()
            && self.identities.is_empty()
            && self.mentions.is_empty()
            && self.units.is_empty()
            && self.pairs.is_empty()
    }
}

/// Names that have no row yet.
#[derive(Default)]
struct New {
    systems: Vec<(i64, String)>,
    tokens: Vec<(i64, String)>,
    uris: Vec<(i64, String)>,
    identities: Vec<(u8, ResourceId, i64)>,
    units: Vec<(i64, [String; 3])>,
    pairs: Vec<(i64, i64, i64)>,
    shapes: Vec<(i64, u8, Vec<i64>)>,
    /// Blocks whose next id changed.
    blocks: HashSet<i64>,
    facts: HashSet<i64>,
}

const COUNTERS: &str = "SELECT generation,catalog,next_uri,next_unit,next_pair,next_shape,next_block,indexing \
    FROM writer";

/// The row of the table `writer`.
pub(super) struct Counters {
    pub(super) generation: i64,
    catalog: i64,
    next_uri: i64,
    next_unit: i64,
    next_pair: i64,
    next_shape: i64,
    next_block: i64,
    indexing: i64,
}

impl Counters {
    /// Waits until nobody else writes this instance.
    pub(super) async fn lock(transaction: &Transaction<'_>) -> Result<Self, Error> {
        Self::take(transaction, &format!("{COUNTERS} FOR UPDATE")).await
    }

    /// What a snapshot has.
    pub(super) async fn read(snapshot: &Transaction<'_>) -> Result<Self, Error> {
        Self::take(snapshot, COUNTERS).await
    }

    async fn take(transaction: &Transaction<'_>, text: &str) -> Result<Self, Error> {
        let row = query_opt(transaction, text, &[]).await?;
        let row = row.ok_or_else(|| Error::failed("the writer's row is not there"))?;
        Ok(Self {
            generation: get(&row, 0)?,
            catalog: get(&row, 1)?,
            next_uri: get(&row, 2)?,
            next_unit: get(&row, 3)?,
            next_pair: get(&row, 4)?,
            next_shape: get(&row, 5)?,
            next_block: get(&row, 6)?,
            indexing: get(&row, 7)?,
        })
    }
}

/// The names of one commit.
pub(super) struct Registry<'s> {
    shared: &'s Shared,
    catalog: Catalog,
    indexing: Arc<Indexing>,
    counters: Counters,
    known: Known,
    wanted: Wanted,
    new: New,
    /// The next id of blocks that were looked at.
    next_in_block: HashMap<i64, i64>,
    /// The next sequence number of types that were looked at.
    next_sequence: HashMap<u8, i64>,
    /// Resources first mentioned in this commit.
    fresh: HashSet<i64>,
    is_catalog_changed: bool,
    misses: usize,
}

impl<'s> Registry<'s> {
    pub(super) async fn begin(
        shared: &'s Shared,
        transaction: &Transaction<'_>,
        counters: Counters,
    ) -> Result<Self, Error> {
        let catalog = Catalog::at(shared, transaction, counters.catalog).await?;
        Ok(Self {
            shared,
            catalog: Arc::unwrap_or_clone(catalog),
            indexing: Indexing::at(shared, transaction, counters.indexing).await?,
            counters,
            known: Known::default(),
            wanted: Wanted::default(),
            new: New::default(),
            next_in_block: HashMap::new(),
            next_sequence: HashMap::new(),
            fresh: HashSet::new(),
            is_catalog_changed: false,
            misses: 0,
        })
    }

    pub(super) fn shared(&self) -> &'s Shared {
        self.shared
    }

    pub(super) fn indexing(&self) -> &Indexing {
        &self.indexing
    }

    /// The same, to be held while names are asked for.
    pub(super) fn shared_indexing(&self) -> Arc<Indexing> {
        self.indexing.clone()
    }

    /// The parameters of a set.
    pub(super) fn set(&self, of: ResourceType, shape: i64) -> &[i64] {
        let shapes = self.catalog.shapes.get(&of.code());
        let mut shapes = shapes.into_iter().flat_map(|shapes| shapes.iter());
        let found = shapes.find(|found| found.id == shape);
        found.map_or(&[], |found| &found.numbers)
    }

    pub(super) fn generation(&self) -> u64 {
        u64::try_from(self.counters.generation).unwrap_or_default()
    }

    pub(super) fn catalog(&self) -> Arc<Catalog> {
        Arc::new(self.catalog.clone())
    }

    /// How often something was not at hand so far.
    pub(super) fn misses(&self) -> usize {
        self.misses
    }

    /// Whether nothing was mentioned under this integer before this commit.
    pub(super) fn is_fresh(&self, rid: Rid) -> bool {
        self.fresh.contains(&rid.0)
    }

    /// The integer of a resource, to be looked for by the next [`Registry::resolve`].
    pub(super) fn mention(&mut self, of: ResourceType, id: &ResourceId) {
        let key = (of.code(), id.clone());
        if self.identity(&key).is_none() {
            self.wanted.mentions.insert(key);
        }
    }

    /// The integer of a resource that is known by now.
    pub(super) fn known(&self, of: ResourceType, id: &ResourceId) -> Option<Rid> {
        self.identity(&(of.code(), id.clone())).map(Rid)
    }

    fn identity(&self, key: &(u8, ResourceId)) -> Option<i64> {
        let known = self.known.identities.get(key).copied();
        known.or_else(|| self.shared.names.identities.get(key))
    }

    fn miss(&mut self) -> i64 {
        self.misses += 1;
        UNKNOWN
    }

    /// Notes facts of a column that were not known.
    pub(super) fn note_facts(&mut self, keys: &cresset_store::layout::Keys) {
        for (column, seen) in cresset_store::backend::facts::seen(keys) {
            let known = self.catalog.facts.get(&column).copied();
            let both = known.unwrap_or_default().or(seen);
            if known != Some(both) {
                self.catalog.facts.insert(column, both);
                self.new.facts.insert(column);
                self.is_catalog_changed = true;
            }
        }
    }

    fn new_token(&mut self, system: &str, folded: &str) -> i64 {
        let last = self
            .catalog
            .systems
            .get(system)
            .and_then(|b| b.last())
            .copied();
        let room = last.and_then(|block| {
            let next = self.next_in_block.get(&block).copied()?;
            (next >> BLOCK_BITS == block).then_some((block, next))
        });
        let (block, id) = room.unwrap_or_else(|| {
            let block = self.new_block(system);
            (block, block << BLOCK_BITS)
        });
        self.next_in_block.insert(block, id + 1);
        self.new.blocks.insert(block);
        self.new.tokens.push((id, folded.to_owned()));
        id
    }

    fn new_block(&mut self, system: &str) -> i64 {
        let block = self.counters.next_block;
        self.counters.next_block += 1;
        let blocks = self.catalog.systems.entry(system.to_owned()).or_default();
        blocks.push(block);
        self.new.systems.push((block, system.to_owned()));
        self.is_catalog_changed = true;
        block
    }
}

impl Terms for Registry<'_> {
    type Error = Infallible;

    fn token(&mut self, system: Option<&str>, folded: &str) -> Result<i64, Infallible> {
        let key = (system.unwrap_or_default().to_owned(), folded.to_owned());
        if let Some(id) = self.known.tokens.get(&key) {
            return Ok(*id);
        }
        if let Some(id) = self.shared.names.tokens.get(&key) {
            return Ok(id);
        }
        self.wanted.tokens.insert(key);
        Ok(self.miss())
    }

    fn uri(&mut self, uri: &str) -> Result<i64, Infallible> {
        if let Some(id) = self.known.uris.get(uri) {
            return Ok(*id);
        }
        if let Some(id) = self.shared.names.uris.get(uri) {
            return Ok(id);
        }
        self.wanted.uris.insert(uri.to_owned());
        Ok(self.miss())
    }

    fn unit(&mut self, unit: Unit<'_>) -> Result<i64, Infallible> {
        let key = [unit.system, unit.code, unit.unit].map(str::to_owned);
        if let Some(id) = self.known.units.get(&key) {
            return Ok(*id);
        }
        if let Some(id) = self.shared.names.units.get(&key) {
            return Ok(id);
        }
        self.wanted.units.insert(key);
        Ok(self.miss())
    }

    fn pair(&mut self, first: i64, second: i64) -> Result<i64, Infallible> {
        let key = (first, second);
        if first == UNKNOWN || second == UNKNOWN {
            return Ok(self.miss());
        }
        if let Some(id) = self.known.pairs.get(&key) {
            return Ok(*id);
        }
        if let Some(id) = self.shared.names.pairs.get(&key) {
            return Ok(id);
        }
        self.wanted.pairs.insert(key);
        Ok(self.miss())
    }

    fn shape(&mut self, of: ResourceType, numbers: &[i64]) -> Result<i64, Infallible> {
        let shapes = self.catalog.shapes.entry(of.code()).or_default();
        if let Some(shape) = shapes.iter().find(|shape| shape.numbers == numbers) {
            return Ok(shape.id);
        }
        let id = self.counters.next_shape;
        self.counters.next_shape += 1;
        let numbers = numbers.to_vec();
        self.new.shapes.push((id, of.code(), numbers.clone()));
        Arc::make_mut(shapes).push(Shape { id, numbers });
        self.is_catalog_changed = true;
        Ok(id)
    }

    fn rid(&mut self, of: ResourceType, id: &ResourceId) -> Result<Rid, Infallible> {
        let key = (of.code(), id.clone());
        if let Some(rid) = self.identity(&key) {
            return Ok(Rid(rid));
        }
        self.wanted.identities.insert(key);
        Ok(Rid(self.miss()))
    }
}
