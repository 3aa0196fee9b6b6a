//! Bringing commits to the disk while the writer makes the next one.
//!
//! SQLite commits into its log without waiting for the disk (`synchronous = NORMAL`). One sync of
//! the log then makes durable whatever was committed before it began, and only after it is anyone
//! told. SQLite itself syncs the log before it moves it into the database, so the database never
//! holds what the log could lose.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use cresset_store::{Error, Written};
use flume::{Receiver, Sender};
use tokio::sync::oneshot;

use super::Reply;
use super::group::again;
use crate::fault::failed;

/// Who is told what, once it is durable.
pub(crate) type Answer = (
    oneshot::Sender<Result<Vec<Written>, Error>>,
    Result<Vec<Written>, Error>,
);

/// Everyone who waits for one commit.
#[derive(Default)]
pub(crate) struct Waiting {
    pub(crate) answers: Vec<Answer>,
    pub(crate) replies: Vec<Reply>,
}

impl Waiting {
    /// Tells everyone how it went.
    pub(crate) fn tell(self, outcome: &Result<(), Error>) {
        for (sender, answer) in self.answers {
            let answer = match (outcome, answer) {
                (Err(error), Ok(_)) => Err(again(error)),
                (_, answer) => answer,
            };
            // The caller may have gone; what is committed stays.
            let _ = sender.send(answer);
        }
        for reply in self.replies {
            reply(outcome);
        }
    }
}

/// The thread that syncs; it ends, after everyone was told, when this is dropped.
pub(crate) struct Sync {
    commits: Option<Sender<Waiting>>,
    thread: Option<JoinHandle<()>>,
}

impl Sync {
    /// Starts the thread; `sync` brings the log to the disk, `broken` is set when it could not.
    ///
    /// # Errors
    /// When there is no thread to be had.
    pub(crate) fn start(
        broken: Arc<AtomicBool>,
        sync: impl FnMut() -> io::Result<()> + Send + 'static,
    ) -> io::Result<Self> {
        let (commits, waiting) = flume::unbounded();
        let thread = std::thread::Builder::new()
            .name("sync".to_owned())
            .spawn(move || run(&broken, &waiting, sync))?;
        Ok(Self {
            commits: Some(commits),
            thread: Some(thread),
        })
    }

    /// Takes those who wait for what was just committed. As many can wait as requests are open.
    pub(crate) fn after(&self, waiting: Waiting) {
        if let Some(commits) = &self.commits
            && let Err(flume::SendError(waiting)) = commits.send(waiting)
        {
            waiting.tell(&Err(failed("the thread that syncs the log ended")));
        }
    }
}

impl Drop for Sync {
    fn drop(&mut self) {
        drop(self.commits.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn run(broken: &AtomicBool, commits: &Receiver<Waiting>, mut sync: impl FnMut() -> io::Result<()>) {
    while let Ok(first) = commits.recv() {
        // Everything that waits here was committed before the sync begins.
        let waiting: Vec<Waiting> = std::iter::once(first).chain(commits.try_iter()).collect();
        let outcome = if broken.load(Ordering::Acquire) {
            Err(stopped())
        } else {
            sync().map_err(|error| {
                // A second try would succeed without the pages that the first one lost.
                tracing::error!(%error, "the log could not be synced; nothing is written any more");
                broken.store(true, Ordering::Release);
                stopped()
            })
        };
        for waiting in waiting {
            waiting.tell(&outcome);
        }
    }
}

/// Why nothing is written after a sync failed.
pub(crate) fn stopped() -> Error {
    failed("the log could not be brought to the disk; restart the server")
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
    use std::sync::{Arc, mpsc};

    use super::{Error, Sync, Waiting};

    type Told = tokio::sync::oneshot::Receiver<Result<Vec<super::Written>, Error>>;

    fn one() -> (Waiting, Told) {
        let (sender, told) = tokio::sync::oneshot::channel();
        let waiting = Waiting {
            answers: vec![(sender, Ok(Vec::new()))],
            replies: Vec::new(),
        };
        (waiting, told)
    }

    #[test]
    fn nobody_is_told_before_the_log_is_on_the_disk_and_one_sync_serves_many() {
        let (begin, wait) = mpsc::channel::<()>();
        let syncs = Arc::new(AtomicU32::new(0));
        let count = syncs.clone();
        let sync = Sync::start(Arc::default(), move || {
            count.fetch_add(1, Ordering::SeqCst);
            wait.recv().map_err(io::Error::other)
        })
        .unwrap();
        let mut told: Vec<Told> = Vec::new();
        for _ in 0..5 {
            let (waiting, answer) = one();
            sync.after(waiting);
            told.push(answer);
        }
        assert!(told.iter_mut().all(|answer| answer.try_recv().is_err()));
        // The first sync may have taken any number of them along; the second takes the rest.
        begin.send(()).unwrap();
        begin.send(()).unwrap();
        for answer in told {
            assert!(answer.blocking_recv().unwrap().is_ok());
        }
        drop(sync);
        assert!(syncs.load(Ordering::SeqCst) <= 2);
    }

    #[test]
    fn after_a_failed_sync_nothing_is_acknowledged_again() {
        let broken = Arc::new(AtomicBool::new(false));
        let mut failures = 1;
        let sync = Sync::start(broken.clone(), move || {
            failures -= 1;
            if failures == 0 {
                return Err(io::Error::other("gone"));
            }
            Ok(())
        })
        .unwrap();
        for _ in 0..2 {
            let (waiting, told) = one();
            sync.after(waiting);
            assert!(matches!(
                told.blocking_recv().unwrap(),
                Err(Error::Failed(_))
            ));
        }
        assert!(broken.load(Ordering::SeqCst));
    }
}
