//! What the writer remembers of the tables, so that most terms cost no lookup.
//!
//! Everything here can be read again from the database; [`Memory::load`] does so at the start and
//! after a commit failed. Terms and identities are added before the savepoint of the unit that
//! needs them, so a refused unit leaves nothing here that the tables do not hold.

use cresset_base::ResourceId;
use cresset_definitions::ResourceType;
use cresset_store::backend::shape::numbers_blob;
use cresset_store::layout::Rid;
use cresset_store::layout::encode::{Terms, Unit};
use cresset_store::plan::Shape;
use foldhash::{HashMap, HashMapExt};
use rusqlite::{Connection, OptionalExtension};

use crate::identity::StoredId;
use crate::lookups::block_span;
use crate::shared::{BLOCK_BITS, Shared};

/// Entries of one cache before it is emptied: what is in use comes back quickly.
const ENTRIES_MAX: usize = 60_000;

/// Texts by a small number, with a bound.
#[derive(Default)]
struct Names {
    by_group: HashMap<i64, HashMap<Box<str>, i64>>,
    entries: usize,
}

impl Names {
    fn get(&self, group: i64, text: &str) -> Option<i64> {
        self.by_group.get(&group)?.get(text).copied()
    }

    fn add(&mut self, group: i64, text: &str, id: i64) {
        if self.entries >= ENTRIES_MAX {
            self.by_group.clear();
            self.entries = 0;
        }
        self.entries += 1;
        self.by_group
            .entry(group)
            .or_default()
            .insert(text.into(), id);
    }
}

/// Caches and counters of the writer.
#[derive(Default)]
pub(crate) struct Memory {
    tokens: Names,
    identities: Names,
    uris: Names,
    units: HashMap<[String; 3], i64>,
    pairs: HashMap<(i64, i64), i64>,
    shapes: HashMap<(u8, Vec<i64>), i64>,
    next_token: HashMap<i64, i64>,
    next_uri: i64,
    next_unit: i64,
    next_pair: i64,
    next_shape: i64,
    next_block: i64,
    next_sequence: HashMap<u8, i64>,
}

impl Memory {
    pub(crate) fn load(connection: &Connection) -> rusqlite::Result<Self> {
        let next = |text: &str| connection.query_row(text, (), |row| row.get::<_, i64>(0));
        let mut memory = Self {
            next_uri: next("SELECT coalesce(max(id),0)+1 FROM uri")?,
            next_unit: next("SELECT coalesce(max(id),0)+1 FROM unit")?,
            next_pair: next("SELECT coalesce(max(id),0)+1 FROM pair")?,
            next_shape: next("SELECT coalesce(max(id),0)+1 FROM shape")?,
            next_block: next("SELECT coalesce(max(block),0)+1 FROM system")?,
            ..Self::default()
        };
        let mut statement = connection.prepare("SELECT type,next FROM tally")?;
        let mut rows = statement.query(())?;
        while let Some(row) = rows.next()? {
            memory.next_sequence.insert(row.get(0)?, row.get(1)?);
        }
        Ok(memory)
    }

    /// Gives up what can be looked up again.
    pub(crate) fn forget(&mut self) {
        self.tokens = Names::default();
        self.identities = Names::default();
        self.uris = Names::default();
        self.units = HashMap::new();
        self.pairs = HashMap::new();
        self.shapes = HashMap::new();
    }

    /// The next sequence number of each type.
    pub(crate) fn next_sequences(&self) -> impl Iterator<Item = (u8, i64)> {
        self.next_sequence.iter().map(|(of, next)| (*of, *next))
    }
}

/// The writer's terms: what it remembers, else what the tables hold, else a new one.
pub(crate) struct WriterTerms<'a> {
    pub(crate) connection: &'a Connection,
    pub(crate) shared: &'a Shared,
    pub(crate) memory: &'a mut Memory,
}

