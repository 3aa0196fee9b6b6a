//! The versions of all resources of some types, newest first.
//!
//! Each type has three ordered sources: live current versions, current deletions, and versions that
//! were replaced. The newest few of each are merged; what the caller may not see is passed over
//! before a page is cut, and a page ends early when too much was passed over.

use std::collections::HashMap;

use cresset_access::Restriction;
use cresset_definitions::ResourceType;
use cresset_store::backend::chronicle::{Moment, State, Types, page_of};
use cresset_store::layout::{Own, Rid, own_column};
use cresset_store::store::{HistoryAsk, Method};
use cresset_store::{Error, HistoryPage, Version};
use rusqlite::{Connection, OptionalExtension};

use super::{Inner, read};
use crate::fault::{failed, store_error};
use crate::instant;
use crate::row;

/// Fewest versions taken from the sources at once.
const ROUND_MIN: usize = 32;

/// One page.
pub(super) fn page(
    inner: &Inner,
    connection: &Connection,
    types: &Types,
    ask: &HistoryAsk,
) -> Result<HistoryPage, Error> {
    let before = Moment::before(ask)?;
    crate::readers::snapshot(connection, || {
        let mut chronicle = Chronicle {
            inner,
            connection,
            types,
            since_ms: ask.since.map_or(i64::MIN, instant::millis),
            during_from_ms: ask.during.map(|(start, _)| instant::millis(start)),
            theirs: HashMap::new(),
        };
        chronicle.page(before, usize::try_from(ask.count).unwrap_or(usize::MAX))
    })
}

struct Chronicle<'a> {
    inner: &'a Inner,
    connection: &'a Connection,
    types: &'a Types,
    since_ms: i64,
    /// Versions that were replaced before this are not asked for.
    during_from_ms: Option<i64>,
    /// Whether the caller may see a resource as it is now, or was before it was deleted.
    theirs: HashMap<i64, bool>,
}

impl<'a> Chronicle<'a> {
    fn page(&mut self, mut before: Moment, count: usize) -> Result<HistoryPage, Error> {
        let most =
            usize::try_from(self.inner.shared.limits.history_scanned_max).unwrap_or(usize::MAX);
        let mut round = count.saturating_add(1).max(ROUND_MIN);
        let mut versions: Vec<Version> = Vec::new();
        let mut scanned = 0;
        loop {
            let moments = self.newest(before, round)?;
            let is_last = moments.len() < round;
            for (moment, state) in moments {
                if versions.len() == count || scanned == most {
                    return Ok(page_of(versions, Some(before)));
                }
                scanned += 1;
                if let Some(version) = self.seen(moment, state)? {
                    versions.push(version);
                }
                before = moment;
            }
            if is_last {
                return Ok(page_of(versions, None));
            }
            // What is passed over is passed over in few rounds: each asks every source.
            round = round.saturating_mul(2).min(most.saturating_add(1));
        }
    }

    /// The newest versions before a moment, of all types and sources.
    fn newest(&self, before: Moment, count: usize) -> Result<Vec<(Moment, State)>, Error> {
        let mut found = Vec::new();
        for (of, _) in self.types {
            for state in [State::Live, State::Tombstone, State::Replaced] {
                self.source(*of, state, (before, count), &mut found)
                    .map_err(|e| store_error(&e))?;
            }
        }
        found.sort_unstable_by(|(a, _), (b, _)| b.cmp(a));
        found.truncate(count);
        Ok(found)
    }

    fn source(
        &self,
        of: ResourceType,
        state: State,
        (before, count): (Moment, usize),
        found: &mut Vec<(Moment, State)>,
    ) -> rusqlite::Result<()> {
        let (text, of) = match state {
            State::Live => (
                "SELECT k.v,k.r,r.version FROM rng k JOIN resource r ON r.r=k.r WHERE k.p=?1 \
                 AND k.v BETWEEN ?5 AND ?2 AND (k.v,k.r,r.version)<(?2,?3,?4) \
                 ORDER BY k.v DESC,k.r DESC LIMIT ?6",
                own_column(of, Own::Updated),
            ),
            State::Tombstone => (
                "SELECT updated,r,version FROM resource WHERE method=2 AND r>>40=?1 \
                 AND updated BETWEEN ?5 AND ?2 AND (updated,r,version)<(?2,?3,?4) \
                 ORDER BY updated DESC,r DESC LIMIT ?6",
                i64::from(of.code()),
            ),
            State::Replaced => (
                "SELECT updated,r,version FROM history WHERE r>>40=?1 \
                 AND updated BETWEEN ?5 AND ?2 AND (updated,r,version)<(?2,?3,?4) \
                 ORDER BY updated DESC,r DESC,version DESC LIMIT ?6",
                i64::from(of.code()),
            ),
        };
        let limit = i64::try_from(count).unwrap_or(i64::MAX);
        let mut statement = self.connection.prepare_cached(text)?;
        let mut rows = statement.query((
            of,
            before.updated_ms,
            before.rid,
            before.version,
            self.since_ms,
            limit,
        ))?;
        while let Some(row) = rows.next()? {
            let moment = Moment {
                updated_ms: row.get(0)?,
                rid: row.get(1)?,
                version: row.get(2)?,
            };
            found.push((moment, state));
        }
        Ok(())
    }

