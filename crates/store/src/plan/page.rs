//! One page: driver and order → statements, and what they gave → the page's rows and its neighbours.

use super::condition::Condition;
use super::lookups::Span;
use super::order::{Key, Ordering};
use super::place::Place;
use super::probe;
use super::scan::Driver;
use super::statement::{Arg, Builder, Dialect, Statement};
use crate::store::Cursor;

/// One row of a result: a resource and its sort keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// The resource's integer.
    pub rid: i64,
    /// Its sort keys.
    pub keys: Vec<Arg>,
}

/// Everything that decides which rows a page has.
pub(crate) struct Frame<'a> {
    pub(crate) dialect: &'a dyn Dialect,
    pub(crate) conditions: &'a [Condition],
    pub(crate) driver: &'a Driver,
    pub(crate) ordering: &'a Ordering,
    pub(crate) place: Option<&'a Place>,
    pub(crate) snapshot: i64,
    /// The driver gives each candidate once.
    pub(crate) once: bool,
}

/// A walk along the values of one column.
pub(crate) struct Walk {
    pub(crate) key: Key,
    /// The values that can occur in the result.
    pub(crate) bounds: Span,
    /// A resource may have more than one value.
    pub(crate) repeats: bool,
    /// Resources without a value belong to the result.
    pub(crate) with_missing: bool,
}