impl WriterTerms<'_> {
    /// The integer of a resource that was mentioned before.
    pub(crate) fn known(
        &mut self,
        of: ResourceType,
        id: &ResourceId,
    ) -> rusqlite::Result<Option<Rid>> {
        let group = i64::from(of.code());
        if let Some(rid) = self.memory.identities.get(group, id.as_str()) {
            return Ok(Some(Rid(rid)));
        }
        let found: Option<i64> = self
            .connection
            .prepare_cached("SELECT r FROM identity WHERE type=? AND id=?")?
            .query_row((of.code(), StoredId::of(id)), |row| row.get(0))
            .optional()?;
        if let Some(rid) = found {
            self.memory.identities.add(group, id.as_str(), rid);
        }
        Ok(found.map(Rid))
    }

    /// A new integer, unless the resource was mentioned before. What is not remembered is most
    /// often new, so this looks for the place of the row once, not once more beforehand.
    fn new_identity(&mut self, of: ResourceType, id: &ResourceId) -> rusqlite::Result<Option<Rid>> {
        let next = self.memory.next_sequence.entry(of.code()).or_insert(1);
        let rid = Rid::new(of, *next);
        let added = self
            .connection
            .prepare_cached("INSERT OR IGNORE INTO identity(type,id,r) VALUES(?,?,?)")?
            .execute((of.code(), StoredId::of(id), rid.0))?;
        if added == 0 {
            return Ok(None);
        }
        *next += 1;
        let group = i64::from(of.code());
        self.memory.identities.add(group, id.as_str(), rid.0);
        Ok(Some(rid))
    }

    /// Resources of a type mentioned so far.
    pub(crate) fn mentioned(&self, of: ResourceType) -> i64 {
        let next = self.memory.next_sequence.get(&of.code());
        next.copied().unwrap_or(1)
    }

    /// The first and the last block of a system, added where it has none.
    fn blocks(&mut self, system: &str) -> rusqlite::Result<Vec<i64>> {
        if let Some(blocks) = self.shared.systems.read().get(system) {
            return Ok(blocks.clone());
        }
        self.add_block(system)?;
        Ok(self
            .shared
            .systems
            .read()
            .get(system)
            .cloned()
            .unwrap_or_default())
    }

    fn add_block(&mut self, system: &str) -> rusqlite::Result<i64> {
        let block = self.memory.next_block;
        self.connection
            .prepare_cached("INSERT INTO system(block,uri) VALUES(?,?)")?
            .execute((block, system))?;
        self.memory.next_block += 1;
        self.shared
            .systems
            .write()
            .entry(system.to_owned())
            .or_default()
            .push(block);
        Ok(block)
    }

    fn find_token(&self, blocks: &[i64], folded: &str) -> rusqlite::Result<Option<i64>> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT id FROM token WHERE folded=? AND id BETWEEN ? AND ?")?;
        for block in blocks {
            let span = block_span(*block);
            if let Some(id) = statement
                .query_row((folded, span.low, span.high), |row| row.get(0))
                .optional()?
            {
                return Ok(Some(id));
            }
        }
        Ok(None)
    }

    fn new_token(&mut self, system: &str, blocks: &[i64]) -> rusqlite::Result<i64> {
        let mut block = blocks.last().copied().unwrap_or_default();
        let mut next = self.next_in(block)?;
        if next > block_span(block).high {
            block = self.add_block(system)?;
            next = block << BLOCK_BITS;
        }
        self.memory.next_token.insert(block, next + 1);
        Ok(next)
    }

    fn next_in(&self, block: i64) -> rusqlite::Result<i64> {
        if let Some(next) = self.memory.next_token.get(&block) {
            return Ok(*next);
        }
        let span = block_span(block);
        let text = "SELECT max(id) FROM token WHERE id BETWEEN ? AND ?";
        let last: Option<i64> = self
            .connection
            .query_row(text, (span.low, span.high), |row| row.get(0))?;
        Ok(last.map_or(span.low, |last| last + 1))
    }

    fn find(&self, text: &str, params: impl rusqlite::Params) -> rusqlite::Result<Option<i64>> {
        self.connection
            .prepare_cached(text)?
            .query_row(params, |row| row.get(0))
            .optional()
    }

    fn insert(&self, text: &str, params: impl rusqlite::Params) -> rusqlite::Result<()> {
        self.connection
            .prepare_cached(text)?
            .execute(params)
            .map(|_| ())
    }
}

