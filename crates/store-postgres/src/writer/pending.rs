//! What a commit writes, and how its rows reach their tables: all of one table with one statement,
//! all statements in one round trip.

mod words;

use std::collections::HashMap;

use cresset_definitions::ResourceType;
use cresset_store::Error;
use cresset_store::backend::version::method_code;
use cresset_store::layout::encode::{Key, Keys, Target, TextKey, WordKey};
use cresset_store::layout::{Rid, WordsOf};
use deadpool_postgres::Transaction;
use futures_util::future::try_join_all;
use tokio_postgres::types::ToSql;

use super::terms::Registry;
use super::world::{State, World};
use crate::fault::store_error;
use crate::row::get;
use crate::snapshot::{execute, query};
use crate::value::TEXT_CHARS;

pub(super) type Value = Box<dyn ToSql + Sync + Send>;

/// Statements that do not depend on each other.
#[derive(Default)]
pub(super) struct Statements(Vec<(&'static str, Vec<Value>)>);

impl Statements {
    pub(super) fn add(&mut self, text: &'static str, args: Vec<Value>) {
        self.0.push((text, args));
    }

    /// Runs them all.
    pub(super) async fn run(self, transaction: &Transaction<'_>) -> Result<(), Error> {
        let each = self.0.iter().map(|(text, args)| async move {
            let args: Vec<&(dyn ToSql + Sync)> = args.iter().map(|arg| &**arg as _).collect();
            execute(transaction, text, &args).await
        });
        try_join_all(each).await.map(drop)
    }
}

/// Writes everything that changed since the last time.
pub(super) async fn flush(
    transaction: &Transaction<'_>,
    registry: &mut Registry<'_>,
    world: &mut World,
) -> Result<(), Error> {
    let mut statements = Statements::default();
    let mut gathered = Changes::default();
    for (rid, entry) in &mut world.entries {
        gathered.take(*rid, (&entry.was, &entry.now), &entry.replaced);
        if entry.was.head != entry.now.head {
            registry.note_facts(&entry.now.keys);
            entry.was = entry.now.clone();
            entry.replaced.clear();
        }
    }
    registry.statements(&mut statements);
    gathered.tallies(registry, &mut statements);
    gathered.statements(&mut statements);
    statements.run(transaction).await
}

/// Replaces keys of resources by others, which may be there already.
pub(super) async fn replace(
    transaction: &Transaction<'_>,
    resources: &[(i64, Keys, Keys)],
) -> Result<(), Error> {
    let (mut removed, mut added) = (Rows::default(), Rows::default());
    for (rid, before, after) in resources {
        removed.take(*rid, before, after);
        removed.take(*rid, after, before);
        added.take(*rid, after, before);
    }
    let mut statements = Statements::default();
    words::statements(&[], &removed.words, &mut statements);
    remove(removed, &mut statements);
    statements.run(transaction).await?;
    let mut statements = Statements::default();
    words::statements(&added.words, &[], &mut statements);
    add(added, &mut statements);
    statements.run(transaction).await
}

/// Rows of all tables.
#[derive(Default)]
struct Changes {
    resources: Vec<(i64, State)>,
    replaced: Vec<(i64, State)>,
    added: Rows,
    removed: Rows,
    /// Change of the number of live resources by type.
    live: HashMap<u8, i64>,
}

/// The tables of the index.
pub(super) const TABLES: [&str; 5] = ["idx", "rng", "str", "narrative", "content"];

/// Rows of the tables of the index.
#[derive(Default)]
pub(super) struct Rows {
    /// With whether it is a local reference.
    index: Vec<(i64, Key, bool)>,
    ranges: Vec<(i64, Key)>,
    texts: Vec<(i64, TextKey)>,
    words: Vec<(i64, WordKey)>,
}

impl Rows {
    /// The number of rows in each of the [`TABLES`].
    pub(super) fn counts(&self) -> [u64; 5] {
        let words = |part| {
            self.words
                .iter()
                .filter(|(_, key)| key.part == part)
                .count()
        };
        [
            self.index.len(),
            self.ranges.len(),
            self.texts.len(),
            words(WordsOf::Narrative),
            words(WordsOf::Content),
        ]
        .map(|n| n as u64)
    }

    /// Adds the keys of a resource that others have not.
    pub(super) fn take(&mut self, rid: i64, of: &Keys, without: &Keys) {
        let changed = of.without(without);
        let is_reference = |key: &Key| {
            let target = Target { p: key.p, v: key.v };
            key.w == 0 && of.targets.binary_search(&target).is_ok()
        };
        let index = changed.index.into_iter();
        self.index
            .extend(index.map(|key| (rid, *key, is_reference(key))));
        self.ranges
            .extend(changed.ranges.into_iter().map(|key| (rid, *key)));
        self.texts
            .extend(changed.texts.into_iter().map(|key| (rid, key.clone())));
        self.words
            .extend(changed.words.into_iter().map(|key| (rid, key.clone())));
    }
}

impl Changes {
    fn take(&mut self, rid: i64, (was, now): (&State, &State), replaced: &[State]) {
        if was.head == now.head {
            return;
        }
        self.resources.push((rid, now.clone()));
        self.replaced
            .extend(replaced.iter().map(|state| (rid, state.clone())));
        self.added.take(rid, &now.keys, &was.keys);
        self.removed.take(rid, &was.keys, &now.keys);
        let by = i64::from(now.live().is_some()) - i64::from(was.live().is_some());
        let of = Rid(rid).resource_type().map_or(0, ResourceType::code);
        *self.live.entry(of).or_default() += by;
    }

    fn tallies(&mut self, registry: &Registry<'_>, out: &mut Statements) {
        let mut rows: HashMap<u8, (i64, i64)> = HashMap::new();
        for (of, next) in registry.next_sequences() {
            rows.insert(of, (next, 0));
        }
        for (of, by) in self.live.drain() {
            rows.entry(of).or_insert((1, 0)).1 += by;
        }
        if rows.is_empty() {
            return;
        }
        let text = "INSERT INTO tally(type,next,live) SELECT * FROM unnest($1::int2[],$2::int8[],$3::int8[]) \
                    ON CONFLICT(type) DO UPDATE SET next=greatest(tally.next,excluded.next),\
                    live=tally.live+excluded.live";
        let types: Vec<i16> = rows.keys().map(|of| i16::from(*of)).collect();
        let next: Vec<i64> = rows.values().map(|row| row.0).collect();
        let live: Vec<i64> = rows.values().map(|row| row.1).collect();
        out.add(text, vec![Box::new(types), Box::new(next), Box::new(live)]);
    }

    fn statements(mut self, out: &mut Statements) {
        if self.resources.is_empty() {
            return;
        }
        self.resources.sort_unstable_by_key(|(rid, _)| *rid);
        let text = "INSERT INTO resource(r,updated,version,shape,method,body) \
                    SELECT * FROM unnest($1::int8[],$2::int8[],$3::int4[],$4::int4[],$5::int2[],$6::bytea[]) \
                    ON CONFLICT(r) DO UPDATE SET updated=excluded.updated,version=excluded.version,\
                    shape=excluded.shape,method=excluded.method,body=excluded.body";
        versions(text, self.resources, true, out);
        if !self.replaced.is_empty() {
            let text = "INSERT INTO history(r,updated,version,method,body) \
                        SELECT * FROM unnest($1::int8[],$2::int8[],$3::int4[],$4::int2[],$5::bytea[])";
            versions(text, self.replaced, false, out);
        }
        words::statements(&self.added.words, &self.removed.words, out);
        remove(self.removed, out);
        add(self.added, out);
    }
}

fn versions(text: &'static str, rows: Vec<(i64, State)>, with_shape: bool, out: &mut Statements) {
    let rids: Vec<i64> = rows.iter().map(|(rid, _)| *rid).collect();
    let heads: Vec<_> = rows.iter().filter_map(|(_, state)| state.head).collect();
    let updated: Vec<i64> = heads.iter().map(|head| head.updated_ms).collect();
    let numbers: Vec<i32> = heads.iter().map(|head| narrow(head.version)).collect();
    let methods: Vec<i16> = heads
        .iter()
        .map(|head| i16::try_from(method_code(head.method)).unwrap_or_default())
        .collect();
    let shapes: Vec<i32> = rows.iter().map(|(_, state)| narrow(state.shape)).collect();
    let bodies: Vec<Vec<u8>> = rows.into_iter().map(|(_, state)| state.stored).collect();
    let mut args: Vec<Value> = vec![Box::new(rids), Box::new(updated), Box::new(numbers)];
    if with_shape {
        args.push(Box::new(shapes));
    }
    args.push(Box::new(methods));
    args.push(Box::new(bodies));
    out.add(text, args);
}

fn narrow(number: impl TryInto<i32>) -> i32 {
    number.try_into().unwrap_or(i32::MAX)
}

/// The columns `p, v, w, r` of some keys.
fn columns<'k>(rows: impl Iterator<Item = (i64, &'k Key)> + Clone) -> Vec<Value> {
    let p: Vec<i32> = rows.clone().map(|(_, key)| narrow(key.p)).collect();
    let v: Vec<i64> = rows.clone().map(|(_, key)| key.v).collect();
    let w: Vec<i64> = rows.clone().map(|(_, key)| key.w).collect();
    let r: Vec<i64> = rows.map(|(rid, _)| rid).collect();
    vec![Box::new(p), Box::new(v), Box::new(w), Box::new(r)]
}

