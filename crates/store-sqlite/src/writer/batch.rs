//! Index rows of one commit, sorted before they touch a table.

use cresset_store::backend::audit::Lines;
use cresset_store::backend::defining::Definitions;
use cresset_store::layout::WordsOf;
use cresset_store::layout::encode::{Changed, Keys, by_resource};
use foldhash::{HashMap, HashSet};
use rusqlite::{Connection, ToSql, params_from_iter};

/// What one commit adds to and takes from the search tables.
#[derive(Default)]
pub(crate) struct Batch {
    added: Rows,
    removed: Rows,
    /// Resources with rows in here.
    touched: HashSet<i64>,
    /// Change of the number of live resources by type.
    pub(crate) live: HashMap<u8, i64>,
    /// Resources that had a version before.
    pub(crate) replaced: Vec<i64>,
    /// Columns whose facts changed.
    pub(crate) facts: Vec<i64>,
    /// What resources define, where that changes.
    pub(crate) definitions: Option<Definitions>,
    /// Audit records of the units that were accepted.
    pub(crate) records: Lines,
}

#[derive(Default)]
struct Rows {
    /// p, v, w, r
    index: Vec<[i64; 4]>,
    /// p, v, r, w
    ranges: Vec<[i64; 4]>,
    /// p, text, r, hash
    texts: Vec<(i64, String, i64, i64)>,
    /// r, p, v
    targets: Vec<[i64; 3]>,
    /// part, r, words
    words: Vec<(WordsOf, i64, String)>,
}

/// Rows in each list.
type Lengths = [usize; 5];

impl Rows {
    fn lengths(&self) -> Lengths {
        [
            self.index.len(),
            self.ranges.len(),
            self.texts.len(),
            self.targets.len(),
            self.words.len(),
        ]
    }

    fn truncate(&mut self, [index, ranges, texts, targets, words]: Lengths) {
        self.index.truncate(index);
        self.ranges.truncate(ranges);
        self.texts.truncate(texts);
        self.targets.truncate(targets);
        self.words.truncate(words);
    }

    fn extend(&mut self, rid: i64, keys: &Changed<'_>) {
        self.index
            .extend(keys.index.iter().map(|k| [k.p, k.v, k.w, rid]));
        self.ranges
            .extend(keys.ranges.iter().map(|k| [k.p, k.v, rid, k.w]));
        self.texts.extend(
            keys.texts
                .iter()
                .map(|k| (k.p, k.text.clone(), rid, k.hash)),
        );
        self.targets
            .extend(keys.targets.iter().map(|k| [rid, k.p, k.v]));
        let words = keys.words.iter().map(|k| (k.part, rid, k.words.clone()));
        self.words.extend(words);
    }
}

/// Where a batch stood before a unit, to go back to when the unit is refused.
#[derive(Clone, Copy)]
pub(crate) struct Mark {
    added: Lengths,
    removed: Lengths,
}

impl Batch {
    pub(crate) fn mark(&self) -> Mark {
        Mark {
            added: self.added.lengths(),
            removed: self.removed.lengths(),
        }
    }

    /// Forgets the rows of a refused unit.
    pub(crate) fn back_to(&mut self, mark: Mark) {
        self.added.truncate(mark.added);
        self.removed.truncate(mark.removed);
    }

    /// Whether rows of this resource wait here; they must be flushed before they can change again.
    pub(crate) fn holds(&self, rid: i64) -> bool {
        self.touched.contains(&rid)
    }

    /// Replaces a resource's keys by others; what both have is left alone.
    pub(crate) fn replace(&mut self, rid: i64, old: &Keys, new: &Keys) {
        self.touched.insert(rid);
        self.added.extend(rid, &new.without(old));
        self.removed.extend(rid, &old.without(new));
    }

    /// Writes everything, each table in the order of its key.
    pub(crate) fn flush(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        remove(connection, &mut self.removed)?;
        add(connection, &mut self.added)?;
        self.touched.clear();
        Ok(())
    }
}

