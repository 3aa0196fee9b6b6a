//! Connections that look. Each question takes one, asks within one snapshot, and puts it back.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use cresset_store::Error;
use parking_lot::Mutex;
use rusqlite::Connection;

use crate::connection::{Role, open};
use crate::fault::store_error;
use crate::shared::Shared;

/// SQLite asks whether to go on after this many of its instructions, some ten microseconds' work.
const INSTRUCTIONS: i32 = 2_000;
/// Idle connections kept; more are closed when they come back.
const IDLE_MAX: usize = 8;

/// A connection and the instant at which its question must end.
pub(crate) struct Reader {
    pub(crate) connection: Connection,
    deadline: Arc<AtomicU64>,
    began: Instant,
}

impl Reader {
    fn open(shared: &Shared) -> Result<Self, Error> {
        let mut connection = open(&shared.path, Role::Reader).map_err(|e| store_error(&e))?;
        let began = Instant::now();
        let deadline = Arc::new(AtomicU64::new(u64::MAX));
        let until = deadline.clone();
        let ask = move || micros(began.elapsed()) > until.load(Ordering::Relaxed);
        connection
            .progress_handler(INSTRUCTIONS, Some(ask))
            .map_err(|e| store_error(&e))?;
        Ok(Self {
            connection,
            deadline,
            began,
        })
    }

    /// Lets the next question take this long.
    pub(crate) fn limit(&self, time: Duration) {
        self.deadline.store(
            micros(self.began.elapsed().saturating_add(time)),
            Ordering::Relaxed,
        );
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

/// The idle connections of one instance.
#[derive(Default)]
pub(crate) struct Readers {
    idle: Mutex<Vec<Reader>>,
}

impl Readers {
    /// Asks with a connection of its own.
    pub(crate) fn with<T>(
        &self,
        shared: &Shared,
        time: Duration,
        ask: impl FnOnce(&Connection) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let kept = self.idle.lock().pop();
        let reader = match kept {
            Some(reader) => reader,
            None => Reader::open(shared)?,
        };
        reader.limit(time);
        let answer = ask(&reader.connection);
        let mut idle = self.idle.lock();
        if idle.len() < IDLE_MAX && reader.connection.is_autocommit() {
            idle.push(reader);
        }
        answer
    }
}

/// Asks several questions of one snapshot.
pub(crate) fn snapshot<T>(
    connection: &Connection,
    ask: impl FnOnce() -> Result<T, Error>,
) -> Result<T, Error> {
    let run = |text: &str| {
        connection
            .prepare_cached(text)
            .and_then(|mut s| s.execute(()))
            .map_err(|e| store_error(&e))
    };
    run("BEGIN")?;
    let answer = ask();
    let ended = run("COMMIT");
    let answer = answer?;
    ended?;
    Ok(answer)
}
