//! Bodies into a bare one-table database, commits shared as the product shares them.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::{Connection, params};

use super::database;
use crate::figures::{float, ratio};
use crate::{Error, Result};

/// Most bodies that share one commit: the product's own bound.
const GROUP_MAX: usize = 512;

/// What came of it.
#[derive(Debug, Clone, Copy)]
pub struct Created {
    /// Bodies a second, each acknowledged after its commit.
    pub per_second: f64,
    /// Bodies that shared one commit, on average.
    pub per_commit: f64,
}

/// One body on its way; the sender is told when it is on disk.
type Wish = (usize, Sender<()>);

/// `writers` threads write bodies round and round, each waiting for its commit.
///
/// # Errors
/// When the database fails.
pub fn measure(
    path: &Path,
    bodies: &Arc<Vec<Vec<u8>>>,
    writers: usize,
    duration: Duration,
) -> Result<Created> {
    let database = database(
        path,
        "CREATE TABLE body(id INTEGER PRIMARY KEY, json BLOB NOT NULL)",
    )?;
    let (wishes, queue) = sync_channel::<Wish>(4096);
    let writer = {
        let bodies = Arc::clone(bodies);
        thread::spawn(move || write(&database, &queue, &bodies))
    };
    let written = Arc::new(AtomicU64::new(0));
    let begun = Instant::now();
    let threads: Vec<_> = (0..writers)
        .map(|first| {
            let (wishes, written) = (wishes.clone(), Arc::clone(&written));
            thread::spawn(move || wish(first, &wishes, &written, begun + duration))
        })
        .collect();
    drop(wishes);
    for thread in threads {
        thread.join().map_err(|_| ended())?;
    }
    let seconds = begun.elapsed().as_secs_f64();
    let commits = writer.join().map_err(|_| ended())??;
    let written = float(written.load(Ordering::Relaxed));
    Ok(Created {
        per_second: ratio(written, seconds),
        per_commit: ratio(written, float(commits)),
    })
}

fn ended() -> Error {
    Error::Unexpected("a thread of the baseline ended early".to_owned())
}

fn wish(first: usize, wishes: &SyncSender<Wish>, written: &AtomicU64, until: Instant) {
    let (done, on_disk) = channel();
    let mut number = first;
    while Instant::now() < until {
        if wishes.send((number, done.clone())).is_err() || on_disk.recv().is_err() {
            return;
        }
        written.fetch_add(1, Ordering::Relaxed);
        number += 1;
    }
}

fn write(database: &Connection, queue: &Receiver<Wish>, bodies: &[Vec<u8>]) -> Result<u64> {
    let mut insert = database.prepare("INSERT INTO body(json) VALUES (?1)")?;
    let mut commits = 0;
    while let Ok(first) = queue.recv() {
        let group: Vec<Wish> = std::iter::once(first)
            .chain(queue.try_iter())
            .take(GROUP_MAX)
            .collect();
        database.execute_batch("BEGIN IMMEDIATE")?;
        for (number, _) in &group {
            if let Some(body) = bodies.get(number % bodies.len().max(1)) {
                insert.execute(params![body])?;
            }
        }
        database.execute_batch("COMMIT")?;
        commits += 1;
        for (_, done) in group {
            // The writer may have stopped waiting; its body is stored all the same.
            let _ = done.send(());
        }
    }
    Ok(commits)
}
