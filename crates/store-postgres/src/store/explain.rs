//! How a search is answered.

use std::time::{Duration, Instant};

use cresset_store::plan::{SearchPlan, Statement};
use cresset_store::{Error, Explanation};
use deadpool_postgres::Transaction;
use serde_json::Value;
use tokio_postgres::types::{FromSql, Type};

use super::search::{Asked, limited, planning};
use crate::row::get;
use crate::shared::Shared;
use crate::snapshot::{begin, connection};

/// What the server says of a statement.
struct Told(Value);

impl<'a> FromSql<'a> for Told {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self(serde_json::from_slice(raw)?))
    }

    fn accepts(of: &Type) -> bool {
        *of == Type::JSON
    }
}

/// Plans and runs a search once, as the server itself explains it.
pub(super) async fn explained(shared: &Shared, asked: &Asked) -> Result<Explanation, Error> {
    let mut connection = connection(shared).await?;
    let snapshot = begin(&mut connection).await?;
    asked.begin(&snapshot).await?;
    let began = Instant::now();
    let (found, _) = planning(shared, &snapshot, asked).await?;
    let planner = found.indexing.planner();
    let mut explanation = Explanation {
        plans: found.plans.iter().map(|p| planner.outline(p)).collect(),
        total: found.walk.total,
        planning_us: micros(began.elapsed()),
        ..Explanation::default()
    };
    let wanted = asked.wanted();
    let began = Instant::now();
    for plan in found.plans.iter().filter(|_| wanted > 0) {
        let run = async { plan_rows(&snapshot, (asked, plan), wanted, &mut explanation).await };
        run.await.map_err(|error| planner.blamed(error, plan))?;
    }
    explanation.matches = explanation.matches.min(wanted);
    explanation.finding_us = micros(began.elapsed());
    Ok(explanation)
}

/// Runs the statements of a plan until a page is full.
async fn plan_rows(
    snapshot: &Transaction<'_>,
    (asked, plan): (&Asked, &SearchPlan),
    wanted: usize,
    explanation: &mut Explanation,
) -> Result<(), Error> {
    let enough = wanted.saturating_add(1);
    for statement in &plan.rows {
        if plan.is_by_type() && explanation.matches >= enough {
            return Ok(());
        }
        asked.must_have_time(snapshot).await?;
        statement_rows(snapshot, statement, enough, explanation).await?;
    }
    Ok(())
}

async fn statement_rows(
    snapshot: &Transaction<'_>,
    statement: &Statement,
    wanted: usize,
    explanation: &mut Explanation,
) -> Result<(), Error> {
    let text = format!(
        "EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {}${}",
        statement.text,
        statement.args.len() + 1
    );
    let rows = limited(snapshot, &text, statement, wanted).await?;
    let told: Option<Told> = rows.first().map(|row| get(row, 0)).transpose()?;
    let Some(root) = told.as_ref().and_then(|told| told.0.pointer("/0/Plan")) else {
        return Ok(());
    };
    explanation.matches += usize::try_from(number(root, "Actual Rows")).unwrap_or(usize::MAX);
    let mut open = vec![(root, 0)];
    while let Some((node, depth)) = open.pop() {
        explanation.rows_visited += visited(node);
        explanation.database.push(line(node, depth));
        let below = node.get("Plans").and_then(Value::as_array);
        open.extend(below.into_iter().flatten().rev().map(|n| (n, depth + 1)));
    }
    Ok(())
}

/// Rows of a table or an index a node looked at.
fn visited(node: &Value) -> u64 {
    if node.get("Relation Name").is_none() {
        return 0;
    }
    let each = number(node, "Actual Rows")
        + number(node, "Rows Removed by Filter")
        + number(node, "Rows Removed by Index Recheck");
    each.saturating_mul(number(node, "Actual Loops"))
}

/// A node without the values it compares with.
fn line(node: &Value, depth: usize) -> String {
    let text = |name| node.get(name).and_then(Value::as_str);
    let mut line = format!(
        "{}{}",
        "  ".repeat(depth),
        text("Node Type").unwrap_or_default()
    );
    for (word, name) in [("using", "Index Name"), ("on", "Relation Name")] {
        if let Some(found) = text(name) {
            line.extend([" ", word, " ", found]);
        }
    }
    let (rows, loops) = (number(node, "Actual Rows"), number(node, "Actual Loops"));
    line + &format!(" (rows {rows}, times {loops})")
}

/// A number, of which newer servers tell fractions.
fn number(node: &Value, name: &str) -> u64 {
    let value = node.get(name).and_then(Value::as_f64).unwrap_or_default();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a number of rows, told for people"
    )]
    let whole = value.round() as u64;
    whole
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
