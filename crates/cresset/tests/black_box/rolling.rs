//! Two nodes behind a balancer are stopped and started one after the other while everybody works.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use cresset_testkit::postgres;
use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use tokio::task::JoinHandle;

use crate::client::{Client, FHIR_JSON};
use crate::resources::patient;
use crate::server::{Server, Setup};

const WORKERS: usize = 6;
/// How often the balancer asks whether a node is well.
const CHECK: Duration = Duration::from_millis(50);
/// How long a busy machine may take until a node is well.
const PATIENCE: Duration = Duration::from_mins(2);
/// How long everybody works between two stops.
const BETWEEN: Duration = Duration::from_millis(500);

/// Sends each request to the next node that was well when it was last asked.
struct Balancer {
    nodes: [Client; 2],
    is_well: [AtomicBool; 2],
    turn: AtomicUsize,
}

impl Balancer {
    /// A node that is well; when none has been for long, the test has failed.
    async fn node(&self) -> &Client {
        let begun = Instant::now();
        loop {
            let at = self.turn.fetch_add(1, Ordering::Relaxed) % 2;
            if self.is_well[at].load(Ordering::Acquire) {
                return &self.nodes[at];
            }
            assert!(begun.elapsed() < PATIENCE, "no node is well");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    /// Asks the nodes for as long as the task lives.
    fn watch(self: &Arc<Self>) -> JoinHandle<()> {
        let balancer = self.clone();
        tokio::spawn(async move {
            loop {
                for (node, is_well) in balancer.nodes.iter().zip(&balancer.is_well) {
                    is_well.store(node.is_well().await, Ordering::Release);
                }
                tokio::time::sleep(CHECK).await;
            }
        })
    }

    async fn await_all(&self) {
        let begun = Instant::now();
        while !self.is_well.iter().all(|one| one.load(Ordering::Acquire)) {
            assert!(begun.elapsed() < PATIENCE, "a node does not become well");
            tokio::time::sleep(CHECK).await;
        }
    }
}

/// Creates and reads patients; gives how many requests were answered, none of them otherwise than
/// they should be.
async fn work(balancer: Arc<Balancer>, worker: usize, is_over: Arc<AtomicBool>) -> usize {
    let mut answered = 0;
    while !is_over.load(Ordering::Relaxed) {
        let create = balancer.node().await;
        let request = create
            .request(Method::POST, "Patient")
            .header(CONTENT_TYPE, FHIR_JSON)
            .body(patient(&format!("Bell-{worker}-{answered}")));
        let created = create.try_send(request).await.expect("an answer");
        let id = created.expect_status(201).id();
        let read = balancer.node().await;
        let request = read.request(Method::GET, &format!("Patient/{id}"));
        let found = read.try_send(request).await.expect("an answer");
        found.expect_status(200);
        answered += 2;
    }
    answered
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rolling_restart_fails_no_request() {
    let settings = ["--store", postgres::server().url()];
    let setup = Setup {
        settings: &settings,
        ..Setup::of("rolling")
    };
    let one = Server::start(&[setup]).await;
    let here = one.caller("rolling", "system/*.cruds").await;
    let two = one.another_node().await;
    let there = two.nobody("rolling");
    let there = there.bearing(here.token.as_deref().expect("a token"));
    let mut nodes = [one, two];
    let balancer = Arc::new(Balancer {
        nodes: [here, there],
        is_well: Default::default(),
        turn: AtomicUsize::new(0),
    });
    let watch = balancer.watch();
    balancer.await_all().await;
    let is_over = Arc::new(AtomicBool::new(false));
    let workers: Vec<_> = (0..WORKERS)
        .map(|worker| tokio::spawn(work(balancer.clone(), worker, is_over.clone())))
        .collect();
    for node in &mut nodes {
        tokio::time::sleep(BETWEEN).await;
        tokio::task::block_in_place(|| node.stop());
        node.start_again().await;
        balancer.await_all().await;
    }
    tokio::time::sleep(BETWEEN).await;
    is_over.store(true, Ordering::Relaxed);
    let mut answered = 0;
    for worker in workers {
        answered += worker
            .await
            .expect("a worker none of whose requests failed");
    }
    watch.abort();
    assert!(answered > WORKERS);
}
