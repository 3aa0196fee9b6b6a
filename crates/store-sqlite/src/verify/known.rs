//! Terms that are only looked up: a term the tables do not hold becomes an id no row has.

use std::collections::HashSet;

use cresset_base::ResourceId;
use cresset_definitions::ResourceType;
use cresset_search::TokenMatch;
use cresset_store::backend::shape::says;
use cresset_store::layout::encode::Unit;
use cresset_store::layout::{Rid, Terms};
use cresset_store::plan::{Lookups, Shape, Span};
use rusqlite::OptionalExtension;

use crate::lookups::Snapshot;

const NONE: i64 = -1;

pub(super) struct Known<'a> {
    pub(super) snapshot: Snapshot<'a>,
    /// The set of parameters that the resource has.
    pub(super) shape: i64,
    /// Numbers of the parameters there are.
    pub(super) in_use: &'a HashSet<i64>,
}

impl Terms for Known<'_> {
    type Error = rusqlite::Error;

    fn token(&mut self, system: Option<&str>, folded: &str) -> rusqlite::Result<i64> {
        let wanted =
            TokenMatch::SystemAndCode(system.unwrap_or_default().to_owned(), folded.to_owned());
        Ok(self
            .snapshot
            .tokens(&wanted)?
            .first()
            .map_or(NONE, |span| span.low))
    }

    fn uri(&mut self, uri: &str) -> rusqlite::Result<i64> {
        Ok(self.snapshot.uri(uri)?.unwrap_or(NONE))
    }

    fn unit(&mut self, unit: Unit<'_>) -> rusqlite::Result<i64> {
        let text = "SELECT id FROM unit WHERE system=? AND code=? AND unit=?";
        let mut statement = self.snapshot.connection.prepare_cached(text)?;
        let id = statement
            .query_row((unit.system, unit.code, unit.unit), |row| row.get(0))
            .optional()?;
        Ok(id.unwrap_or(NONE))
    }

    fn pair(&mut self, first: i64, second: i64) -> rusqlite::Result<i64> {
        let pairs = self.snapshot.pairs(Span::one(first))?;
        Ok(pairs
            .iter()
            .find(|(b, _)| *b == second)
            .map_or(NONE, |(_, id)| *id))
    }

    fn shape(&mut self, resource_type: ResourceType, numbers: &[i64]) -> rusqlite::Result<i64> {
        let shapes = self.snapshot.shapes(resource_type)?;
        let is_held = |shape: &&Shape| {
            shape.id == self.shape
                && says(&shape.numbers, numbers, |number| {
                    self.in_use.contains(&number)
                })
        };
        let held = shapes.iter().find(is_held);
        let found = held.or_else(|| shapes.iter().find(|shape| shape.numbers == numbers));
        Ok(found.map_or(NONE, |shape| shape.id))
    }

    fn rid(&mut self, resource_type: ResourceType, id: &ResourceId) -> rusqlite::Result<Rid> {
        Ok(self.snapshot.rid(resource_type, id)?.unwrap_or(Rid(NONE)))
    }
}
