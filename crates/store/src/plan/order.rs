//! Sort keys: what they are made of, and what lies after a place in their order.

use cresset_definitions::SearchType;
use cresset_search::query::Order;

use super::lookups::Span;
use super::page::Hit;
use super::probe::within;
use super::statement::{Arg, Builder};

/// What a sort key is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeySource {
    /// Keys of the range kinds in this column.
    Range(i64),
    /// Folded texts in this column.
    Text(i64),
    /// When the current version was written; with the column that holds it.
    Updated(i64),
    /// The texts behind interned tokens in this column.
    Token(i64),
    /// The texts behind interned uris in this column.
    Uri(i64),
    /// The target's integer in this column, within this span: references sort by their target's
    /// first mention.
    Target(i64, Span),
    /// The resource's own integer.
    Rid,
}

impl KeySource {
    /// The table and value column by which the whole type can be walked in order of the key.
    pub(crate) fn walked(self) -> Option<(&'static str, &'static str, i64)> {
        match self {
            Self::Range(p) | Self::Updated(p) => Some(("rng", "v", p)),
            Self::Text(p) => Some(("str", "s", p)),
            Self::Token(_) | Self::Uri(_) | Self::Target(..) | Self::Rid => None,
        }
    }

    pub(crate) fn of(search_type: SearchType, own: i64, uri: i64) -> Self {
        match search_type {
            SearchType::Date | SearchType::Number | SearchType::Quantity => Self::Range(own),
            SearchType::String => Self::Text(own),
            SearchType::Uri => Self::Uri(uri),
            SearchType::Reference => Self::Target(own, Span::ALL),
            SearchType::Token | SearchType::Composite | SearchType::Special => Self::Token(own),
        }
    }

    /// Writes the key of candidate `c.r`: its lowest value ascending, its highest descending. `n`
    /// counts the keys from 1.
    pub(crate) fn value(self, sql: &mut Builder<'_>, order: Order, n: usize) {
        let best = best(order);
        let mut scalar = |column: &str, from: &str, p: i64| {
            sql.text("(SELECT ")
                .text(best)
                .text("(")
                .text(column)
                .text(") FROM ")
                .text(from);
            sql.text(" WHERE x.p=").int(p).text(" AND x.r=c.r)");
        };
        match self {
            Self::Range(p) => scalar("x.v", "rng_r x", p),
            Self::Text(p) => scalar("x.s", "str_r x", p),
            Self::Token(_) | Self::Uri(_) => {
                sql.text(&format!("j{n}.k"));
            }
            Self::Target(p, span) => {
                sql.text(&format!(
                    "(SELECT {best}(x.v) FROM ref x WHERE x.r=c.r AND x.p="
                ))
                .int(p);
                within(sql, "x.v", span);
                sql.text(")");
            }
            Self::Updated(_) => {
                sql.text("(SELECT x.updated FROM resource x WHERE x.r=c.r)");
            }
            Self::Rid => {
                sql.text("c.r");
            }
        }
    }

    /// Writes the join that brings the key of a kind whose keys are not kept by resource: all of the
    /// column's values, once.
    pub(crate) fn join(self, sql: &mut Builder<'_>, order: Order, n: usize) {
        let (column, from, p) = match self {
            Self::Token(p) => ("t.folded", "idx x JOIN token t ON t.id=x.v", p),
            Self::Uri(p) => ("u.uri", "idx x JOIN uri u ON u.id=x.v", p),
            Self::Range(_) | Self::Text(_) | Self::Updated(_) | Self::Target(..) | Self::Rid => {
                return;
            }
        };
        let best = best(order);
        sql.text(&format!(
            " LEFT JOIN (SELECT x.r AS r,{best}({column}) AS k FROM {from} WHERE x.p="
        ));
        sql.int(p)
            .text(&format!(" GROUP BY x.r) j{n} ON j{n}.r=c.r"));
    }
}

fn best(order: Order) -> &'static str {
    if order == Order::Ascending {
        "min"
    } else {
        "max"
    }
}

/// One sort key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) source: KeySource,
    pub(crate) order: Order,
}

