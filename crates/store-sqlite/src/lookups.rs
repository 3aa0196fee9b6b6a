//! The planner's questions, answered from one connection's snapshot.

use std::sync::Arc;

use cresset_base::ResourceId;
use cresset_definitions::ResourceType;
use cresset_search::TokenMatch;
use cresset_store::layout::Rid;
use cresset_store::plan::{Arg, ColumnFacts, Lookups, Shape, Span, Statement};
use quick_cache::Equivalent;
use quick_cache::sync::Cache;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension, Params, ToSql};

use crate::identity::StoredId;
use crate::shared::{BLOCK_BITS, Shared};

pub(crate) struct Snapshot<'a> {
    pub(crate) connection: &'a Connection,
    pub(crate) shared: &'a Shared,
    pub(crate) names: Names,
}

/// Where the integers of ids and codes are looked up.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Names {
    /// In memory first: the connection sees what is committed alone, and such integers never change.
    Remembered,
    /// In the tables: the connection may see what will not be committed, or is there to check them.
    Stored,
}

/// Integers of codes that were lately asked for.
pub(crate) struct Codes(Cache<(i64, Box<str>), i64>);

/// How many.
const CODES: usize = 4_096;

/// A code of a block that is only looked up.
#[derive(Hash)]
struct Asked<'a>(i64, &'a str);

impl Equivalent<(i64, Box<str>)> for Asked<'_> {
    fn equivalent(&self, (block, folded): &(i64, Box<str>)) -> bool {
        self.0 == *block && *self.1 == **folded
    }
}

impl Default for Codes {
    fn default() -> Self {
        Self(Cache::new(CODES))
    }
}

/// An argument of a planned statement.
pub(crate) struct Bound<'a>(pub(crate) &'a Arg);

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0 {
            Arg::Null => ValueRef::Null,
            Arg::Int(value) => ValueRef::Integer(*value),
            Arg::Text(text) => ValueRef::Text(text.as_bytes()),
            // Lists are spelled out for this backend.
            Arg::Ints(_) => {
                return Err(rusqlite::Error::ToSqlConversionFailure(
                    "a list is no argument".into(),
                ));
            }
        }))
    }
}

impl Snapshot<'_> {
    fn ids(&self, text: &str, params: impl Params) -> rusqlite::Result<Vec<i64>> {
        let mut statement = self.connection.prepare_cached(text)?;
        let ids = statement.query_map(params, |row| row.get(0))?;
        ids.collect()
    }

    fn blocks(&self, system: &str) -> Vec<Span> {
        let systems = self.shared.systems.read();
        let blocks = systems.get(system).map(Vec::as_slice).unwrap_or_default();
        blocks.iter().map(|block| block_span(*block)).collect()
    }

    fn tokens_of(&self, system: &str, folded: &str) -> rusqlite::Result<Vec<Span>> {
        let mut found = Vec::new();
        for block in self.blocks(system) {
            found.extend(self.token_in(block, folded)?.map(Span::one));
        }
        Ok(found)
    }

    /// The integer of a code within a block, which holds it once.
    fn token_in(&self, block: Span, folded: &str) -> rusqlite::Result<Option<i64>> {
        let codes = &self.shared.codes.0;
        let remembers = self.names == Names::Remembered;
        if remembers && let Some(id) = codes.get(&Asked(block.low, folded)) {
            return Ok(Some(id));
        }
        let text = "SELECT id FROM token WHERE folded=? AND id BETWEEN ? AND ?";
        let mut statement = self.connection.prepare_cached(text)?;
        let found = statement
            .query_row((folded, block.low, block.high), |row| row.get(0))
            .optional()?;
        if let Some(id) = found.filter(|_| remembers) {
            codes.insert((block.low, folded.into()), id);
        }
        Ok(found)
    }
}

pub(crate) fn block_span(block: i64) -> Span {
    Span {
        low: block << BLOCK_BITS,
        high: ((block + 1) << BLOCK_BITS) - 1,
    }
}

impl Lookups for Snapshot<'_> {
    type Error = rusqlite::Error;

    fn rid(&self, resource_type: ResourceType, id: &ResourceId) -> rusqlite::Result<Option<Rid>> {
        let current = &self.shared.current;
        let remembers = self.names == Names::Remembered;
        if remembers && let Some(rid) = current.integer(resource_type, id) {
            return Ok(Some(Rid(rid)));
        }
        let mut statement = self
            .connection
            .prepare_cached("SELECT r FROM identity WHERE type=? AND id=?")?;
        let rid = statement
            .query_row((resource_type.code(), StoredId::of(id)), |row| row.get(0))
            .optional()?;
        if let Some(rid) = rid.filter(|_| remembers) {
            current.know(resource_type, id, rid);
        }
        Ok(rid.map(Rid))
    }

    fn tokens(&self, wanted: &TokenMatch) -> rusqlite::Result<Vec<Span>> {
        match wanted {
            TokenMatch::Code(code) => {
                let ids = self.ids("SELECT id FROM token WHERE folded=?", [code])?;
                Ok(ids.into_iter().map(Span::one).collect())
            }
            TokenMatch::SystemAndCode(system, code) => self.tokens_of(system, code),
            TokenMatch::NoSystem(code) => self.tokens_of("", code),
            TokenMatch::System(system) => Ok(self.blocks(system)),
        }
    }

    fn uri(&self, uri: &str) -> rusqlite::Result<Option<i64>> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT id FROM uri WHERE uri=?")?;
        statement.query_row([uri], |row| row.get(0)).optional()
    }

    fn uris_beginning(&self, prefix: &str) -> rusqlite::Result<Vec<i64>> {
        match cresset_store::plan::text_after(prefix) {
            Some(after) => self.ids("SELECT id FROM uri WHERE uri>=? AND uri<?", (prefix, after)),
            None => self.ids("SELECT id FROM uri WHERE uri>=?", [prefix]),
        }
    }

    fn units(&self, wanted: &TokenMatch) -> rusqlite::Result<Vec<(i64, String)>> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT id,system,code,unit FROM unit")?;
        let mut rows = statement.query(())?;
        let mut units = Vec::new();
        while let Some(row) = rows.next()? {
            let text = |at| row.get_ref(at).and_then(|value| Ok(value.as_str()?));
            if wanted.is_unit([text(1)?, text(2)?, text(3)?]) {
                units.push((row.get(0)?, row.get(2)?));
            }
        }
        Ok(units)
    }

    fn pairs(&self, first: Span) -> rusqlite::Result<Vec<(i64, i64)>> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT b,id FROM pair WHERE a BETWEEN ? AND ?")?;
        let pairs = statement.query_map((first.low, first.high), |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
        pairs.collect()
    }

    fn shapes(&self, resource_type: ResourceType) -> rusqlite::Result<Arc<Vec<Shape>>> {
        Ok(self
            .shared
            .shapes
            .read()
            .get(&resource_type.code())
            .cloned()
            .unwrap_or_default())
    }

    fn facts(&self, column: i64) -> ColumnFacts {
        self.shared
            .facts
            .read()
            .get(&column)
            .copied()
            .unwrap_or_default()
    }

    fn size(&self, statement: &Statement) -> rusqlite::Result<u64> {
        let generation = self.shared.generation();
        if let Some(rows) = self.shared.sizes.get(statement, generation) {
            return Ok(rows);
        }
        let mut prepared = self.connection.prepare_cached(&statement.text)?;
        let args = rusqlite::params_from_iter(statement.args.iter().map(Bound));
        let rows = prepared.query_row(args, |row| row.get(0))?;
        self.shared.sizes.keep(statement, generation, rows);
        Ok(rows)
    }
}
