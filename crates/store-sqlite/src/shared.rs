//! What readers and the writer of one instance share in memory.

use std::collections::HashMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use cresset_base::{Clock, Limits};
use cresset_store::Error;
use cresset_store::backend::audit::Journal;
use cresset_store::backend::indexing::Reading;
use cresset_store::backend::shape::numbers_of;
use cresset_store::layout::{WordsOf, finds_longer};
use cresset_store::plan::{Arg, ColumnFacts, Dialect, Shape};
use parking_lot::RwLock;
use rusqlite::Connection;

use crate::audit::block;
use crate::catalog;
use crate::codec::Codec;
use crate::current::Current;
use crate::fault::store_error;
use crate::index::Index;
use crate::lookups::Codes;
use crate::sizes::Sizes;
use crate::training::Training;

/// Tokens of one system have ids side by side: a block of this many, and another when it is full.
pub(crate) const BLOCK_BITS: u32 = 24;

/// Numbers and names every thread may look at. The writer adds before it commits, so a reader may
/// know more than its snapshot holds, never less.
pub(crate) struct Shared {
    pub(crate) path: PathBuf,
    pub(crate) bases: Vec<String>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) limits: Arc<Limits>,
    index: RwLock<Arc<Index>>,
    pub(crate) codec: Codec,
    /// Which types are about to get a dictionary.
    pub(crate) training: Training,
    /// Blocks of each system; no system is the empty text.
    pub(crate) systems: RwLock<HashMap<String, Vec<i64>>>,
    pub(crate) shapes: RwLock<HashMap<u8, Arc<Vec<Shape>>>>,
    pub(crate) facts: RwLock<HashMap<i64, ColumnFacts>>,
    pub(crate) sizes: Sizes,
    pub(crate) current: Current,
    pub(crate) codes: Codes,
    /// Changes with every commit that touched a resource.
    pub(crate) generation: AtomicU64,
    /// Commits since the instance was opened.
    pub(crate) commits: AtomicU64,
    /// Units of changes in them.
    pub(crate) units: AtomicU64,
    /// Records of interactions that changed nothing, for the next commit.
    pub(crate) journal: Journal,
}

/// How SQLite spells what backends spell differently.
pub(crate) struct Spelling;

impl Dialect for Spelling {
    fn placeholder(&self, _: usize, out: &mut String) {
        out.push('?');
    }

    fn position(&self) -> &'static str {
        "instr"
    }

    fn words(&self, part: WordsOf, word: &str, _: usize, out: &mut String) -> Arg {
        let table = part.table();
        // Writing to a String cannot fail.
        let _ = write!(
            out,
            "(SELECT rowid AS r FROM {table} WHERE {table} MATCH ?)"
        );
        // Letters and digits alone, so that nothing in it is an operator.
        let more = if finds_longer(word) { "*" } else { "" };
        Arg::Text(format!("\"{word}\"{more}"))
    }
}

/// The same with a mark on each candidate, by which [`VISITED`] counts them.
pub(crate) struct Counting;

/// The function of one connection that counts what a search looks at.
pub(crate) const VISITED: &str = "visited";

impl Dialect for Counting {
    fn placeholder(&self, n: usize, out: &mut String) {
        Spelling.placeholder(n, out);
    }

    fn position(&self) -> &'static str {
        Spelling.position()
    }

    fn visited(&self) -> &'static str {
        " AND visited(k.r)"
    }

    fn words(&self, part: WordsOf, word: &str, n: usize, out: &mut String) -> Arg {
        Spelling.words(part, word, n, out)
    }
}

/// What a store is opened with.
pub(crate) struct Surroundings {
    pub(crate) path: PathBuf,
    pub(crate) bases: Vec<String>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) limits: Arc<Limits>,
    pub(crate) keeps_words: bool,
}

impl Shared {
    /// Reads what a database knows, and adds the search parameters it does not know yet.
    pub(crate) fn load(connection: &mut Connection, around: Surroundings) -> Result<Self, Error> {
        let journal = journal(connection, &around.path)?;
        Self::read(connection, around, journal).map_err(|e| store_error(&e))
    }