fn add(connection: &Connection, rows: &mut Rows) -> rusqlite::Result<()> {
    rows.index.sort_unstable();
    insert(connection, "idx(p,v,w,r)", &rows.index)?;
    rows.ranges.sort_unstable();
    insert(connection, "rng(p,v,r,w)", &rows.ranges)?;
    turned(&mut rows.ranges);
    insert(connection, "rng_r(p,r,v,w)", &rows.ranges)?;
    rows.texts.sort_unstable();
    insert_texts(connection, "str(p,s,r,h)", &rows.texts)?;
    rows.texts
        .sort_unstable_by(|a, b| (a.0, a.2, &a.1).cmp(&(b.0, b.2, &b.1)));
    insert_texts(connection, "str_r(p,s,r,h)", &rows.texts)?;
    rows.targets.sort_unstable();
    insert(connection, "ref(r,p,v)", &rows.targets)?;
    rows.words.sort_unstable();
    for (part, r, words) in &rows.words {
        let table = part.table();
        let text = format!("INSERT OR REPLACE INTO {table}(rowid,words) VALUES(?,?)");
        connection.prepare_cached(&text)?.execute((r, words))?;
    }
    rows.truncate([0; 5]);
    Ok(())
}

/// Rows one statement inserts: running a statement costs about as much as inserting a row.
const ROWS: usize = 16;

fn insertion(into: &str, columns: usize, rows: usize) -> String {
    let row = format!("(?{})", ",?".repeat(columns - 1));
    let more = format!(",{row}").repeat(rows - 1);
    format!("INSERT OR IGNORE INTO {into} VALUES{row}{more}")
}

fn insert<const N: usize>(
    connection: &Connection,
    into: &str,
    rows: &[[i64; N]],
) -> rusqlite::Result<()>
where
    [i64; N]: rusqlite::Params,
{
    let (many, rest) = rows.as_chunks::<ROWS>();
    if !many.is_empty() {
        let mut statement = connection.prepare_cached(&insertion(into, N, ROWS))?;
        for chunk in many {
            statement.execute(params_from_iter(chunk.as_flattened()))?;
        }
    }
    each(connection, &insertion(into, N, 1), rest)
}

fn insert_texts(
    connection: &Connection,
    into: &str,
    rows: &[(i64, String, i64, i64)],
) -> rusqlite::Result<()> {
    let (many, rest) = rows.as_chunks::<ROWS>();
    if !many.is_empty() {
        let mut statement = connection.prepare_cached(&insertion(into, 4, ROWS))?;
        for chunk in many {
            let values = chunk
                .iter()
                .flat_map(|(p, s, r, h)| [p as &dyn ToSql, s, r, h]);
            statement.execute(params_from_iter(values))?;
        }
    }
    each_text(connection, &insertion(into, 4, 1), rest)
}

fn remove(connection: &Connection, rows: &mut Rows) -> rusqlite::Result<()> {
    rows.index.sort_unstable();
    each(
        connection,
        "DELETE FROM idx WHERE p=? AND v=? AND w=? AND r=?",
        &rows.index,
    )?;
    rows.ranges.sort_unstable();
    each(
        connection,
        "DELETE FROM rng WHERE p=? AND v=? AND r=? AND w=?",
        &rows.ranges,
    )?;
    turned(&mut rows.ranges);
    each(
        connection,
        "DELETE FROM rng_r WHERE p=? AND r=? AND v=? AND w=?",
        &rows.ranges,
    )?;
    each_text(
        connection,
        "DELETE FROM str WHERE p=? AND s=? AND r=? AND h=?",
        &rows.texts,
    )?;
    each_text(
        connection,
        "DELETE FROM str_r WHERE p=? AND s=? AND r=? AND h=?",
        &rows.texts,
    )?;
    each(
        connection,
        "DELETE FROM ref WHERE r=? AND p=? AND v=?",
        &rows.targets,
    )?;
    for (part, r, _) in &rows.words {
        let text = format!("DELETE FROM {} WHERE rowid=?", part.table());
        connection.prepare_cached(&text)?.execute([r])?;
    }
    rows.truncate([0; 5]);
    Ok(())
}

/// `p, v, r, w` → `p, r, v, w`, without the columns that are not kept by resource.
fn turned(rows: &mut Vec<[i64; 4]>) {
    rows.retain(|row| row.first().is_some_and(|p| by_resource(*p)));
    for row in rows.iter_mut() {
        row.swap(1, 2);
    }
    rows.sort_unstable();
}

fn each<const N: usize>(
    connection: &Connection,
    text: &str,
    rows: &[[i64; N]],
) -> rusqlite::Result<()>
where
    [i64; N]: rusqlite::Params,
{
    let mut statement = connection.prepare_cached(text)?;
    for row in rows {
        statement.execute(*row)?;
    }
    Ok(())
}

fn each_text(
    connection: &Connection,
    text: &str,
    rows: &[(i64, String, i64, i64)],
) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(text)?;
    for (p, s, r, h) in rows {
        statement.execute((p, s, r, h))?;
    }
    Ok(())
}
