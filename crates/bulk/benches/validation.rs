//! What validation costs an import: the same resources on the same way into a real database, with the
//! validator and without it.
//!
//! The way is that of an import after its reader: all cores parse, check and extract, units of a
//! thousand are committed one after the other. Nothing but this measurement stores what nobody checked.
//! `cargo bench -p cresset-bulk --bench validation -- 20000` takes 20,000 resources.

#![expect(clippy::print_stdout, reason = "what was measured is printed")]
#![expect(clippy::unwrap_used, reason = "a measurement that fails ends")]

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use cresset_access::{Access, SystemReason};
use cresset_base::{InstanceName, Limits};
use cresset_definitions::ResourceType;
use cresset_fhir::prepare::{parse, prepare_tree};
use cresset_model::{Tree, Unstamped};
use cresset_search::{IndexRow, extract};
use cresset_store::{Change, Draft, InstanceSettings, Precondition, Store};
use cresset_store_sqlite::{DataDirectory, Options};
use cresset_synth::Population;
use cresset_testkit::ManualClock;

/// How many resources, where the command names no number.
const RESOURCES: usize = 20_000;
/// Both ways are taken in turns, so that a slow minute of the machine befalls both.
const ROUNDS: usize = 3;
/// Resources of one piece of work.
const BATCH: usize = 100;
/// Changes of one commit, and commits under way, as of an import.
const UNIT: usize = 1_000;
const UNDER_WAY: usize = 4;
/// The validated rate is to be at least this part of the other.
const GOAL: f64 = 2.0 / 3.0;

/// What is stored of a resource.
type Drafted = fn(&Tree) -> Draft;

fn main() {
    let mut numbers = std::env::args().filter_map(|argument| argument.parse().ok());
    let bodies = Arc::new(bodies(numbers.next().unwrap_or(RESOURCES)));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        with.push(runtime.block_on(rate(&bodies, validated)));
        without.push(runtime.block_on(rate(&bodies, unvalidated)));
    }
    let (with, without) = (median(with), median(without));
    let part = with / without;
    let reached = if part >= GOAL { "reached" } else { "missed" };
    println!("resources              {:>10}", bodies.len());
    println!("with the validator     {with:>10.0} /s");
    println!("without it             {without:>10.0} /s");
    println!("part                   {part:>10.2} (at least {GOAL:.2}: {reached})");
}

/// The first resources of a population.
fn bodies(count: usize) -> Vec<Vec<u8>> {
    let population = Population::new(1, u32::MAX, jiff::civil::date(2026, 6, 30));
    let charts = (0..population.patients()).map(|number| population.patient(number));
    let bodies = charts.flat_map(|chart| {
        let resources = chart.resources();
        resources.map(|one| one.json.to_vec()).collect::<Vec<_>>()
    });
    bodies.take(count).collect()
}

/// As an import checks: what the validator leaves open is asked, here of a practice that has no terminology
/// of its own, so that every answer is that it is not known.
fn validated(tree: &Tree) -> Draft {
    let unknown = |_: &_| Ok(false);
    let prepared = prepare_tree(tree, &[], cresset_validate::standard(), unknown);
    prepared.unwrap().draft
}

fn unvalidated(tree: &Tree) -> Draft {
    let rows = extract(tree, &[]).into_iter();
    Draft {
        resource_type: ResourceType::parse(tree.resource_type().unwrap()).unwrap(),
        body: Unstamped::new(tree).unwrap(),
        rows: rows.map(IndexRow::into_owned).collect(),
    }
}

/// Resources a second into a new database.
async fn rate(bodies: &Arc<Vec<Vec<u8>>>, drafted: Drafted) -> f64 {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    // What is decoded on first use is not part of the measurement.
    validated(&parse(bodies.first().unwrap(), &Limits::default()).unwrap());
    let begun = Instant::now();
    let ready = work(bodies, drafted);
    let mut under_way = VecDeque::new();
    let mut unit = Vec::with_capacity(UNIT);
    while let Ok(changes) = ready.recv_async().await {
        unit.extend(changes);
        if unit.len() >= UNIT {
            begin(&store, std::mem::take(&mut unit), &mut under_way).await;
        }
    }
    begin(&store, unit, &mut under_way).await;
    for commit in under_way {
        commit.await.unwrap();
    }
    let seconds = begun.elapsed().as_secs_f64();
    f64::from(u32::try_from(bodies.len()).unwrap()) / seconds
}

type Commit = tokio::task::JoinHandle<()>;

async fn begin(store: &Arc<dyn Store>, unit: Vec<Change>, under_way: &mut VecDeque<Commit>) {
    if under_way.len() >= UNDER_WAY {
        under_way.pop_front().unwrap().await.unwrap();
    }
    let store = Arc::clone(store);
    under_way.push_back(tokio::spawn(async move {
        let access = Access::system(SystemReason::OperatorImport);
        store.commit(&access, unit).await.unwrap();
    }));
}

/// Drafts of all bodies, made on all cores.
fn work(bodies: &Arc<Vec<Vec<u8>>>, drafted: Drafted) -> flume::Receiver<Vec<Change>> {
    let (ready, received) = flume::bounded(2 * UNIT / BATCH);
    let next = Arc::new(AtomicUsize::new(0));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    for _ in 0..cores {
        let (bodies, next, ready) = (Arc::clone(bodies), Arc::clone(&next), ready.clone());
        std::thread::spawn(move || {
            let limits = Limits::default();
            loop {
                let from = next.fetch_add(BATCH, Ordering::Relaxed);
                let batch: Vec<_> = bodies.iter().skip(from).take(BATCH).collect();
                if batch.is_empty() {
                    return;
                }
                let change = |body: &Vec<u8>| change(&parse(body, &limits).unwrap(), drafted);
                ready.send(batch.into_iter().map(change).collect()).unwrap();
            }
        });
    }
    received
}

fn change(tree: &Tree, drafted: Drafted) -> Change {
    let precondition = Precondition {
        may_create: true,
        ..Precondition::default()
    };
    let id = tree.id().unwrap().parse().unwrap();
    Change::Update(id, drafted(tree), precondition)
}

fn store(folder: &std::path::Path) -> Arc<dyn Store> {
    let now = "2026-07-01T00:00:00Z".parse().unwrap();
    let options = Options {
        clock: Arc::new(ManualClock::at(now)),
        limits: Arc::new(Limits::default()),
        bases: Arc::new(|_: &InstanceName| Vec::new()),
    };
    let directory = DataDirectory::open(folder, options).unwrap();
    let settings = InstanceSettings::new(now);
    directory
        .create(&"bench".parse().unwrap(), &settings)
        .unwrap()
}

fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    *rates.get(rates.len() / 2).unwrap()
}