    fn read(
        connection: &mut Connection,
        around: Surroundings,
        journal: Journal,
    ) -> rusqlite::Result<Self> {
        let index = catalog::assign(connection, around.keeps_words)?;
        let shared = Self {
            path: around.path,
            bases: around.bases,
            current: Current::new(around.limits.body_cache_bytes_max),
            clock: around.clock,
            limits: around.limits,
            index: RwLock::new(Arc::new(index)),
            codec: Codec::default(),
            training: Training::default(),
            systems: RwLock::new(systems(connection)?),
            shapes: RwLock::new(shapes(connection)?),
            facts: RwLock::new(facts(connection)?),
            sizes: Sizes::default(),
            codes: Codes::default(),
            generation: AtomicU64::new(1),
            commits: AtomicU64::new(0),
            units: AtomicU64::new(0),
            journal,
        };
        shared.load_dictionaries(connection)?;
        Ok(shared)
    }

    fn load_dictionaries(&self, connection: &Connection) -> rusqlite::Result<()> {
        let mut statement =
            connection.prepare("SELECT id,type,bytes FROM dictionary ORDER BY id")?;
        let mut rows = statement.query(())?;
        while let Some(row) = rows.next()? {
            self.codec.add(row.get(0)?, row.get(1)?, row.get(2)?);
        }
        Ok(())
    }

    /// Reads the names again, after a commit that would have added some failed.
    pub(crate) fn reload(&self, connection: &mut Connection) -> rusqlite::Result<()> {
        let keeps_words = self.index().encoder.parameters.keeps_words();
        self.set_index(catalog::assign(connection, keeps_words)?);
        *self.systems.write() = systems(connection)?;
        *self.shapes.write() = shapes(connection)?;
        *self.facts.write() = facts(connection)?;
        Ok(())
    }

    /// What its index holds at present.
    pub(crate) fn index(&self) -> Arc<Index> {
        self.index.read().clone()
    }

    pub(crate) fn set_index(&self, index: Index) {
        *self.index.write() = Arc::new(index);
    }

    /// How bodies are read, by what the index holds.
    pub(crate) fn reading<'a>(&'a self, index: &'a Index) -> Reading<'a> {
        Reading {
            defined: index.unindexed.defined(),
            bases: &self.bases,
            limits: &self.limits,
        }
    }

    pub(crate) fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    pub(crate) fn add_shape(&self, resource_type: u8, shape: Shape) {
        let mut shapes = self.shapes.write();
        let known = shapes.entry(resource_type).or_default();
        Arc::make_mut(known).push(shape);
    }
}

/// The journal beside the database, with what an earlier process left in it.
fn journal(connection: &Connection, database: &Path) -> Result<Journal, Error> {
    let newest = block::newest(connection).map_err(|e| store_error(&e))?;
    let committed = newest.map_or(0, |block| block.journal);
    Journal::open(database.parent().unwrap_or(database), committed)
}

fn systems(connection: &Connection) -> rusqlite::Result<HashMap<String, Vec<i64>>> {
    let mut systems: HashMap<String, Vec<i64>> = HashMap::new();
    let mut statement = connection.prepare("SELECT uri,block FROM system ORDER BY block")?;
    let mut rows = statement.query(())?;
    while let Some(row) = rows.next()? {
        systems.entry(row.get(0)?).or_default().push(row.get(1)?);
    }
    Ok(systems)
}

fn shapes(connection: &Connection) -> rusqlite::Result<HashMap<u8, Arc<Vec<Shape>>>> {
    let mut shapes: HashMap<u8, Vec<Shape>> = HashMap::new();
    let mut statement = connection.prepare("SELECT type,id,numbers FROM shape ORDER BY id")?;
    let mut rows = statement.query(())?;
    while let Some(row) = rows.next()? {
        let numbers = numbers_of(row.get_ref(2)?.as_blob().unwrap_or_default());
        shapes.entry(row.get(0)?).or_default().push(Shape {
            id: row.get(1)?,
            numbers,
        });
    }
    Ok(shapes
        .into_iter()
        .map(|(of, list)| (of, Arc::new(list)))
        .collect())
}

fn facts(connection: &Connection) -> rusqlite::Result<HashMap<i64, ColumnFacts>> {
    let mut statement = connection.prepare("SELECT p,repeats,long FROM fact")?;
    let facts = statement.query_map((), |row| {
        Ok((
            row.get(0)?,
            ColumnFacts {
                repeats: row.get(1)?,
                long: row.get(2)?,
            },
        ))
    })?;
    facts.collect()
}
