//! A server that dies under load and comes back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use cresset_store::Error;
use cresset_store::contract::world::{draft, everything, id};
use cresset_store::write::Change;
use cresset_testkit::postgres::Server;

use crate::instance::Instance;

/// How long after the server is back writes must succeed again.
const RECOVERY: Duration = Duration::from_secs(5);

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_acknowledged_is_lost_and_writes_go_on() {
    let server = Server::start();
    let instance = Instance::create(server.url()).await;
    let world = Arc::new(instance.open("one", "2026-03-01T12:00:00Z").await);
    let stop = Arc::new(AtomicBool::new(false));
    let mut writers = Vec::new();
    for writer in 0..8 {
        let (world, stop) = (world.clone(), stop.clone());
        writers.push(tokio::spawn(async move {
            let mut kept = Vec::new();
            for at in 0.. {
                if stop.load(Ordering::Relaxed) {
                    break;
                }
                let name = format!("w{writer}-{at}");
                let body = format!(r#"{{"resourceType":"Patient","id":"{name}"}}"#);
                let create = Change::Create(id(&name), draft(&body));
                match world.change(&everything(), create).await {
                    Ok(_) => kept.push((name, Instant::now())),
                    // 503: the caller may try again.
                    Err(Error::Busy | Error::TimedOut) => {
                        tokio::time::sleep(Duration::from_millis(20)).await;
                    }
                    Err(other) => panic!("{other:?}"),
                }
            }
            kept
        }));
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    tokio::task::block_in_place(|| server.restart());
    let back = Instant::now();
    tokio::time::sleep(RECOVERY).await;
    stop.store(true, Ordering::Relaxed);
    let mut written_after = 0;
    for writer in writers {
        for (name, at) in writer.await.unwrap() {
            written_after += usize::from(at > back);
            world.check(&format!("Patient?_id={name}"), &[&name]).await;
        }
    }
    assert!(written_after > 0, "no write succeeded within {RECOVERY:?}");
}
