//! Nine linked resources: each created, read, updated, deleted.

mod bodies;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use serde_json::Value;

use super::How;
use super::report::{Line, Seen};
use crate::load::{Connection, Target};
use crate::{Error, Result};
use bodies::{Linked, ORDER};

/// What is done with each resource, and how it is answered when it succeeds.
const STEPS: [(&str, &[u16]); 4] = [
    ("crud: create", &[201]),
    ("crud: read", &[200]),
    ("crud: update", &[200]),
    ("crud: delete", &[200, 202, 204]),
];

/// Iterations on every connection until the time is up.
pub(super) fn run(target: &Target, how: &How) -> Result<Vec<Line>> {
    (how.say)("creating, reading, updating and deleting");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let begun = Instant::now();
    let seen = runtime.block_on(all(target, how, begun))?;
    let elapsed = begun.elapsed();
    let mut whole = Seen::default();
    let mut lines = Vec::new();
    for ((what, _), seen) in STEPS.iter().zip(seen) {
        whole.add(seen.clone());
        lines.push(seen.line(what, elapsed));
    }
    lines.insert(0, whole.line("crud", elapsed));
    Ok(lines)
}

async fn all(target: &Target, how: &How, begun: Instant) -> Result<[Seen; 4]> {
    let number = Arc::new(AtomicU64::new(0));
    let mut tasks = Vec::new();
    for _ in 0..how.connections {
        let app = App {
            connection: Connection::open(target.address).await?,
            target: target.clone(),
            seen: Default::default(),
        };
        tasks.push(tokio::spawn(app.work(number.clone(), begun + how.duration)));
    }
    let mut all: [Seen; 4] = Default::default();
    for task in tasks {
        let seen = task
            .await
            .map_err(|error| Error::Unexpected(error.to_string()))??;
        for (all, seen) in all.iter_mut().zip(seen) {
            all.add(seen);
        }
    }
    Ok(all)
}

/// One connection at work.
struct App {
    connection: Connection,
    target: Target,
    seen: [Seen; 4],
}

impl App {
    async fn work(mut self, number: Arc<AtomicU64>, until: Instant) -> Result<[Seen; 4]> {
        while Instant::now() < until {
            self.iteration(number.fetch_add(1, Ordering::Relaxed))
                .await?;
        }
        Ok(self.seen)
    }

    async fn iteration(&mut self, number: u64) -> Result<()> {
        let mut linked = Linked::new(number);
        let mut made = Vec::with_capacity(ORDER.len());
        for of in ORDER {
            let body = linked.body(of, "", "first");
            let request = self.target.post(of, body.as_bytes());
            if self.ask(0, &request).await?
                && let Some(id) = id(self.connection.body())
            {
                linked.note(of, &id);
                made.push((of, id));
            }
        }
        for (of, id) in &made {
            let request = self.target.get(&format!("{of}/{id}"));
            self.ask(1, &request).await?;
        }
        for (of, id) in &made {
            let body = linked.body(of, id, "second");
            let request = self.target.put(&format!("{of}/{id}"), body.as_bytes());
            self.ask(2, &request).await?;
        }
        // What refers goes before what it refers to.
        for (of, id) in made.iter().rev() {
            let request = self.target.delete(&format!("{of}/{id}"));
            self.ask(3, &request).await?;
        }
        Ok(())
    }

    /// Whether the answer was the expected one.
    async fn ask(&mut self, step: usize, request: &[u8]) -> Result<bool> {
        let begun = Instant::now();
        let answer = self.connection.ask(request).await?;
        let took = begun.elapsed();
        let is_right = STEPS
            .get(step)
            .is_some_and(|(_, expected)| expected.contains(&answer.status));
        if let Some(seen) = self.seen.get_mut(step) {
            seen.note(took, is_right, 1);
        }
        Ok(is_right)
    }
}

/// The id of the resource in an answer.
fn id(body: &[u8]) -> Option<String> {
    let resource: Value = serde_json::from_slice(body).ok()?;
    Some(resource.get("id")?.as_str()?.to_owned())
}