fn index_columns(rows: &[(i64, Key, bool)]) -> Vec<Value> {
    columns(rows.iter().map(|(rid, key, _)| (*rid, key)))
}

/// The same with the mark.
fn marked_columns(rows: &[(i64, Key, bool)]) -> Vec<Value> {
    let mut columns = index_columns(rows);
    let references: Vec<bool> = rows.iter().map(|(_, _, f)| *f).collect();
    columns.push(Box::new(references));
    columns
}

fn range_columns(rows: &[(i64, Key)]) -> Vec<Value> {
    columns(rows.iter().map(|(rid, key)| (*rid, key)))
}

/// The columns `p, s, rest, h, r` of some texts.
fn text_columns(rows: Vec<(i64, TextKey)>) -> Vec<Value> {
    let p: Vec<i32> = rows.iter().map(|(_, key)| narrow(key.p)).collect();
    let h: Vec<i64> = rows.iter().map(|(_, key)| key.hash).collect();
    let r: Vec<i64> = rows.iter().map(|(rid, _)| *rid).collect();
    let (s, rest): (Vec<String>, Vec<String>) =
        rows.into_iter().map(|(_, key)| divided(key.text)).unzip();
    vec![
        Box::new(p),
        Box::new(s),
        Box::new(rest),
        Box::new(h),
        Box::new(r),
    ]
}

