//! A process that is killed in the middle of 16-way writes loses nothing it acknowledged.
//!
//! The test runs this same binary again as the writer ([`writer`], which does nothing unless it is
//! told where to write), kills it, opens what it left and compares.
#![expect(clippy::unwrap_used, reason = "a surprise in a test is a failed test")]

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use cresset_base::Limits;
use cresset_store::contract::world::{everything, id, of, put};
use cresset_store::store::Found;
use cresset_store::{Store, Written};
use cresset_store_sqlite::{OfInstance, Options, SqliteStore};
use cresset_testkit::ManualClock;

const ROUNDS: u32 = 50;
const WRITERS: u32 = 16;
const DIRECTORY: &str = "CRESSET_KILL_TEST_DIRECTORY";

fn open(directory: &Path) -> SqliteStore {
    let clock = Arc::new(ManualClock::at("2026-03-01T12:00:00Z".parse().unwrap()));
    let options = Options {
        clock,
        limits: Arc::new(Limits::default()),
        bases: Arc::new(|_| Vec::new()),
    };
    SqliteStore::open(directory, &options, OfInstance::default()).unwrap()
}

fn body(name: &str, round: u64) -> String {
    format!(
        r#"{{"resourceType":"Observation","id":"{name}","status":"final","code":{{"coding":[{{"code":"c{}"}}]}},"subject":{{"reference":"Patient/p{}"}},"effectiveDateTime":"2024-01-01","valueInteger":{round}}}"#,
        round % 7,
        round % 5
    )
}

/// Writes without end and says `<name> <version>` after each acknowledgement.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writer() {
    #[expect(
        clippy::disallowed_methods,
        reason = "the parent process passes the directory this way"
    )]
    let Some(directory) = std::env::var_os(DIRECTORY) else {
        return;
    };
    let store = Arc::new(open(Path::new(&directory)));
    let mut tasks = Vec::new();
    for writer in 0..WRITERS {
        let store = store.clone();
        tasks.push(tokio::spawn(async move {
            for round in 0.. {
                // Half of the writes update one resource, half make a new one.
                let name = if round % 2 == 0 {
                    format!("w{writer}")
                } else {
                    format!("w{writer}-{}-{round}", std::process::id())
                };
                let unique = round * 1000 + u64::from(std::process::id());
                let written = store
                    .commit(&everything(), vec![put(&body(&name, unique))])
                    .await
                    .unwrap();
                if let Some(Written::Created(version) | Written::Updated(version)) = written.first()
                {
                    println!("{} {}", version.id, version.version);
                }
            }
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
}

/// Lets a writer write until it has acknowledged `enough`, kills it, and gives what it acknowledged.
fn killed_writer(directory: &Path, enough: usize) -> HashMap<String, u64> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "writer", "--nocapture", "--test-threads", "1"])
        .env(DIRECTORY, directory)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut acknowledged = HashMap::new();
    let mut note = |line: &str| {
        if let Some((name, version)) = line.trim_end_matches('\n').split_once(' ')
            && let Ok(version) = version.parse::<u64>()
        {
            let newest = acknowledged.entry(name.to_owned()).or_insert(0);
            *newest = version.max(*newest);
        }
    };
    let mut line = String::new();
    for _ in 0..enough {
        line.clear();
        output.read_line(&mut line).unwrap();
        note(&line);
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let mut rest = String::new();
    output.read_to_string(&mut rest).unwrap();
    // The last line may have been cut by the kill.
    let whole = rest.rfind('\n').map_or("", |end| &rest[..end]);
    whole.lines().for_each(note);
    acknowledged
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_a_kill() {
    let directory = tempfile::tempdir().unwrap();
    let mut acknowledged: HashMap<String, u64> = HashMap::new();
    for round in 0..ROUNDS {
        let enough = 60 + usize::try_from(round * 37 % 200).unwrap();
        acknowledged.extend(killed_writer(directory.path(), enough));
        let store = open(directory.path());
        for (name, version) in &acknowledged {
            let found = store
                .read(&everything(), of("Observation"), &id(name))
                .await
                .unwrap();
            let Found::Version(found) = found else {
                panic!("round {round}: {name} is lost")
            };
            assert!(
                found.version >= *version,
                "round {round}: {name} is at {}, {version} was acknowledged",
                found.version
            );
        }
        if round % 10 == 9 {
            let report = store.verify().await.unwrap();
            assert!(report.is_clean(), "round {round}: {:?}", report.problems);
        }
    }
    assert!(
        acknowledged.len() > 1_000,
        "the writers wrote little: {}",
        acknowledged.len()
    );
}