impl Terms for WriterTerms<'_> {
    type Error = rusqlite::Error;

    fn token(&mut self, system: Option<&str>, folded: &str) -> rusqlite::Result<i64> {
        let system = system.unwrap_or_default();
        let blocks = self.blocks(system)?;
        let group = blocks.first().copied().unwrap_or_default();
        if let Some(id) = self.memory.tokens.get(group, folded) {
            return Ok(id);
        }
        let found = self.find_token(&blocks, folded)?;
        let id = if let Some(id) = found {
            id
        } else {
            let id = self.new_token(system, &blocks)?;
            self.insert("INSERT INTO token(id,folded) VALUES(?,?)", (id, folded))?;
            id
        };
        self.memory.tokens.add(group, folded, id);
        Ok(id)
    }

    fn uri(&mut self, uri: &str) -> rusqlite::Result<i64> {
        if let Some(id) = self.memory.uris.get(0, uri) {
            return Ok(id);
        }
        let found = self.find("SELECT id FROM uri WHERE uri=?", [uri])?;
        let id = if let Some(id) = found {
            id
        } else {
            let id = self.memory.next_uri;
            self.insert("INSERT INTO uri(id,uri) VALUES(?,?)", (id, uri))?;
            self.memory.next_uri += 1;
            id
        };
        self.memory.uris.add(0, uri, id);
        Ok(id)
    }

    fn unit(&mut self, unit: Unit<'_>) -> rusqlite::Result<i64> {
        let key = [
            unit.system.to_owned(),
            unit.code.to_owned(),
            unit.unit.to_owned(),
        ];
        if let Some(id) = self.memory.units.get(&key) {
            return Ok(*id);
        }
        let params = (unit.system, unit.code, unit.unit);
        let found = self.find(
            "SELECT id FROM unit WHERE system=? AND code=? AND unit=?",
            params,
        )?;
        let id = if let Some(id) = found {
            id
        } else {
            let id = self.memory.next_unit;
            self.insert(
                "INSERT INTO unit(system,code,unit,id) VALUES(?,?,?,?)",
                (params.0, params.1, params.2, id),
            )?;
            self.memory.next_unit += 1;
            id
        };
        bounded(&mut self.memory.units);
        self.memory.units.insert(key, id);
        Ok(id)
    }

    fn pair(&mut self, first: i64, second: i64) -> rusqlite::Result<i64> {
        if let Some(id) = self.memory.pairs.get(&(first, second)) {
            return Ok(*id);
        }
        let found = self.find("SELECT id FROM pair WHERE a=? AND b=?", (first, second))?;
        let id = if let Some(id) = found {
            id
        } else {
            let id = self.memory.next_pair;
            self.insert(
                "INSERT INTO pair(a,b,id) VALUES(?,?,?)",
                (first, second, id),
            )?;
            self.memory.next_pair += 1;
            id
        };
        bounded(&mut self.memory.pairs);
        self.memory.pairs.insert((first, second), id);
        Ok(id)
    }

    fn shape(&mut self, resource_type: ResourceType, numbers: &[i64]) -> rusqlite::Result<i64> {
        let key = (resource_type.code(), numbers.to_vec());
        if let Some(id) = self.memory.shapes.get(&key) {
            return Ok(*id);
        }
        let blob = numbers_blob(numbers);
        let found = self.find(
            "SELECT id FROM shape WHERE type=? AND numbers=?",
            (key.0, &blob),
        )?;
        let id = if let Some(id) = found {
            id
        } else {
            let id = self.memory.next_shape;
            self.insert(
                "INSERT INTO shape(id,type,numbers) VALUES(?,?,?)",
                (id, key.0, &blob),
            )?;
            self.memory.next_shape += 1;
            self.shared.add_shape(
                key.0,
                Shape {
                    id,
                    numbers: numbers.to_vec(),
                },
            );
            id
        };
        bounded(&mut self.memory.shapes);
        self.memory.shapes.insert(key, id);
        Ok(id)
    }

    fn rid(&mut self, resource_type: ResourceType, id: &ResourceId) -> rusqlite::Result<Rid> {
        let group = i64::from(resource_type.code());
        if let Some(rid) = self.memory.identities.get(group, id.as_str()) {
            return Ok(Rid(rid));
        }
        match self.new_identity(resource_type, id)? {
            Some(rid) => Ok(rid),
            None => self
                .known(resource_type, id)?
                .ok_or(rusqlite::Error::QueryReturnedNoRows),
        }
    }
}

fn bounded<K, V>(map: &mut HashMap<K, V>) {
    if map.len() >= ENTRIES_MAX {
        map.clear();
    }
}