/// A text's first characters and the rest.
fn divided(mut text: String) -> (String, String) {
    let end = text.char_indices().nth(TEXT_CHARS).map(|(at, _)| at);
    let rest = end.map(|end| text.split_off(end)).unwrap_or_default();
    (text, rest)
}

/// Each table in the order of its key.
fn add(mut rows: Rows, out: &mut Statements) {
    rows.index
        .sort_unstable_by_key(|(rid, key, _)| (key.p, key.v, key.w, *rid));
    rows.ranges
        .sort_unstable_by_key(|(rid, key)| (key.p, key.v, *rid, key.w));
    rows.texts.sort_unstable_by(|(a, x), (b, y)| {
        (x.p, &x.text, a, x.hash).cmp(&(y.p, &y.text, b, y.hash))
    });
    if !rows.index.is_empty() {
        let text = "INSERT INTO idx(p,v,w,r,f) \
                    SELECT * FROM unnest($1::int4[],$2::int8[],$3::int8[],$4::int8[],$5::bool[])";
        out.add(text, marked_columns(&rows.index));
    }
    if !rows.ranges.is_empty() {
        let text = "INSERT INTO rng(p,v,w,r) SELECT * FROM unnest($1::int4[],$2::int8[],$3::int8[],$4::int8[])";
        out.add(text, range_columns(&rows.ranges));
    }
    if !rows.texts.is_empty() {
        let text = "INSERT INTO str(p,s,rest,h,r) \
                    SELECT * FROM unnest($1::int4[],$2::text[],$3::text[],$4::int8[],$5::int8[])";
        out.add(text, text_columns(rows.texts));
    }
}

