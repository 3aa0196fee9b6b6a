//! The state every handler shares.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use cresset_base::Limits;
use tokio::sync::Semaphore;

use crate::correlation::Correlations;
use crate::instance::{OpenInstance, OpenInstances};
use crate::platform::Platform;

/// Cheap to clone; one per server.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    platform: Platform,
    instances: OpenInstances,
    correlations: Correlations,
    is_draining: AtomicBool,
    workers: Arc<Semaphore>,
}

impl App {
    /// The state of a server of this platform.
    pub fn new(platform: Platform) -> Self {
        let correlations = Correlations::new(&*platform.rng);
        let instances = OpenInstances::new(platform.clone());
        let workers = Arc::new(Semaphore::new(platform.limits.jobs_at_once_node_max));
        Self(Arc::new(Inner {
            platform,
            instances,
            correlations,
            is_draining: AtomicBool::new(false),
            workers,
        }))
    }

    /// Says to whoever asks for the server's health that it is about to end.
    pub fn drain(&self) {
        self.0.is_draining.store(true, Ordering::Release);
    }

    /// Whether it is.
    pub fn is_draining(&self) -> bool {
        self.0.is_draining.load(Ordering::Acquire)
    }

    /// What the binary gave.
    pub fn platform(&self) -> &Platform {
        &self.0.platform
    }

    /// Bounds of one request.
    pub fn limits(&self) -> &Limits {
        &self.0.platform.limits
    }

    /// The instances that are open.
    pub fn instances(&self) -> &OpenInstances {
        &self.0.instances
    }

    /// Sends the mail of an instance, beside the request that caused it.
    pub(crate) fn send_mail(&self, instance: &Arc<OpenInstance>) {
        let (app, instance) = (self.clone(), instance.clone());
        tokio::spawn(async move { app.instances().deliver_mail_of(&instance).await });
    }

    /// Those who carry out asynchronous requests on this node.
    pub(crate) fn workers(&self) -> &Arc<Semaphore> {
        &self.0.workers
    }

    pub(crate) fn correlations(&self) -> &Correlations {
        &self.0.correlations
    }
}