impl Frame<'_> {
    fn probes(&self, driver: &Driver) -> Vec<&Condition> {
        let others = self
            .conditions
            .iter()
            .enumerate()
            .filter(|(at, _)| Some(*at) != driver.condition);
        others.map(|(_, condition)| condition).collect()
    }

    fn rid_bounds(&self, sql: &mut Builder<'_>, after: Option<i64>) {
        sql.text(" AND k.r<=").int(self.snapshot);
        sql.text(self.dialect.visited());
        if let Some(after) = after {
            sql.text(" AND k.r")
                .text(self.ordering.rid_after())
                .int(after);
        }
    }

    /// `SELECT k.r AS r<more> FROM … UNION …` over all scans of the driver, each resource once.
    fn candidates(&self, sql: &mut Builder<'_>, more: &str, after: Option<i64>) {
        let probes = self.probes(self.driver);
        let distinct = self.driver.scans.len() == 1 && !self.once;
        let union = if self.once { " UNION ALL " } else { " UNION " };
        for (at, scan) in self.driver.scans.iter().enumerate() {
            sql.text(if at > 0 { union } else { "" });
            sql.text(if distinct {
                "SELECT DISTINCT k.r AS r"
            } else {
                "SELECT k.r AS r"
            })
            .text(more);
            scan.from(sql);
            self.rid_bounds(sql, after);
            probe::all(sql, &probes);
        }
    }

    /// In order of the resource's integer.
    pub(crate) fn by_rid(&self) -> Statement {
        let mut sql = Builder::new(self.dialect);
        self.candidates(&mut sql, "", self.place.map(|place| place.rid));
        sql.text(" ORDER BY r")
            .text(self.ordering.rid_direction())
            .text(" LIMIT ");
        sql.finish()
    }

    /// Collects all candidates with their keys and sorts them: for few of them.
    pub(crate) fn collected(&self) -> Statement {
        let mut sql = Builder::new(self.dialect);
        sql.text("SELECT * FROM (SELECT c.r AS r");
        for (at, key) in self.ordering.keys.iter().enumerate() {
            sql.text(",");
            key.source.value(&mut sql, key.order, at + 1);
            sql.text(&format!(" AS k{}", at + 1));
        }
        sql.text(" FROM (");
        self.candidates(&mut sql, "", None);
        sql.text(") c");
        for (at, key) in self.ordering.keys.iter().enumerate() {
            key.source.join(&mut sql, key.order, at + 1);
        }
        sql.text(") s");
        if let Some(place) = self.place {
            sql.text(" WHERE ");
            self.ordering.after(&mut sql, &place.keys, place.rid);
        }
        self.ordering.clause(&mut sql);
        sql.text(" LIMIT ");
        sql.finish()
    }

    /// Walks the column's values, then the resources without one (backward: the other way round).
    pub(crate) fn walked(&self, walk: &Walk) -> Vec<Statement> {
        let at_missing = self
            .place
            .is_some_and(|place| place.keys.first() == Some(&Arg::Null));
        let mut statements = Vec::with_capacity(2);
        if walk.with_missing && (at_missing || self.place.is_none() || !self.ordering.backward) {
            statements.push(self.missing(walk, at_missing));
        }
        if !at_missing || self.ordering.backward {
            let at = if self.ordering.backward {
                statements.len()
            } else {
                0
            };
            statements.insert(at, self.valued(walk, at_missing));
        }
        statements
    }

    fn valued(&self, walk: &Walk, at_missing: bool) -> Statement {
        let mut sql = Builder::new(self.dialect);
        let (table, value, p) = walk.key.source.walked().unwrap_or(("rng", "v", -1));
        let up = self.ordering.rid_flows_up();
        let (compare, direction) = if up { (">", "") } else { ("<", " DESC") };
        sql.text(if walk.repeats {
            "SELECT DISTINCT"
        } else {
            "SELECT"
        });
        sql.text(&format!(
            " k.r AS r,k.{value} AS k1 FROM {table} k WHERE k.p="
        ))
        .int(p);
        probe::within(&mut sql, "k.v", walk.bounds);
        if let Some(place) = self.place.filter(|_| !at_missing) {
            sql.text(&format!(" AND (k.{value},k.r){compare}("));
            sql.arg(place.keys.first().cloned().unwrap_or(Arg::Null))
                .text(",")
                .int(place.rid)
                .text(")");
        }
        self.rid_bounds(&mut sql, None);
        if walk.repeats {
            let better = if walk.key.order == cresset_search::query::Order::Ascending {
                "<"
            } else {
                ">"
            };
            sql.text(&format!(" AND NOT EXISTS(SELECT 1 FROM {table}_r x WHERE x.p=k.p AND x.r=k.r AND x.{value}{better}k.{value})"));
        }
        for condition in self.conditions {
            if walk.repeats || !probe::on_row(&mut sql, condition, p) {
                probe::all(&mut sql, &[condition]);
            }
        }
        sql.text(&format!(
            " ORDER BY k.{value}{direction},k.r{direction} LIMIT "
        ));
        sql.finish()
    }

    fn missing(&self, walk: &Walk, at_missing: bool) -> Statement {
        let mut sql = Builder::new(self.dialect);
        let (table, _, p) = walk.key.source.walked().unwrap_or(("rng", "v", -1));
        let after = self.place.filter(|_| at_missing).map(|place| place.rid);
        let probes = self.probes(self.driver);
        for (at, scan) in self.driver.scans.iter().enumerate() {
            sql.text(if at > 0 { " UNION " } else { "" })
                .text(if self.driver.is_ordered() {
                    "SELECT k.r AS r,NULL AS k1"
                } else {
                    "SELECT DISTINCT k.r AS r,NULL AS k1"
                });
            scan.from(&mut sql);
            self.rid_bounds(&mut sql, after);
            sql.text(&format!(
                " AND NOT EXISTS(SELECT 1 FROM {table}_r x WHERE x.p="
            ))
            .int(p)
            .text(" AND x.r=k.r)");
            probe::all(&mut sql, &probes);
        }
        sql.text(" ORDER BY r")
            .text(self.ordering.rid_direction())
            .text(" LIMIT ");
        sql.finish()
    }

    /// Counts the matches.
    pub(crate) fn counted(&self) -> Statement {
        let mut sql = Builder::new(self.dialect);
        if !self.once {
            sql.text("SELECT count(*) FROM (");
            self.candidates(&mut sql, "", None);
            sql.text(") s");
            return sql.finish();
        }
        let probes = self.probes(self.driver);
        sql.text("SELECT ");
        for (at, scan) in self.driver.scans.iter().enumerate() {
            sql.text(if at > 0 {
                "+(SELECT count(*)"
            } else {
                "(SELECT count(*)"
            });
            scan.from(&mut sql);
            self.rid_bounds(&mut sql, None);
            probe::all(&mut sql, &probes);
            sql.text(")");
        }
        sql.finish()
    }

    /// Counts rows of candidates up to a limit, which is the statement's last argument. One that
    /// comes several times counts as often: this tells a broad search from a narrow one.
    pub(crate) fn sized(&self) -> Statement {
        let mut sql = Builder::new(self.dialect);
        let probes = self.probes(self.driver);
        sql.text("SELECT count(*) FROM (");
        for (at, scan) in self.driver.scans.iter().enumerate() {
            sql.text(if at > 0 {
                " UNION ALL SELECT 1"
            } else {
                "SELECT 1"
            });
            scan.from(&mut sql);
            self.rid_bounds(&mut sql, None);
            probe::all(&mut sql, &probes);
        }
        sql.text(" LIMIT ");
        sql.finish()
    }
}

/// What a page holds and where its neighbours begin.
#[derive(Debug, Clone)]
pub struct Page {
    /// Its rows in the order of the result.
    pub hits: Vec<Hit>,
    /// Where the next page begins.
    pub next: Option<Cursor>,
    /// Where the previous page begins.
    pub previous: Option<Cursor>,
}

/// Cuts a page out of up to `count + 1` rows in the order they were walked.
pub(crate) fn cut(mut hits: Vec<Hit>, count: usize, walked: &Place, from_start: bool) -> Page {
    let more = hits.len() > count;
    hits.truncate(count);
    if walked.backward {
        hits.reverse();
    }
    let place = |hit: Option<&Hit>, backward: bool| {
        hit.map(|hit| {
            Place {
                backward,
                keys: hit.keys.clone(),
                rid: hit.rid,
                ..walked.clone()
            }
            .cursor()
        })
    };
    let has_next = if walked.backward { true } else { more };
    let has_previous = if walked.backward { more } else { !from_start };
    let next = has_next.then(|| place(hits.last(), false)).flatten();
    let previous = has_previous.then(|| place(hits.first(), true)).flatten();
    Page {
        hits,
        next,
        previous,
    }
}
