//! The registry: what one node enters the others know, and no instance's role sees it.

use std::time::{Duration, Instant};

use cresset_base::{InstanceName, Limits, Timestamp};
use cresset_store::{Error, InstanceSettings};
use cresset_store_postgres::{Change, Cluster, Entry, Registry};
use cresset_testkit::postgres::Server;
use tokio_postgres::error::SqlState;

use crate::instance::Instance;

/// How long after a change another node may not know it, on a machine that does much else.
const BOUND: Duration = Duration::from_secs(20);

fn registry(server: &Server) -> Registry {
    let limits = Limits::default();
    let cluster = Cluster::parse(server.url(), &limits).unwrap();
    Registry::of(&cluster, &limits).unwrap()
}

fn entry(server: &str) -> Entry {
    Entry {
        settings: InstanceSettings::new(Timestamp::UNIX_EPOCH),
        server: server.to_owned(),
    }
}

/// Waits until a node says that it hears of every change, so that it answers from memory.
async fn hears(registry: &Registry) {
    let begun = Instant::now();
    while registry.number().is_none() {
        assert!(
            begun.elapsed() < Duration::from_secs(20),
            "it does not hear"
        );
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Waits until a node knows an instance like this.
async fn knows(registry: &Registry, name: &InstanceName, expected: Option<&Entry>) {
    let begun = Instant::now();
    loop {
        let is_late = begun.elapsed() > BOUND;
        let known = registry.entry(name).await.unwrap();
        if known.as_deref() == expected {
            return;
        }
        assert!(!is_late, "{known:?}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_reaches_every_node() {
    let server = Server::start();
    let (one, two) = (registry(&server), registry(&server));
    // Both make it at once.
    let (first, second) = tokio::join!(one.check(), two.check());
    assert!(first.is_ok() && second.is_ok());
    let name: InstanceName = "sunrise".parse().unwrap();
    hears(&two).await;
    knows(&two, &name, None).await;
    assert!(two.names().await.unwrap().is_empty());
    assert!(one.add(&name, &entry("east")).await.unwrap());
    knows(&two, &name, Some(&entry("east"))).await;
    assert_eq!(two.names().await.unwrap(), std::slice::from_ref(&name));
    assert!(!two.add(&name, &entry("west")).await.unwrap());
    let mut changed = entry("east");
    changed.settings.token_lifetime_s = 60;
    hears(&one).await;
    let first = entry("east").settings;
    let set = two.set(&name, &first, &changed.settings).await;
    assert_eq!(set.unwrap(), Change::Made);
    knows(&one, &name, Some(&changed)).await;
    // Who saw what was before changes nothing.
    let set = one.set(&name, &first, &first).await;
    assert_eq!(set.unwrap(), Change::Outdated);
    let later = Timestamp::from_second(1).unwrap();
    let removed = one.remove(&name, later).await;
    assert_eq!(removed.unwrap(), Change::Outdated);
    knows(&one, &name, Some(&changed)).await;
    let removed = one.remove(&name, first.created).await;
    assert_eq!(removed.unwrap(), Change::Made);
    knows(&two, &name, None).await;
    let removed = one.remove(&name, first.created).await;
    assert_eq!(removed.unwrap(), Change::Absent);
    let set = one.set(&name, &first, &first).await;
    assert_eq!(set.unwrap(), Change::Absent);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_instance_sees_it() {
    let server = Server::start();
    let registry = registry(&server);
    let name = "sunrise".parse().unwrap();
    registry.add(&name, &entry("east")).await.unwrap();
    let instance = Instance::create(server.url()).await;
    let tables = instance.tables().await;
    let role = "SELECT rolname FROM pg_roles r JOIN pg_namespace n ON n.nspowner=r.oid \
                WHERE nspname=$1";
    let role = tables.query_one(role, &[&instance.schema()]).await.unwrap();
    let role: String = role.get(0);
    let act = format!("SET ROLE \"{role}\"");
    tables.batch_execute(&act).await.unwrap();
    for statement in [
        "SELECT server FROM cresset.instance",
        "DELETE FROM cresset.instance",
    ] {
        let refused = tables.query(statement, &[]).await.unwrap_err();
        let code = refused.code().cloned();
        assert_eq!(code, Some(SqlState::INSUFFICIENT_PRIVILEGE), "{statement}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_a_newer_version_is_refused() {
    let server = Server::start();
    registry(&server).check().await.unwrap();
    let tables = Instance::create(server.url()).await.tables().await;
    let newer = "INSERT INTO cresset.step(done) VALUES(99)";
    tables.batch_execute(newer).await.unwrap();
    let refused = registry(&server).check().await;
    let Err(Error::Failed(said)) = refused else {
        panic!("{refused:?}");
    };
    assert!(said.contains("newer version"), "{said}");
}

/// An older node cannot write again what it does not know.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn settings_of_a_newer_version_are_read_and_not_changed() {
    let server = Server::start();
    let registry = registry(&server);
    let name: InstanceName = "sunrise".parse().unwrap();
    registry.add(&name, &entry("east")).await.unwrap();
    let tables = Instance::create(server.url()).await.tables().await;
    let newer =
        r#"UPDATE cresset.instance SET settings='{"of_a_later_version":1,'||substr(settings,2)"#;
    tables.batch_execute(newer).await.unwrap();
    let known = registry.entry(&name).await.unwrap();
    let seen = known.unwrap().settings.clone();
    assert_eq!(seen, entry("east").settings);
    let Err(Error::Failed(said)) = registry.set(&name, &seen, &seen).await else {
        panic!("what is not known would be lost");
    };
    assert!(said.contains("newer version"), "{said}");
}

/// Waits until a node knows this instance by its mark.
async fn knows_mark(registry: &Registry, mark: &str, expected: Option<&InstanceName>) {
    let begun = Instant::now();
    loop {
        let is_late = begun.elapsed() > BOUND;
        let known = registry.marked(mark).await.unwrap();
        if known.as_ref() == expected {
            return;
        }
        assert!(!is_late, "{known:?}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mark_leads_to_the_one_instance_that_has_it() {
    let server = Server::start();
    let (one, two) = (registry(&server), registry(&server));
    let marked = |mark: &str| {
        let mut entry = entry("east");
        entry.settings.mark = Some(mark.to_owned());
        entry
    };
    let (first, second): (InstanceName, InstanceName) =
        ("sunrise".parse().unwrap(), "sunset".parse().unwrap());
    hears(&two).await;
    knows_mark(&two, "m", None).await;
    one.add(&first, &marked("m")).await.unwrap();
    knows_mark(&two, "m", Some(&first)).await;
    one.add(&second, &marked("m")).await.unwrap();
    knows_mark(&two, "m", None).await;
    let (seen, moved) = (marked("m").settings, marked("n").settings);
    let set = one.set(&second, &seen, &moved).await.unwrap();
    assert_eq!(set, Change::Made);
    knows_mark(&two, "m", Some(&first)).await;
    knows_mark(&two, "n", Some(&second)).await;
    one.remove(&first, seen.created).await.unwrap();
    knows_mark(&two, "m", None).await;
}
