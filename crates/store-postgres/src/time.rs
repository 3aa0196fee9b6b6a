//! Whether the clock of this node goes as the server's does. Tokens would live longer by the one that
//! is behind, so what would be served by a clock that went wrong is not served at all.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use cresset_base::Clock;

use crate::cluster::ClusterError;

/// By how much the clocks of a node and a server may differ.
const APART_MAX_S: u64 = 30;

/// Asks the server for its clock, in whole seconds.
pub(crate) const SERVER_S: &str = "SELECT extract(epoch FROM clock_timestamp())::bigint";

/// The clock of this node beside that of a server.
#[derive(Default)]
pub(crate) struct Time {
    /// Without one nothing is compared.
    clock: Option<Arc<dyn Clock>>,
    is_apart: AtomicBool,
}

impl Time {
    pub(crate) fn of(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock: Some(clock),
            is_apart: AtomicBool::new(false),
        }
    }

    /// Compares with what the server's clock said just now.
    pub(crate) fn compare(&self, server_s: i64) -> Result<(), ClusterError> {
        let Some(clock) = &self.clock else {
            return Ok(());
        };
        let now_s = clock.now().as_second();
        let apart_s = now_s.abs_diff(server_s);
        let is_apart = apart_s > APART_MAX_S;
        let was_apart = self.is_apart.swap(is_apart, Ordering::AcqRel);
        if !is_apart {
            return Ok(());
        }
        let way = if now_s < server_s {
            "behind"
        } else {
            "ahead of"
        };
        let error = ClusterError::Clock(apart_s, way);
        if !was_apart {
            tracing::error!(%error, "requests to its instances are answered 503");
        }
        Err(error)
    }

    /// Whether the clocks were too far apart when they were last compared.
    pub(crate) fn is_apart(&self) -> bool {
        self.is_apart.load(Ordering::Acquire)
    }
}
