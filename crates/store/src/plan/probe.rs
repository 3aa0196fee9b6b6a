//! Condition → a test of one candidate, whose integer is `k.r`.

use super::condition::{Atom, Condition, TextTest, Weight};
use super::lookups::Span;
use super::statement::{Arg, Builder};

/// Writes ` AND <condition>` for each condition.
pub(crate) fn all(sql: &mut Builder<'_>, conditions: &[&Condition]) {
    for condition in conditions {
        sql.text(" AND ");
        one(sql, condition);
    }
}

fn one(sql: &mut Builder<'_>, condition: &Condition) {
    match condition {
        Condition::AnyOf(atoms) if atoms.is_empty() => {
            sql.text("1=0");
        }
        Condition::AnyOf(atoms) => any(sql, atoms),
        Condition::NoneOf(atoms) if atoms.is_empty() => {
            sql.text("1=1");
        }
        Condition::NoneOf(atoms) => {
            sql.text("NOT ");
            any(sql, atoms);
        }
        Condition::AnyGroup(groups) => {
            sql.text("(1=0");
            for group in groups {
                sql.text(" OR (1=1");
                all(sql, &group.iter().collect::<Vec<_>>());
                sql.text(")");
            }
            sql.text(")");
        }
    }
}

/// Writes ` AND <condition>` as a test of the row `k` itself, which holds the only value its resource
/// has in the column `p` of ranges; false, and nothing written, when it is not about that alone.
pub(crate) fn on_row(sql: &mut Builder<'_>, condition: &Condition, column: i64) -> bool {
    let Condition::AnyOf(atoms) = condition else {
        return false;
    };
    let about = |atom: &Atom| matches!(atom, Atom::Range { p, .. } | Atom::Updated { p, .. } if *p == column);
    if atoms.is_empty() || !atoms.iter().all(about) {
        return false;
    }
    sql.text(" AND (");
    for (at, atom) in atoms.iter().enumerate() {
        sql.text(if at > 0 { " OR (1=1" } else { "(1=1" });
        if let Atom::Range { v, .. } | Atom::Updated { v, .. } = atom {
            within(sql, "k.v", *v);
        }
        if let Atom::Range { w, .. } = atom {
            weight(sql, "k.w", w);
        }
        sql.text(")");
    }
    sql.text(")");
    true
}

/// Writes `(a OR b …)`; single points of one column become one probe with a list.
fn any(sql: &mut Builder<'_>, atoms: &[Atom]) {
    sql.text("(");
    let mut first = true;
    let mut rest = atoms;
    while let Some((atom, after)) = rest.split_first() {
        if !first {
            sql.text(" OR ");
        }
        first = false;
        let list = point_list(rest);
        if list.len() > 1 {
            points(sql, atom, &list);
            rest = rest.get(list.len()..).unwrap_or_default();
        } else {
            probe(sql, atom);
            rest = after;
        }
    }
    sql.text(")");
}

/// The values of the leading atoms that are single points of one column.
fn point_list(atoms: &[Atom]) -> Vec<i64> {
    let column = match atoms.first() {
        Some(Atom::Point { p, .. }) => *p,
        _ => return Vec::new(),
    };
    atoms
        .iter()
        .map_while(|atom| match atom {
            Atom::Point { p, v, w } if *p == column && v.is_one() && *w == Weight::NONE => {
                Some(v.low)
            }
            _ => None,
        })
        .collect()
}

fn points(sql: &mut Builder<'_>, atom: &Atom, values: &[i64]) {
    if let Atom::Point { p, .. } = atom {
        sql.text("EXISTS(SELECT 1 FROM idx x WHERE x.p=")
            .int(*p)
            .text(" AND x.v IN (");
        sql.ints(values.iter().copied())
            .text(") AND x.w=0 AND x.r=k.r)");
    }
}

fn probe(sql: &mut Builder<'_>, atom: &Atom) {
    match atom {
        Atom::Point { p, v, w } if v.is_one() && w.is_one() => {
            sql.text("EXISTS(SELECT 1 FROM idx x WHERE x.p=").int(*p);
            within(sql, "x.v", *v);
            weight(sql, "x.w", w);
            sql.text(" AND x.r=k.r)");
        }
        // Many values: collect the resources once instead of walking the range for each candidate.
        Atom::Point { p, v, w } => {
            sql.text("k.r IN (SELECT x.r FROM idx x WHERE x.p=").int(*p);
            within(sql, "x.v", *v);
            weight(sql, "x.w", w);
            sql.text(")");
        }
        Atom::Range { p, v, w, .. } => {
            sql.text("EXISTS(SELECT 1 FROM rng_r x WHERE x.p=")
                .int(*p)
                .text(" AND x.r=k.r");
            within(sql, "x.v", *v);
            weight(sql, "x.w", w);
            sql.text(")");
        }
        Atom::Text { p, test } => {
            sql.text("EXISTS(SELECT 1 FROM str_r x WHERE x.p=")
                .int(*p)
                .text(" AND x.r=k.r");
            text(sql, "x", test);
            sql.text(")");
        }
        Atom::Rid(rid) => {
            sql.text("k.r=").int(*rid);
        }
        Atom::Updated { v, .. } => {
            sql.text("EXISTS(SELECT 1 FROM resource x WHERE x.r=k.r");
            within(sql, "x.updated", *v);
            sql.text(")");
        }
        Atom::Shape { ids, .. } => {
            sql.text("EXISTS(SELECT 1 FROM resource x WHERE x.r=k.r AND x.shape IN (");
            sql.ints(ids.iter().copied()).text("))");
        }
    }
}

/// Writes ` AND <column> …` for a bounded range, nothing for an unbounded one.
pub(crate) fn within(sql: &mut Builder<'_>, column: &str, span: Span) {
    if span.is_one() {
        sql.text(" AND ").text(column).text("=").int(span.low);
        return;
    }
    if span.low > i64::MIN {
        sql.text(" AND ").text(column).text(">=").int(span.low);
    }
    if span.high < i64::MAX {
        sql.text(" AND ").text(column).text("<=").int(span.high);
    }
}

pub(crate) fn weight(sql: &mut Builder<'_>, column: &str, weight: &Weight) {
    match weight {
        Weight::Within(span) => within(sql, column, *span),
        Weight::OneOf(values) => {
            sql.text(" AND ")
                .text(column)
                .text(" IN (")
                .ints(values.iter().copied())
                .text(")");
        }
    }
}

/// Writes the test of a folded text in the row named `row`.
pub(crate) fn text(sql: &mut Builder<'_>, row: &str, test: &TextTest) {
    let mut part = |before: &str, value: Arg, after: &str| {
        sql.text(" AND ").text(before).arg(value).text(after);
    };
    match test {
        TextTest::Starts(prefix, beyond) => {
            part(&format!("{row}.s>="), Arg::Text(prefix.clone()), "");
            if let Some(beyond) = beyond {
                part(&format!("{row}.s<"), Arg::Text(beyond.clone()), "");
            }
        }
        TextTest::Exact(folded, hash) => {
            part(&format!("{row}.s="), Arg::Text(folded.clone()), "");
            part(&format!("{row}.h="), Arg::Int(*hash), "");
        }
        TextTest::Contains(needle) => {
            let position = sql.dialect().position();
            sql.text(" AND ")
                .text(position)
                .text("(")
                .text(row)
                .text(".s,");
            sql.arg(Arg::Text(needle.clone())).text(")>0");
        }
    }
}
