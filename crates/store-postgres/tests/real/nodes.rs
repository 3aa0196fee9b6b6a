//! Two nodes over one instance.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Instant;

use cresset_base::{Limits, Timestamp};
use cresset_store::contract::world::{World, body, draft, everything, id, names, of, query};
use cresset_store::grant::Grants;
use cresset_store::write::{Change, Precondition, Refusal};
use cresset_store::{AuditAsk, Error, Found, Store, Written};
use cresset_store_postgres::{Cluster, ClusterError};
use cresset_testkit::{ManualClock, postgres};
use tokio::time::timeout;

use crate::idle::{PATIENCE, until};
use crate::instance::{Instance, options, record};

/// An hour apart, as clocks should not be.
const CLOCKS: [&str; 2] = ["2026-03-01T12:00:00Z", "2026-03-01T11:00:00Z"];

async fn nodes() -> [Arc<World>; 2] {
    let instance = Instance::create(postgres::server().url()).await;
    let one = instance.open("one", CLOCKS[0]).await;
    let two = instance.open("two", CLOCKS[1]).await;
    [Arc::new(one), Arc::new(two)]
}

fn patient(name: &str, born: u32) -> String {
    format!(
        r#"{{"resourceType":"Patient","id":"{name}","name":[{{"family":"{name}"}}],"birthDate":"{born}","identifier":[{{"system":"urn:of:{name}","value":"{born}"}}]}}"#
    )
}

fn version(found: &Found) -> u64 {
    match found {
        Found::Version(version) => version.version,
        other => panic!("expected a version, got {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_one_node_writes_the_other_finds_at_once() {
    let [one, two] = nodes().await;
    for (at, born) in (1950..1962).enumerate() {
        let (writer, reader) = if at % 2 == 0 {
            (&one, &two)
        } else {
            (&two, &one)
        };
        let name = format!("p{born}");
        // A system, a shape and an integer the other node has never seen.
        writer.put(&[&patient(&name, born)]).await;
        let url = format!("Patient?identifier=urn:of:{name}|{born}");
        reader.check(&url, &[&name]).await;
        reader
            .check(&format!("Patient?family={name}"), &[&name])
            .await;
        assert_eq!(
            version(&reader.read(&everything(), &format!("Patient/{name}")).await),
            1
        );
    }
    one.check("Patient?_id=p1950", &["p1950"]).await;
    assert_eq!(
        two.store.counts(&everything()).await.unwrap(),
        [(of("Patient"), 12)]
    );
}

/// A token would live longer on the one whose clock is behind, so neither serves.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_whose_clock_goes_wrong_is_told() {
    let cluster = Cluster::parse(postgres::server().url(), &Limits::default()).unwrap();
    let tables = Instance::create(postgres::server().url())
        .await
        .tables()
        .await;
    let server_s = "SELECT extract(epoch FROM clock_timestamp())::bigint";
    let row = tables.query_one(server_s, &[]).await.unwrap();
    let now = Timestamp::from_second(row.get(0)).unwrap();
    let kept_by = |now| {
        let cluster = cluster.clone();
        cluster.keeping_time(Arc::new(ManualClock::at(now)))
    };
    kept_by(now).check().await.unwrap();
    for (hours, said) in [(-1, "s behind that of"), (1, "s ahead of that of")] {
        let wrong = Timestamp::from_second(now.as_second() + hours * 3_600).unwrap();
        let refused = kept_by(wrong).check().await.unwrap_err();
        assert!(refused.to_string().contains(said), "{refused}");
    }
}

/// One that takes connections and says nothing holds nobody up for ever.
#[tokio::test]
async fn a_silent_server_is_given_up() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("postgres://a@{}/b", silent.local_addr().unwrap());
    let cluster = Cluster::parse(&url, &Limits::default()).unwrap();
    let refused = timeout(PATIENCE, cluster.check()).await.unwrap();
    assert!(
        matches!(refused, Err(ClusterError::Unreachable(_))),
        "{refused:?}"
    );
}

