//! Terms that are only looked up: a term the tables do not hold becomes an id no row has.

use cresset_base::ResourceId;
use cresset_definitions::ResourceType;
use cresset_search::TokenMatch;
use cresset_store::layout::encode::Unit;
use cresset_store::layout::{Rid, Terms};
use cresset_store::plan::{Lookups, Span};
use rusqlite::OptionalExtension;

use crate::lookups::Snapshot;

const NONE: i64 = -1;

pub(super) struct Known<'a>(pub(super) Snapshot<'a>);

impl Terms for Known<'_> {
    type Error = rusqlite::Error;

    fn token(&mut self, system: Option<&str>, folded: &str) -> rusqlite::Result<i64> {
        let wanted =
            TokenMatch::SystemAndCode(system.unwrap_or_default().to_owned(), folded.to_owned());
        Ok(self
            .0
            .tokens(&wanted)?
            .first()
            .map_or(NONE, |span| span.low))
    }

    fn uri(&mut self, uri: &str) -> rusqlite::Result<i64> {
        Ok(self.0.uri(uri)?.unwrap_or(NONE))
    }

    fn unit(&mut self, unit: Unit<'_>) -> rusqlite::Result<i64> {
        let text = "SELECT id FROM unit WHERE system=? AND code=? AND unit=?";
        let mut statement = self.0.connection.prepare_cached(text)?;
        let id = statement
            .query_row((unit.system, unit.code, unit.unit), |row| row.get(0))
            .optional()?;
        Ok(id.unwrap_or(NONE))
    }

    fn pair(&mut self, first: i64, second: i64) -> rusqlite::Result<i64> {
        let pairs = self.0.pairs(Span::one(first))?;
        Ok(pairs
            .iter()
            .find(|(b, _)| *b == second)
            .map_or(NONE, |(_, id)| *id))
    }

    fn shape(&mut self, resource_type: ResourceType, numbers: &[i64]) -> rusqlite::Result<i64> {
        let shapes = self.0.shapes(resource_type)?;
        Ok(shapes
            .iter()
            .find(|shape| shape.numbers == numbers)
            .map_or(NONE, |shape| shape.id))
    }

    fn rid(&mut self, resource_type: ResourceType, id: &ResourceId) -> rusqlite::Result<Rid> {
        Ok(self.0.rid(resource_type, id)?.unwrap_or(Rid(NONE)))
    }
}
