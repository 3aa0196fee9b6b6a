//! The versions of all resources of some types, newest first.
//!
//! Each type has three ordered sources: live current versions, current deletions, and versions that
//! were replaced. The newest few of each are merged; what the caller may not see is passed over
//! before a page is cut, and a page ends early when too much was passed over.

use std::collections::HashMap;

use cresset_access::Restriction;
use cresset_definitions::ResourceType;
use cresset_store::backend::chronicle::{Moment, State, Types, page_of};
use cresset_store::backend::instant;
use cresset_store::layout::{Own, Rid, own_column};
use cresset_store::store::{HistoryAsk, Method};
use cresset_store::visibility::shows;
use cresset_store::{Error, HistoryPage, Version};
use deadpool_postgres::Transaction;
use futures_util::future::{try_join, try_join3};

use crate::fault::store_error;
use crate::row::{self, get};
use crate::shared::Shared;
use crate::snapshot::{begin, connection, query};

/// Fewest versions taken from the sources at once.
const ROUND_MIN: usize = 32;
/// Most versions whose bodies are held at once, unless a page is larger.
const ROUND_MAX: usize = 1_024;

const LIVE: &str = "SELECT x.* FROM unnest($1::int4[]) t(p) CROSS JOIN LATERAL \
    (SELECT k.v,k.r,c.version FROM rng k JOIN resource c ON c.r=k.r WHERE k.p=t.p \
     AND k.v BETWEEN $5 AND $2 AND (k.v,k.r,c.version::int8)<($2,$3,$4) \
     ORDER BY k.v DESC,k.r DESC LIMIT $6) x";
const TOMBSTONES: &str = "SELECT x.* FROM unnest($1::int8[]) t(f) CROSS JOIN LATERAL \
    (SELECT c.updated,c.r,c.version FROM resource c WHERE c.method=2 AND c.r>>40=t.f \
     AND c.updated BETWEEN $5 AND $2 AND (c.updated,c.r,c.version::int8)<($2,$3,$4) \
     ORDER BY c.updated DESC,c.r DESC LIMIT $6) x";
const REPLACED: &str = "SELECT x.* FROM unnest($1::int8[]) t(f) CROSS JOIN LATERAL \
    (SELECT h.updated,h.r,h.version FROM history h WHERE h.r>>40=t.f \
     AND h.updated BETWEEN $5 AND $2 AND (h.updated,h.r,h.version::int8)<($2,$3,$4) \
     ORDER BY h.updated DESC,h.r DESC,h.version DESC LIMIT $6) x";
/// Current versions, and what was there before each deletion.
const CURRENT: &str = "SELECT r,version,updated,method,body FROM resource WHERE r=ANY($1) \
    UNION ALL SELECT h.r,h.version,h.updated,h.method,h.body FROM resource k JOIN history h \
    ON h.r=k.r AND h.version=k.version-1 WHERE k.r=ANY($1) AND k.method=2";
const EARLIER: &str = "SELECT h.r,h.version,h.updated,h.method,h.body FROM history h \
    JOIN unnest($1::int8[],$2::int4[]) t(r,version) ON h.r=t.r AND h.version=t.version";

/// One page.
pub(super) async fn page(
    shared: &Shared,
    types: &Types,
    ask: &HistoryAsk,
) -> Result<HistoryPage, Error> {
    let mut before = Moment::before(ask)?;
    let count = usize::try_from(ask.count).unwrap_or(usize::MAX);
    let most = usize::try_from(shared.limits.history_scanned_max).unwrap_or(usize::MAX);
    let mut round = count.saturating_add(1).max(ROUND_MIN);
    let mut connection = connection(shared).await?;
    let snapshot = begin(&mut connection).await?;
    let mut versions: Vec<Version> = Vec::new();
    let mut scanned = 0;
    loop {
        let since_ms = ask.since.map_or(i64::MIN, instant::millis);
        let moments = newest(&snapshot, types, (before, since_ms), round).await?;
        let is_last = moments.len() < round;
        let chronicle = Chronicle {
            shared,
            types,
            during_from_ms: ask.during.map(|(start, _)| instant::millis(start)),
            known: load(shared, &snapshot, &moments).await?,
        };
        for (moment, state) in moments {
            if versions.len() == count || scanned == most {
                return Ok(page_of(versions, Some(before)));
            }
            scanned += 1;
            if let Some(version) = chronicle.seen(moment, state)? {
                versions.push(version);
            }
            before = moment;
        }
        if is_last {
            return Ok(page_of(versions, None));
        }
        // What is passed over is passed over in few rounds: each asks every source.
        round = round.saturating_mul(2).min(ROUND_MAX.max(round));
    }
}

