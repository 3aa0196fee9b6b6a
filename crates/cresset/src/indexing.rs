//! What is left to do on the index of each instance, done beside everything else.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cresset_base::InstanceName;
use cresset_store::{Error, Instances, Reindexed, Store, Unindexed};

use crate::data::Data;

/// Between two rounds of parts, so that writers get their turn.
const PAUSE: Duration = Duration::from_millis(10);
/// How long another node is left to it before this one looks again.
const ELSEWHERE: Duration = Duration::from_secs(1);
/// How often is looked whether there is work on an instance that is open here: another node's program has
/// left some, or the instance defines other search parameters than before.
const AGAIN: Duration = Duration::from_secs(1);
/// How long an instance is left alone on which something failed, doubled each time.
const FAILED: Duration = Duration::from_secs(2);
/// Most doublings.
const DOUBLINGS_MAX: u32 = 8;

/// Looks at all instances once: a part is left to do where an earlier program knew other search
/// parameters than this one. Then watches those that are open. Each instance that has work gets one part
/// in each round, so that none waits for another to be done.
pub(crate) async fn all(data: Data) {
    let mut names = listed(&data).await.into_iter();
    let mut rounds = Rounds::default();
    let mut looked = Instant::now();
    loop {
        // One more each round, until all were opened once.
        let next = names.next();
        let is_first_look = next.is_some();
        if let Some(name) = next {
            match data.open(&name).await {
                Ok(Some(store)) => rounds.add(name, store),
                Ok(None) => {}
                Err(error) => failed(&name, &error),
            }
        }
        let is_busy = rounds.run().await;
        if looked.elapsed() >= AGAIN {
            looked = Instant::now();
            rounds.look(data.opened());
        }
        let pause = if is_busy || is_first_look {
            PAUSE
        } else {
            AGAIN
        };
        tokio::time::sleep(pause).await;
    }
}

/// All instances, as soon as they can be listed.
async fn listed(data: &Data) -> Vec<InstanceName> {
    loop {
        match data.list().await {
            Ok(names) => return names,
            Err(error) => {
                tracing::error!(%error, "the instances cannot be listed; no index is brought up to date yet");
                tokio::time::sleep(AGAIN).await;
            }
        }
    }
}

/// The instances that have work, and what is known of the others.
#[derive(Default)]
struct Rounds {
    working: HashMap<InstanceName, Work>,
    /// What each could be searched by when nothing was left to do here: numbers that another program has
    /// retired stay in it.
    seen: HashMap<InstanceName, Arc<Unindexed>>,
    /// How often in succession each failed, and when it may be tried again.
    failed: HashMap<InstanceName, (u32, Instant)>,
}

struct Work {
    store: Arc<dyn Store>,
    /// Whether it was told that an index is built.
    is_told: bool,
    /// Not before this.
    due: Instant,
}

impl Rounds {
    fn add(&mut self, name: InstanceName, store: Arc<dyn Store>) {
        let due = Instant::now();
        let work = Work {
            store,
            is_told: false,
            due,
        };
        self.working.entry(name).or_insert(work);
    }

    /// Adds those of the open instances that have work.
    fn look(&mut self, opened: Vec<(InstanceName, Arc<dyn Store>)>) {
        let now = Instant::now();
        for (name, store) in opened {
            let may_try = self
                .failed
                .get(&name)
                .is_none_or(|(_, until)| *until <= now);
            let is_done = self.seen.get(&name) == Some(&store.unindexed());
            if may_try && !is_done {
                self.add(name, store);
            }
        }
    }

    /// Does a part of each that is due; whether more is to be done soon.
    async fn run(&mut self) -> bool {
        let now = Instant::now();
        let due = self.working.iter().filter(|(_, work)| work.due <= now);
        let due: Vec<InstanceName> = due.map(|(name, _)| name.clone()).collect();
        let mut is_busy = false;
        for name in due {
            is_busy |= self.part(&name).await;
        }
        is_busy
    }

    /// Does a part of one; whether more is to be done soon.
    async fn part(&mut self, name: &InstanceName) -> bool {
        let Some(work) = self.working.get_mut(name) else {
            return false;
        };
        let unindexed = work.store.unindexed();
        let waiting = unindexed.building().len();
        if waiting > 0 && !work.is_told {
            work.is_told = true;
            tracing::info!(instance = %name, parameters = waiting, "building the index");
        }
        let answer = work.store.reindex().await;
        match answer {
            Ok(Reindexed::More) => return true,
            Ok(Reindexed::Elsewhere) | Err(Error::Busy) => work.due = Instant::now() + ELSEWHERE,
            Ok(Reindexed::Done) => {
                if work.is_told && work.store.unindexed().is_empty() {
                    tracing::info!(instance = %name, "the index is complete");
                }
                // What it was before: should it have become another since, that is looked at again.
                self.seen.insert(name.clone(), unindexed);
                self.failed.remove(name);
                self.working.remove(name);
            }
            Err(error) => {
                failed(name, &error);
                let times = self.failed.get(name).map_or(0, |(times, _)| times + 1);
                let pause = FAILED * 2_u32.pow(times.min(DOUBLINGS_MAX));
                let until = Instant::now() + pause;
                self.failed.insert(name.clone(), (times, until));
                self.working.remove(name);
            }
        }
        false
    }
}

fn failed(name: &InstanceName, error: &Error) {
    tracing::error!(instance = %name, %error, "the index is not up to date");
}

/// Works until nothing is left to do.
pub(crate) async fn finish(store: &dyn Store, pause: Duration) -> Result<(), Error> {
    loop {
        match store.reindex().await {
            Ok(Reindexed::Done) => return Ok(()),
            Ok(Reindexed::Elsewhere) => tokio::time::sleep(ELSEWHERE).await,
            Ok(Reindexed::More) | Err(Error::Busy) => tokio::time::sleep(pause).await,
            Err(error) => return Err(error),
        }
    }
}