    /// The version, if it was current when asked and the caller may see it.
    fn seen(&mut self, moment: Moment, state: State) -> Result<Option<Version>, Error> {
        if !self.was_current(moment, state)? {
            return Ok(None);
        }
        let rid = Rid(moment.rid);
        let restriction = self.restriction(rid)?;
        if *restriction == Restriction::Everything {
            return self.version(moment, state).map(Some);
        }
        if !self.is_theirs(rid, restriction)? {
            return Ok(None);
        }
        let version = self.version(moment, state)?;
        let shows = match state {
            State::Live | State::Tombstone => true,
            State::Replaced if version.method == Method::Delete => {
                read::was_visible(self.inner, self.connection, rid, &version, restriction)?
            }
            State::Replaced => read::shows(self.inner, &version, restriction)?,
        };
        Ok(shows.then_some(version))
    }

    fn restriction(&self, rid: Rid) -> Result<&'a Restriction, Error> {
        let of = rid.resource_type();
        let types: &'a Types = self.types;
        types
            .iter()
            .find_map(|(known, restriction)| (Some(*known) == of).then_some(restriction))
            .ok_or_else(|| failed("a version of a type that was not asked for"))
    }

    /// Whether a version was current at some time of what is asked for. A deletion is told only
    /// where it happened.
    fn was_current(&self, moment: Moment, state: State) -> Result<bool, Error> {
        let Some(from_ms) = self.during_from_ms else {
            return Ok(true);
        };
        match state {
            State::Live => Ok(true),
            State::Tombstone => Ok(moment.updated_ms >= from_ms),
            State::Replaced => {
                let next = "SELECT updated FROM history WHERE r=?1 AND version=?2 \
                            UNION ALL SELECT updated FROM resource WHERE r=?1 AND version=?2";
                let replaced: Option<i64> = self
                    .connection
                    .prepare_cached(next)
                    .and_then(|mut statement| {
                        let of = (moment.rid, moment.version + 1);
                        statement.query_row(of, |row| row.get(0)).optional()
                    })
                    .map_err(|e| store_error(&e))?;
                Ok(replaced.is_none_or(|at| at > from_ms))
            }
        }
    }

    /// Whether the resource is visible as it is now, or was before it was deleted.
    fn is_theirs(&mut self, rid: Rid, restriction: &Restriction) -> Result<bool, Error> {
        if let Some(known) = self.theirs.get(&rid.0) {
            return Ok(*known);
        }
        let visible = read::is_visible(self.inner, self.connection, rid, restriction)?;
        let theirs = visible || {
            let current = self.current(rid)?;
            current.method == Method::Delete
                && read::was_visible(self.inner, self.connection, rid, &current, restriction)?
        };
        self.theirs.insert(rid.0, theirs);
        Ok(theirs)
    }

    fn current(&self, rid: Rid) -> Result<Version, Error> {
        let text = "SELECT version,updated,method,body FROM resource WHERE r=?1";
        self.load(text, rid, [rid.0])
    }

    fn version(&self, moment: Moment, state: State) -> Result<Version, Error> {
        let rid = Rid(moment.rid);
        match state {
            State::Live | State::Tombstone => self.current(rid),
            State::Replaced => {
                let text =
                    "SELECT version,updated,method,body FROM history WHERE r=?1 AND version=?2";
                self.load(text, rid, [moment.rid, moment.version])
            }
        }
    }

    fn load(&self, text: &str, rid: Rid, params: impl rusqlite::Params) -> Result<Version, Error> {
        let of = rid
            .resource_type()
            .ok_or_else(|| failed("a resource of no type"))?;
        let mut statement = self
            .connection
            .prepare_cached(text)
            .map_err(|e| store_error(&e))?;
        let mut rows = statement.query(params).map_err(|e| store_error(&e))?;
        let row = rows.next().map_err(|e| store_error(&e))?;
        let row = row.ok_or_else(|| failed("a version that was announced is not there"))?;
        row::version(row, &self.inner.shared.codec, of, None)
    }
}
