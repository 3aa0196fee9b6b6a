//! Every shape of a query at growing sizes: what it costs should follow the answer, not the database.

mod query;

use std::time::{Duration, Instant};

use serde_json::Value;

use super::Bench;
use super::local::parse;
use super::read::next;
use super::scale::{SMALL, instance};
use crate::figures::Figure;
use crate::growth::{Cost, Growth, Row, Size};
use crate::load::{Connection, Target, on_a_thread};
use crate::{Result, unexpected};
use query::Query;

/// Each size is so many times the one before it.
const STEP: usize = 10;
/// How often a shape is asked at most, and how long.
const ASKED: usize = 200;
const ASKED_FOR: Duration = Duration::from_secs(3);
/// The page of a long walk that is set beside the first.
const DEEP: usize = 1_000;
/// What is walked.
const WALK: &str = "Observation?status=final&_count=20";

/// The table, from the smallest size to the large one of the bench.
pub(super) fn growth(bench: &Bench) -> Result<Growth> {
    let queries = query::all()?;
    let mut growth = Growth {
        sizes: Vec::new(),
        rows: queries.iter().map(row).collect(),
    };
    growth.rows.push(Row {
        shape: format!("page {DEEP} of a walk"),
        query: WALK.to_owned(),
        goal_ms: None,
        costs: Vec::new(),
    });
    let sizes = std::iter::successors(Some(SMALL), |size| size.checked_mul(STEP));
    for resources in sizes.take_while(|size| *size <= bench.large) {
        let (mut figures, (server, target), start) = instance(bench, "shapes", resources)?;
        figures.push(Figure::new(
            format!("start with {resources} resources"),
            start,
            "s",
        ));
        growth.sizes.push(Size { resources, figures });
        (bench.say)("asking");
        let mut costs = costs(&target, &queries)?;
        costs.push(deep(&target)?);
        for (row, cost) in growth.rows.iter_mut().zip(costs) {
            row.costs.push(cost);
        }
        drop(server);
        std::fs::remove_dir_all(bench.scratch.join("shapes"))?;
    }
    Ok(growth)
}

fn row(query: &Query) -> Row {
    Row {
        shape: query.shape.to_owned(),
        query: query.path.clone(),
        goal_ms: query.goal_ms,
        costs: Vec::new(),
    }
}

/// What each query costs, asked one after the other.
fn costs(target: &Target, queries: &[Query]) -> Result<Vec<Cost>> {
    let requests: Vec<_> = queries
        .iter()
        .map(|query| (query.path.clone(), target.get(&query.path)))
        .collect();
    let address = target.address;
    on_a_thread(async move {
        let mut connection = Connection::open(address).await?;
        let mut costs = Vec::new();
        for (path, request) in requests {
            costs.push(cost(&mut connection, &path, &request).await?);
        }
        Ok(costs)
    })
}

/// The median of asking one request again and again.
async fn cost(connection: &mut Connection, path: &str, request: &[u8]) -> Result<Cost> {
    let begun = Instant::now();
    let mut times = Vec::new();
    while times.len() < ASKED && begun.elapsed() < ASKED_FOR {
        let asked = Instant::now();
        let answer = connection.ask(request).await?;
        times.push(asked.elapsed().as_secs_f64() * 1e6);
        if answer.status != 200 {
            let body = String::from_utf8_lossy(connection.body());
            let path = path.chars().take(200).collect::<String>();
            return unexpected(format!("{path} was answered {}: {body}", answer.status));
        }
    }
    times.sort_unstable_by(f64::total_cmp);
    let total = parse(connection.body())?
        .get("total")
        .and_then(Value::as_u64);
    Ok(Cost {
        p50_us: times.get(times.len() / 2).copied().unwrap_or_default(),
        total,
    })
}

/// What a page far into a walk costs; the last page where there are fewer.
fn deep(target: &Target) -> Result<Cost> {
    let target = target.clone();
    on_a_thread(async move {
        let mut connection = Connection::open(target.address).await?;
        let mut path = WALK.to_owned();
        for _ in 1..DEEP {
            connection.ask(&target.get(&path)).await?;
            let Some(next) = next(&parse(connection.body())?) else {
                break;
            };
            path = next;
        }
        let request = target.get(&path);
        cost(&mut connection, &path, &request).await
    })
}