/// The order of a result as it is walked: keys, then the resource's integer in the direction of the
/// first key. Walking backward turns everything round, the resources without a value included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ordering {
    pub(crate) keys: Vec<Key>,
    pub(crate) backward: bool,
}

impl Ordering {
    fn flows_up(&self, order: Order) -> bool {
        (order == Order::Ascending) != self.backward
    }

    /// Whether integers grow along the walk.
    pub(crate) fn rid_flows_up(&self) -> bool {
        self.flows_up(self.keys.first().map_or(Order::Ascending, |key| key.order))
    }

    /// `>` or `<`: what a later integer is compared with.
    pub(crate) fn rid_after(&self) -> &'static str {
        if self.rid_flows_up() { ">" } else { "<" }
    }

    /// `""` or `" DESC"`.
    pub(crate) fn rid_direction(&self) -> &'static str {
        if self.rid_flows_up() { "" } else { " DESC" }
    }

    /// The order of two rows as the statements give them.
    pub(crate) fn compare(&self, a: &Hit, b: &Hit) -> std::cmp::Ordering {
        for (at, key) in self.keys.iter().enumerate() {
            let (a, b) = (a.keys.get(at), b.keys.get(at));
            let is_null = |key: Option<&Arg>| matches!(key, None | Some(Arg::Null));
            let nulls = is_null(a).cmp(&is_null(b));
            let nulls = if self.backward {
                nulls.reverse()
            } else {
                nulls
            };
            let values = match (a, b) {
                (Some(Arg::Int(a)), Some(Arg::Int(b))) => a.cmp(b),
                (Some(Arg::Text(a)), Some(Arg::Text(b))) => a.cmp(b),
                _ => std::cmp::Ordering::Equal,
            };
            let values = if self.flows_up(key.order) {
                values
            } else {
                values.reverse()
            };
            let order = nulls.then(values);
            if order.is_ne() {
                return order;
            }
        }
        if self.rid_flows_up() {
            a.rid.cmp(&b.rid)
        } else {
            b.rid.cmp(&a.rid)
        }
    }

    /// Writes ` ORDER BY …` over columns `k1 … kn, r`.
    pub(crate) fn clause(&self, sql: &mut Builder<'_>) {
        sql.text(" ORDER BY ");
        for (at, key) in self.keys.iter().enumerate() {
            let direction = if self.flows_up(key.order) {
                ""
            } else {
                " DESC"
            };
            let nulls = if self.backward { " DESC" } else { "" };
            sql.text(&format!("k{n} IS NULL{nulls},k{n}{direction},", n = at + 1));
        }
        sql.text("r").text(self.rid_direction());
    }

    /// Writes the test that a row `k1 … kn, r` lies after a place.
    pub(crate) fn after(&self, sql: &mut Builder<'_>, place: &[Arg], rid: i64) {
        sql.text("(");
        for at in 0..=self.keys.len() {
            if at > 0 {
                sql.text(" OR ");
            }
            sql.text("(");
            for (n, value) in place.iter().enumerate().take(at) {
                equal(sql, n + 1, value);
                sql.text(" AND ");
            }
            match (self.keys.get(at), place.get(at)) {
                (Some(key), Some(value)) => self.key_after(sql, at + 1, *key, value),
                _ => {
                    sql.text("r").text(self.rid_after()).int(rid);
                }
            }
            sql.text(")");
        }
        sql.text(")");
    }

    fn key_after(&self, sql: &mut Builder<'_>, n: usize, key: Key, value: &Arg) {
        let compare = if self.flows_up(key.order) { ">" } else { "<" };
        match (value, self.backward) {
            (Arg::Null, false) => sql.text("1=0"),
            (Arg::Null, true) => sql.text(&format!("k{n} IS NOT NULL")),
            (value, false) => sql
                .text(&format!("(k{n} IS NULL OR k{n}{compare}"))
                .arg(value.clone())
                .text(")"),
            (value, true) => sql.text(&format!("k{n}{compare}")).arg(value.clone()),
        };
    }
}

fn equal(sql: &mut Builder<'_>, n: usize, value: &Arg) {
    match value {
        Arg::Null => sql.text(&format!("k{n} IS NULL")),
        value => sql.text(&format!("k{n}=")).arg(value.clone()),
    };
}