/// What goes wrong while it serves is noticed, and what is set right again too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_whose_clock_goes_wrong_while_it_serves_stops() {
    let url = postgres::server().url();
    let instance = Instance::create(url).await;
    let server_s = "SELECT extract(epoch FROM clock_timestamp())::bigint";
    let row = instance.tables().await.query_one(server_s, &[]).await;
    let now = Timestamp::from_second(row.unwrap().get(0)).unwrap();
    let begun = Instant::now();
    let clock = Arc::new(ManualClock::at(now));
    let cluster = Cluster::parse(url, &Limits::default()).unwrap();
    let cluster = cluster.keeping_time(clock.clone());
    let directory = tempfile::tempdir().unwrap();
    let options = options("one", directory.path(), clock.clone());
    let store = instance.open_of(&cluster, options).await;
    let asked = query("Patient?_id=a");
    let is_served = async || {
        let heard = store.endings().is_some();
        let found = store.search(&everything(), &asked, None).await;
        match found {
            Ok(_) => Some(heard),
            Err(Error::Busy) => None,
            Err(other) => panic!("{other:?}"),
        }
    };
    until("it is not served", async || is_served().await == Some(true)).await;
    clock.advance_seconds(3_600);
    until("it is served", async || is_served().await.is_none()).await;
    assert!(store.endings().is_none());
    let past_s = i64::try_from(begun.elapsed().as_secs()).unwrap();
    clock.set(Timestamp::from_second(now.as_second() + past_s).unwrap());
    until("it stays away", async || is_served().await == Some(true)).await;
}

/// Each of many writers on two nodes adds one to a number, on condition that nobody else did meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_update_is_lost() {
    let nodes = nodes().await;
    nodes[0].put(&[&patient("sum", 1000)]).await;
    let mut writers = Vec::new();
    for at in 0..8 {
        let node = nodes[at % 2].clone();
        writers.push(tokio::spawn(async move {
            for _ in 0..5 {
                add_one(&node).await;
            }
        }));
    }
    for writer in writers {
        writer.await.unwrap();
    }
    for node in &nodes {
        let found = node.read(&everything(), "Patient/sum").await;
        assert_eq!(version(&found), 41);
        assert!(
            body(&found).contains(r#""birthDate":"1040""#),
            "{}",
            body(&found)
        );
        node.check("Patient?birthdate=1040", &["sum"]).await;
        node.check("Patient?birthdate=1039", &[]).await;
    }
    let ask = cresset_store::store::HistoryAsk {
        count: 100,
        ..Default::default()
    };
    let (access, sum) = (everything(), id("sum"));
    let history = nodes[1].store.history(&access, of("Patient"), &sum, ask);
    let versions = history.await.unwrap().unwrap().versions;
    assert_eq!(versions.len(), 41);
    // Whatever the clocks say, a version is later than the one it replaced.
    assert!(versions.is_sorted_by(|a, b| a.last_updated > b.last_updated));
}

async fn add_one(node: &World) {
    loop {
        let found = node.read(&everything(), "Patient/sum").await;
        let text = body(&found);
        let (_, rest) = text.split_once(r#""birthDate":""#).unwrap();
        let born: u32 = rest[..4].parse().unwrap();
        let precondition = Precondition {
            if_match: Some(vec![version(&found)]),
            ..Precondition::default()
        };
        let draft = draft(&patient("sum", born + 1));
        let change = Change::Update(id("sum"), draft, precondition);
        match node.change(&everything(), change).await {
            Ok(Written::Updated(_)) => return,
            Err(Error::Refused(0, Refusal::PreconditionFailed)) => {}
            other => panic!("{other:?}"),
        }
    }
}

/// Both nodes create the same resources, each once.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_of_two_creates_under_an_id() {
    let nodes = nodes().await;
    let mut writers = Vec::new();
    for node in nodes.clone() {
        writers.push(tokio::spawn(async move {
            let mut created = 0;
            for at in 0..20 {
                let name = format!("c{at}");
                let change = Change::Create(id(&name), draft(&patient(&name, 1900 + at)));
                match node.change(&everything(), change).await {
                    Ok(Written::Created(_)) => created += 1,
                    Err(Error::Refused(0, Refusal::Exists)) => {}
                    other => panic!("{other:?}"),
                }
            }
            created
        }));
    }
    let mut created = 0;
    for writer in writers {
        created += writer.await.unwrap();
    }
    assert_eq!(created, 20);
    let page = nodes[0]
        .page(&everything(), "Patient?_count=100", None)
        .await;
    assert_eq!((names(&page).len(), page.total), (20, Some(20)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn records_of_both_nodes_are_one_trail() {
    let nodes = nodes().await;
    for at in 0..6 {
        let node = &nodes[at % 2];
        node.store.record(record("read", &at.to_string())).unwrap();
        node.store.settle().await.unwrap();
    }
    let trail = nodes[0].store.trail(&AuditAsk::newest(10)).await.unwrap();
    let shown: Vec<_> = trail
        .records
        .iter()
        .map(|one| (one.number, one.record.correlation_id.as_str()))
        .collect();
    assert_eq!(
        shown,
        [(6, "5"), (5, "4"), (4, "3"), (3, "2"), (2, "1"), (1, "0")]
    );
}