/// The newest versions before a moment, of all types and sources.
async fn newest(
    snapshot: &Transaction<'_>,
    types: &Types,
    (before, since_ms): (Moment, i64),
    count: usize,
) -> Result<Vec<(Moment, State)>, Error> {
    let columns: Vec<i32> = types
        .iter()
        .filter_map(|(of, _)| i32::try_from(own_column(*of, Own::Updated)).ok())
        .collect();
    let codes: Vec<i64> = types.iter().map(|(of, _)| i64::from(of.code())).collect();
    let limit = i64::try_from(count).unwrap_or(i64::MAX);
    let Moment {
        updated_ms,
        rid,
        version,
    } = before;
    let live = (&columns, &updated_ms, &rid, &version, &since_ms, &limit);
    let live: [&(dyn tokio_postgres::types::ToSql + Sync); 6] =
        [live.0, live.1, live.2, live.3, live.4, live.5];
    let mut others = live;
    if let Some(first) = others.first_mut() {
        *first = &codes;
    }
    let (live, tombstones, replaced) = try_join3(
        query(snapshot, LIVE, &live),
        query(snapshot, TOMBSTONES, &others),
        query(snapshot, REPLACED, &others),
    )
    .await
    .map_err(|e| store_error(&e))?;
    let sources = [
        (State::Live, live),
        (State::Tombstone, tombstones),
        (State::Replaced, replaced),
    ];
    let mut found = Vec::new();
    for (state, rows) in &sources {
        for row in rows {
            let moment = Moment {
                updated_ms: get(row, 0)?,
                rid: get(row, 1)?,
                version: i64::from(get::<i32>(row, 2)?),
            };
            found.push((moment, *state));
        }
    }
    found.sort_unstable_by(|(a, _), (b, _)| b.cmp(a));
    found.truncate(count);
    Ok(found)
}

/// Versions by resource and number; current ones also by the resource alone.
#[derive(Default)]
struct Known {
    current: HashMap<i64, Version>,
    all: HashMap<(i64, u64), Version>,
}

/// All versions that some moments make one look at.
async fn load(
    shared: &Shared,
    snapshot: &Transaction<'_>,
    moments: &[(Moment, State)],
) -> Result<Known, Error> {
    let rids: Vec<i64> = moments.iter().map(|(moment, _)| moment.rid).collect();
    let replaced = moments
        .iter()
        .filter(|(_, state)| *state == State::Replaced);
    // The version itself, the one before a deletion, and the one by which it was replaced.
    let wanted = replaced.flat_map(|(moment, _)| {
        [-1, 0, 1].map(|by| (moment.rid, i32::try_from(moment.version + by).unwrap_or(0)))
    });
    let (earlier_of, numbers): (Vec<i64>, Vec<i32>) = wanted.unzip();
    let (current, earlier) = try_join(
        query(snapshot, CURRENT, &[&rids]),
        query(snapshot, EARLIER, &[&earlier_of, &numbers]),
    )
    .await
    .map_err(|e| store_error(&e))?;
    row::ready(shared, snapshot, (&current, 4)).await?;
    row::ready(shared, snapshot, (&earlier, 4)).await?;
    let mut known = Known::default();
    for row in current.iter().chain(&earlier) {
        let rid: i64 = get(row, 0)?;
        let of = Rid(rid).resource_type();
        let of = of.ok_or_else(|| Error::failed("a resource of no type"))?;
        let version = row::version(row, 1, &shared.codec, (of, None))?;
        let newest = known.current.get(&rid).map(|current| current.version);
        if newest.is_none_or(|newest| newest < version.version) {
            known.current.insert(rid, version.clone());
        }
        known.all.insert((rid, version.version), version);
    }
    Ok(known)
}

struct Chronicle<'a> {
    shared: &'a Shared,
    types: &'a Types,
    /// Versions that were replaced before this are not asked for.
    during_from_ms: Option<i64>,
    known: Known,
}

impl Chronicle<'_> {
    /// The version, if it was current when asked and the caller may see it.
    fn seen(&self, moment: Moment, state: State) -> Result<Option<Version>, Error> {
        if !self.was_current(moment, state) {
            return Ok(None);
        }
        let number = u64::try_from(moment.version).unwrap_or_default();
        let version = self
            .known
            .all
            .get(&(moment.rid, number))
            .ok_or_else(|| Error::failed("a version that was announced is not there"))?;
        let restriction = self.restriction(version.resource_type)?;
        let current = self.known.current.get(&moment.rid).unwrap_or(version);
        // The resource must be visible as it is now, or was before it was deleted.
        let shown = self.shows(moment.rid, current, restriction)?
            && self.shows(moment.rid, version, restriction)?;
        Ok(shown.then(|| version.clone()))
    }

    /// Whether a version is within the restriction; a deletion by what was deleted.
    fn shows(&self, rid: i64, version: &Version, restriction: &Restriction) -> Result<bool, Error> {
        if *restriction == Restriction::Everything {
            return Ok(true);
        }
        let decides = if version.method == Method::Delete {
            self.known
                .all
                .get(&(rid, version.version.saturating_sub(1)))
        } else {
            Some(version)
        };
        let around = (&*self.shared.limits, &*self.shared.bases);
        decides.map_or(Ok(false), |version| shows(restriction, version, around))
    }

    fn restriction(&self, of: ResourceType) -> Result<&Restriction, Error> {
        let mut types = self.types.iter();
        types
            .find_map(|(known, restriction)| (*known == of).then_some(restriction))
            .ok_or_else(|| Error::failed("a version of a type that was not asked for"))
    }

    /// Whether a version was current at some time of what is asked for. A deletion is told only
    /// where it happened.
    fn was_current(&self, moment: Moment, state: State) -> bool {
        let Some(from_ms) = self.during_from_ms else {
            return true;
        };
        match state {
            State::Live => true,
            State::Tombstone => moment.updated_ms >= from_ms,
            State::Replaced => {
                let next = u64::try_from(moment.version + 1).unwrap_or_default();
                let next = self.known.all.get(&(moment.rid, next));
                next.is_none_or(|next| instant::millis(next.last_updated) > from_ms)
            }
        }
    }
}