fn remove(rows: Rows, out: &mut Statements) {
    if !rows.index.is_empty() {
        let text = "DELETE FROM idx k USING unnest($1::int4[],$2::int8[],$3::int8[],$4::int8[]) d(p,v,w,r) \
                    WHERE k.p=d.p AND k.v=d.v AND k.w=d.w AND k.r=d.r";
        out.add(text, index_columns(&rows.index));
    }
    if !rows.ranges.is_empty() {
        let text = "DELETE FROM rng k USING unnest($1::int4[],$2::int8[],$3::int8[],$4::int8[]) d(p,v,w,r) \
                    WHERE k.p=d.p AND k.v=d.v AND k.w=d.w AND k.r=d.r";
        out.add(text, range_columns(&rows.ranges));
    }
    if !rows.texts.is_empty() {
        let text = "DELETE FROM str k USING unnest($1::int4[],$2::text[],$3::text[],$4::int8[],$5::int8[]) d(p,s,rest,h,r) \
                    WHERE k.p=d.p AND k.s=d.s AND k.rest=d.rest AND k.h=d.h AND k.r=d.r";
        out.add(text, text_columns(rows.texts));
    }
}

/// The resources of which rows are not there, by table.
pub(super) async fn missing(
    snapshot: &Transaction<'_>,
    rows: Rows,
) -> Result<[(&'static str, Vec<i64>); 5], Error> {
    let index = "SELECT DISTINCT d.r FROM unnest($1::int4[],$2::int8[],$3::int8[],$4::int8[],$5::bool[]) d(p,v,w,r,f) \
                 WHERE NOT EXISTS(SELECT 1 FROM idx k WHERE k.p=d.p AND k.v=d.v AND k.w=d.w AND k.r=d.r AND k.f=d.f)";
    let ranges = "SELECT DISTINCT d.r FROM unnest($1::int4[],$2::int8[],$3::int8[],$4::int8[]) d(p,v,w,r) \
                  WHERE NOT EXISTS(SELECT 1 FROM rng k WHERE k.p=d.p AND k.v=d.v AND k.w=d.w AND k.r=d.r)";
    let texts = "SELECT DISTINCT d.r FROM unnest($1::int4[],$2::text[],$3::text[],$4::int8[],$5::int8[]) d(p,s,rest,h,r) \
                 WHERE NOT EXISTS(SELECT 1 FROM str k WHERE k.p=d.p AND k.s=d.s AND k.rest=d.rest AND k.h=d.h AND k.r=d.r)";
    let mut of_words = Vec::new();
    for part in WordsOf::ALL {
        let (text, args) = words::missing(part, &rows.words);
        of_words.push(rids(snapshot, text, args).await?);
    }
    let [narrative, content] = of_words.try_into().unwrap_or_default();
    Ok([
        (
            "idx",
            rids(snapshot, index, marked_columns(&rows.index)).await?,
        ),
        (
            "rng",
            rids(snapshot, ranges, range_columns(&rows.ranges)).await?,
        ),
        (
            "str",
            rids(snapshot, texts, text_columns(rows.texts)).await?,
        ),
        ("narrative", narrative),
        ("content", content),
    ])
}

async fn rids(snapshot: &Transaction<'_>, text: &str, args: Vec<Value>) -> Result<Vec<i64>, Error> {
    let args: Vec<&(dyn ToSql + Sync)> = args.iter().map(|arg| &**arg as _).collect();
    let rows = query(snapshot, text, &args).await;
    let rows = rows.map_err(|e| store_error(&e))?;
    rows.iter().map(|row| get(row, 0)).collect()
}
