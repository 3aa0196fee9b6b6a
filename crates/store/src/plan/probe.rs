//! Condition → a test of one candidate.

use super::condition::{Atom, Condition, End, Link, TextTest, Weight};
use super::lookups::Span;
use super::scan::of_type;
use super::statement::{Arg, Builder};

/// The candidates of the statement itself, as an expression.
pub(crate) const CANDIDATE: &str = "k.r";

/// Writes ` AND <condition>` for each condition of the statement's candidates.
pub(crate) fn all(sql: &mut Builder<'_>, conditions: &[&Condition]) {
    each(sql, conditions.iter().copied(), (CANDIDATE, 0));
}

/// A resource as an expression for its integer, and how many references were followed to it.
pub(crate) type At<'a> = (&'a str, usize);

/// Writes ` AND <condition>` for each condition of the resource at hand.
pub(crate) fn each<'c>(
    sql: &mut Builder<'_>,
    conditions: impl IntoIterator<Item = &'c Condition>,
    at: At<'_>,
) {
    for condition in conditions {
        sql.text(" AND ");
        one(sql, condition, at);
    }
}

fn one(sql: &mut Builder<'_>, condition: &Condition, at: At<'_>) {
    match condition {
        Condition::AnyOf(atoms) if atoms.is_empty() => {
            sql.text("1=0");
        }
        Condition::AnyOf(atoms) => any(sql, atoms, at.0),
        Condition::NoneOf(atoms) if atoms.is_empty() => {
            sql.text("1=1");
        }
        Condition::NoneOf(atoms) => {
            sql.text("NOT ");
            any(sql, atoms, at.0);
        }
        Condition::AnyGroup(groups) => {
            sql.text("(1=0");
            for group in groups {
                sql.text(" OR (1=1");
                each(sql, group, at);
                sql.text(")");
            }
            sql.text(")");
        }
        Condition::Not(condition) => {
            sql.text("NOT (");
            one(sql, condition, at);
            sql.text(")");
        }
        Condition::Linked(links) => {
            sql.text("(1=0");
            for of in links {
                sql.text(" OR ");
                link(sql, of, at);
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

/// Writes whether a resource at the other end of the reference passes.
fn link(sql: &mut Builder<'_>, link: &Link, (candidate, depth): At<'_>) {
    let row = format!("l{depth}");
    let end = match link.end {
        End::Target { p, v } => {
            sql.text(&format!(
                "EXISTS(SELECT 1 FROM ref {row} WHERE {row}.r={candidate} AND {row}.p="
            ))
            .int(p);
            let end = format!("{row}.v");
            within(sql, &end, v);
            alive(sql, &end);
            end
        }
        End::Source { p, .. } => {
            sql.text(&format!("EXISTS(SELECT 1 FROM idx {row} WHERE {row}.p="))
                .int(p)
                .text(&format!(" AND {row}.v={candidate} AND {row}.w=0"));
            format!("{row}.r")
        }
    };
    each(sql, &link.conditions, (&end, depth + 1));
    sql.text(")");
}

/// Writes that a resource that something refers to is there; references outlive their targets.
pub(crate) fn alive(sql: &mut Builder<'_>, candidate: &str) {
    sql.text(&format!(
        " AND EXISTS(SELECT 1 FROM resource x WHERE x.r={candidate} AND x.method<2)"
    ));
}

/// Alternatives that one list can hold.
pub(crate) enum List {
    /// Single values of one column.
    Points(i64, Vec<i64>),
    /// Resources.
    Rids(Vec<i64>),
}

impl List {
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Points(_, values) | Self::Rids(values) => values.len(),
        }
    }
}

/// The leading atoms that one list can hold.
pub(crate) fn list(atoms: &[Atom]) -> Option<List> {
    match atoms.first()? {
        Atom::Point { p: column, .. } => {
            let values = atoms.iter().map_while(|atom| match atom {
                Atom::Point { p, v, w } if p == column && v.is_one() && *w == Weight::NONE => {
                    Some(v.low)
                }
                _ => None,
            });
            Some(List::Points(*column, values.collect()))
        }
        Atom::Rid(_) => {
            let rids = atoms.iter().map_while(|atom| match atom {
                Atom::Rid(rid) => Some(*rid),
                _ => None,
            });
            Some(List::Rids(rids.collect()))
        }
        _ => None,
    }
}

/// Writes `(a OR b …)`; what one list can hold becomes one probe.
fn any(sql: &mut Builder<'_>, atoms: &[Atom], candidate: &str) {
    let mut parts: Vec<Part<'_>> = Vec::new();
    let mut rest = atoms;
    while let Some((atom, after)) = rest.split_first() {
        let run = list(rest).filter(|list| list.len() > 1);
        rest = run
            .as_ref()
            .map_or(Some(after), |list| rest.get(list.len()..))
            .unwrap_or_default();
        parts.push(run.map_or(Part::Atom(atom), Part::List));
    }
    sql.text("(");
    either(sql, &parts, candidate);
    sql.text(")");
}

enum Part<'a> {
    Atom(&'a Atom),
    List(List),
}

/// Nested by halves: SQLite bounds how deep an expression is.
fn either(sql: &mut Builder<'_>, parts: &[Part<'_>], candidate: &str) {
    match parts {
        [] => {
            sql.text("1=0");
        }
        [Part::Atom(atom)] => probe(sql, atom, candidate),
        [Part::List(List::Points(p, values))] => points(sql, *p, values, candidate),
        [Part::List(List::Rids(rids))] => {
            sql.text(candidate).among(rids.iter().copied());
        }
        _ => {
            let (left, right) = parts.split_at(parts.len() / 2);
            sql.text("(");
            either(sql, left, candidate);
            sql.text(") OR (");
            either(sql, right, candidate);
            sql.text(")");
        }
    }
}

fn points(sql: &mut Builder<'_>, column: i64, values: &[i64], candidate: &str) {
    sql.text("EXISTS(SELECT 1 FROM idx x WHERE x.p=")
        .int(column)
        .text(" AND x.v")
        .among(values.iter().copied())
        .text(&format!(" AND x.w=0 AND x.r={candidate})"));
}

fn probe(sql: &mut Builder<'_>, atom: &Atom, candidate: &str) {
    match atom {
        Atom::Point { p, v, w } if v.is_one() && w.is_one() => {
            sql.text("EXISTS(SELECT 1 FROM idx x WHERE x.p=").int(*p);
            within(sql, "x.v", *v);
            weight(sql, "x.w", w);
            sql.text(&format!(" AND x.r={candidate})"));
        }
        // Many values: collect the resources once instead of walking the range for each candidate.
        Atom::Point { p, v, w } => {
            sql.text(&format!("{candidate} IN (SELECT x.r FROM idx x WHERE x.p="))
                .int(*p);
            within(sql, "x.v", *v);
            weight(sql, "x.w", w);
            sql.text(")");
        }
        Atom::Range { p, v, w, .. } => {
            sql.text("EXISTS(SELECT 1 FROM rng_r x WHERE x.p=")
                .int(*p)
                .text(&format!(" AND x.r={candidate}"));
            within(sql, "x.v", *v);
            weight(sql, "x.w", w);
            sql.text(")");
        }
        Atom::Text { p, test } => {
            sql.text("EXISTS(SELECT 1 FROM str_r x WHERE x.p=")
                .int(*p)
                .text(&format!(" AND x.r={candidate}"));
            text(sql, "x", test);
            sql.text(")");
        }
        // Read once for all candidates: a word is found by its beginning among all words of the type.
        Atom::Words { of, part, word } => {
            sql.text(candidate).text(" IN (SELECT x.r FROM ");
            sql.words(*part, word).text(" x WHERE ");
            of_type(sql, "x", *of);
            sql.text(")");
        }
        Atom::Rid(rid) => {
            sql.text(candidate).text("=").int(*rid);
        }
        Atom::Updated { v, .. } => {
            sql.text(&format!(
                "EXISTS(SELECT 1 FROM resource x WHERE x.r={candidate}"
            ));
            within(sql, "x.updated", *v);
            sql.text(")");
        }
        Atom::Shape { ids, .. } => {
            sql.text(&format!(
                "EXISTS(SELECT 1 FROM resource x WHERE x.r={candidate} AND x.shape"
            ));
            sql.among(ids.iter().copied()).text(")");
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
            sql.text(" AND ").text(column).among(values.iter().copied());
        }
    }
}

/// Writes the test of a folded text in the row named `row`.
pub(crate) fn text(sql: &mut Builder<'_>, row: &str, test: &TextTest) {
    let most = sql.dialect().text_chars();
    let mut part = |before: &str, value: Arg, after: &str| {
        sql.text(" AND ").text(before).arg(value).text(after);
    };
    match test {
        TextTest::Starts(prefix, beyond) => {
            if let Some((start, rest)) = divided(prefix, most) {
                part(&format!("{row}.s="), start, "");
                part(&format!("starts_with({row}.rest,"), rest, ")");
                return;
            }
            part(&format!("{row}.s>="), Arg::Text(prefix.clone()), "");
            if let Some(beyond) = beyond {
                part(&format!("{row}.s<"), Arg::Text(beyond.clone()), "");
            }
        }
        TextTest::Exact(folded, _) | TextTest::Is(folded) => {
            match divided(folded, most) {
                Some((start, rest)) => {
                    part(&format!("{row}.s="), start, "");
                    part(&format!("{row}.rest="), rest, "");
                }
                None => part(&format!("{row}.s="), Arg::Text(folded.clone()), ""),
            }
            if let TextTest::Exact(_, hash) = test {
                part(&format!("{row}.h="), Arg::Int(*hash), "");
            }
        }
        TextTest::Ends(end) => {
            let whole = whole(row, most);
            // Of a shorter text a part is left, which is no match either.
            let from = format!(" AND substr({whole},length({whole})+1-length(CAST(");
            sql.text(&from)
                .arg(Arg::Text(end.clone()))
                .text(" AS TEXT)))=");
            sql.arg(Arg::Text(end.clone()));
        }
        TextTest::Contains(needle) => {
            let position = sql.dialect().position();
            let whole = whole(row, most);
            sql.text(" AND ").text(position).text("(").text(&whole);
            sql.text(",").arg(Arg::Text(needle.clone())).text(")>0");
        }
    }
}

/// The folded text of a row as an expression.
fn whole(row: &str, most: Option<usize>) -> String {
    if most.is_some() {
        format!("({row}.s||{row}.rest)")
    } else {
        format!("{row}.s")
    }
}

/// A text that may have a rest beyond its first characters, in two parts.
fn divided(text: &str, most: Option<usize>) -> Option<(Arg, Arg)> {
    let (at, _) = text.char_indices().nth(most?.checked_sub(1)?)?;
    let end = at + text.get(at..)?.chars().next()?.len_utf8();
    let (start, rest) = text.split_at_checked(end)?;
    Some((Arg::Text(start.to_owned()), Arg::Text(rest.to_owned())))
}
