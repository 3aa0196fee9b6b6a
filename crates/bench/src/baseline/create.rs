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
/// Bodies that may wait for their turn.
pub(super) const QUEUE: usize = 4096;

/// What came of it.
#[derive(Debug, Clone, Copy)]
pub struct Created {
    /// Bodies a second, each acknowledged after its commit.
    pub per_second: f64,
    /// Bodies that shared one commit, on average.
    pub per_commit: f64,
}

/// One body on its way, and what to do when it is on disk.
pub(super) struct Wish<B, D> {
    pub(super) body: B,
    pub(super) done: D,
}

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
    let database = table(path)?;
    let (wishes, queue) = sync_channel(QUEUE);
    let writer = thread::spawn(move || write(&database, &queue));
    let written = Arc::new(AtomicU64::new(0));
    let begun = Instant::now();
    let threads: Vec<_> = (0..writers)
        .map(|first| {
            let (wishes, written) = (wishes.clone(), Arc::clone(&written));
            let bodies = Arc::clone(bodies);
            thread::spawn(move || {
                let mine = bodies.iter().cycle().skip(first);
                wish(mine, &wishes, &written, begun + duration);
            })
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

/// Writes one body after the other, each when the one before is on disk.
fn wish<'b>(
    bodies: impl Iterator<Item = &'b Vec<u8>>,
    wishes: &SyncSender<Wish<Vec<u8>, Told>>,
    written: &AtomicU64,
    until: Instant,
) {
    let (sender, on_disk) = channel();
    for body in bodies.take_while(|_| Instant::now() < until) {
        let wish = Wish {
            body: body.clone(),
            done: Told(sender.clone()),
        };
        if wishes.send(wish).is_err() || on_disk.recv().is_err() {
            return;
        }
        written.fetch_add(1, Ordering::Relaxed);
    }
}

/// Who waits for a body to be on disk.
pub(super) trait Waiting {
    /// Tells them.
    fn tell(self);
}

struct Told(Sender<()>);

impl Waiting for Told {
    fn tell(self) {
        // The writer may have stopped waiting; its body is stored all the same.
        let _ = self.0.send(());
    }
}

/// The database with its one table.
pub(super) fn table(path: &Path) -> Result<Connection> {
    database(
        path,
        "CREATE TABLE body(id INTEGER PRIMARY KEY, json BLOB NOT NULL)",
    )
}

/// Writes what waits, each group in one commit, until nobody can wish any more. Answers how often it committed.
pub(super) fn write<B: AsRef<[u8]>, D: Waiting>(
    database: &Connection,
    queue: &Receiver<Wish<B, D>>,
) -> Result<u64> {
    let mut insert = database.prepare("INSERT INTO body(json) VALUES (?1)")?;
    let mut commits = 0;
    while let Ok(first) = queue.recv() {
        let group: Vec<_> = std::iter::once(first)
            .chain(queue.try_iter())
            .take(GROUP_MAX)
            .collect();
        database.execute_batch("BEGIN IMMEDIATE")?;
        for wish in &group {
            insert.execute(params![wish.body.as_ref()])?;
        }
        database.execute_batch("COMMIT")?;
        commits += 1;
        for wish in group {
            wish.done.tell();
        }
    }
    Ok(commits)
}
