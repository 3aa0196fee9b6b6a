//! When to stop: Ctrl-C, or a supervisor's SIGTERM.

use tokio::signal;

use crate::failure::{Context, Failure};

/// Listens for signals from now on; the future ends at the first one.
pub(crate) fn signal() -> Result<impl Future<Output = ()> + Send + 'static, Failure> {
    let mut terminate = signal::unix::signal(signal::unix::SignalKind::terminate())
        .context("listening for SIGTERM")?;
    let mut interrupt = signal::unix::signal(signal::unix::SignalKind::interrupt())
        .context("listening for Ctrl-C")?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
