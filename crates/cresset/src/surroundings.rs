//! The real clock and the real randomness.

use std::sync::Arc;

use cresset_base::{Clock, Rng, Timestamp};

/// The machine's clock.
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that reads the real clock"
    )]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// The operating system's random bytes.
pub(crate) struct SystemRng;

impl Rng for SystemRng {
    fn fill(&self, out: &mut [u8]) {
        // Predictable bytes would be worse than no server: every secret depends on them.
        if aws_lc_rs::rand::fill(out).is_err() {
            std::process::abort();
        }
    }
}

/// The real clock, shared.
pub(crate) fn clock() -> Arc<dyn Clock> {
    Arc::new(SystemClock)
}

/// The real randomness, shared.
pub(crate) fn rng() -> Arc<dyn Rng> {
    Arc::new(SystemRng)
}

/// How much less than others a thread gets that gives way: a tenth, where all want the processor.
#[cfg(target_os = "linux")]
const NICENESS: i32 = 10;

/// Lets other threads go before this one from now on.
pub(crate) fn give_way() {
    // Linux keeps this for each thread, others for a process. A thread that may not is like any other.
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(None, NICENESS) {
        tracing::debug!(%error, "a thread does not give way");
    }
}
