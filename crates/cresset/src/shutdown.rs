//! When to stop: Ctrl-C, or a supervisor's SIGTERM.

use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::time::timeout;

use crate::failure::{Context, Failure};

/// Signals to stop, counted.
#[derive(Clone)]
pub(crate) struct Signals(watch::Receiver<usize>);

impl Signals {
    /// Listens from now on.
    pub(crate) fn listen() -> Result<Self, Failure> {
        let mut terminate = signal(SignalKind::terminate()).context("listening for SIGTERM")?;
        let mut interrupt = signal(SignalKind::interrupt()).context("listening for Ctrl-C")?;
        let (count, counted) = watch::channel(0);
        tokio::spawn(async move {
            while !count.is_closed() {
                tokio::select! {
                    _ = terminate.recv() => {}
                    _ = interrupt.recv() => {}
                }
                count.send_modify(|signals| *signals += 1);
            }
        });
        Ok(Self(counted))
    }

    /// Completes at the first.
    pub(crate) async fn stop(mut self) {
        // Without the task that counts nobody could ask for the end: then it is now.
        let _ = self.0.wait_for(|signals| *signals >= 1).await;
    }

    /// Completes after this time, or at once with the second: whoever asks again does not want to wait.
    pub(crate) async fn drained(mut self, drain: Duration) {
        let _ = timeout(drain, self.0.wait_for(|signals| *signals >= 2)).await;
    }
}
