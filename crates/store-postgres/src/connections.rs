//! The connections of this node to one server, bounded all together.
//!
//! A connection acts as the role of one instance for as long as it lives and never as another's, so
//! each instance has a pool of its own. What the pools share is a number: a new connection is made
//! only where this node has fewer than it may have. Where it has not, the one that was idle longest
//! is closed, whosever it is.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use cresset_base::Limits;
use cresset_store::Error;
use deadpool_postgres::{
    Connect, Manager, ManagerConfig, Object, Pool, QueueMode, RecyclingMethod, WeakPool,
};
use futures_util::future::BoxFuture;
use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinHandle;
use tokio::time::{interval, timeout};
use tokio_postgres::{Client, Config};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::cluster::ClusterError;
use crate::fault::pool_error;

/// Between two looks for an idle connection while somebody waits.
const LOOK: Duration = Duration::from_millis(10);

/// What the pools of one server share.
pub(crate) struct Connections {
    free: Arc<Semaphore>,
    pools: Mutex<Vec<WeakPool>>,
    of_instance_max: usize,
    idle: Duration,
    is_swept: AtomicBool,
    /// Callers that wait for a connection.
    waiting: AtomicUsize,
    /// When one of them last looked for idle ones.
    looked: Mutex<Instant>,
}

impl Connections {
    pub(crate) fn new(limits: &Limits) -> Arc<Self> {
        Arc::new(Self {
            free: Arc::new(Semaphore::new(limits.cluster_connections_node_max)),
            pools: Mutex::default(),
            of_instance_max: limits.cluster_connections_max,
            idle: Duration::from_millis(limits.cluster_idle_ms_max),
            is_swept: AtomicBool::new(false),
            waiting: AtomicUsize::new(0),
            looked: Mutex::new(Instant::now()),
        })
    }

    /// A connection that nobody used for this long is closed.
    pub(crate) fn idle(&self) -> Duration {
        self.idle
    }

    /// A pool of one instance.
    pub(crate) fn pool(
        self: &Arc<Self>,
        config: Config,
        connector: MakeRustlsConnect,
    ) -> Result<Pool, ClusterError> {
        let connect = Bounded {
            connector,
            connections: self.clone(),
        };
        let fast = ManagerConfig {
            recycling_method: RecyclingMethod::Fast,
        };
        // The last one returned is the next one taken, so that those not needed are seen to be idle.
        let pool = Pool::builder(Manager::from_connect(config, connect, fast))
            .max_size(self.of_instance_max)
            .queue_mode(QueueMode::Lifo)
            .build()
            .map_err(|error| ClusterError::Failed(error.to_string()))?;
        self.pools.lock().push(pool.weak());
        if !self.is_swept.swap(true, Ordering::AcqRel) {
            tokio::spawn(sweep(Arc::downgrade(self), self.idle / 2));
        }
        Ok(pool)
    }

    /// Pools of instances that are open; those of others are forgotten.
    fn pools(&self) -> Vec<Pool> {
        let mut open = Vec::new();
        self.pools.lock().retain(|weak| {
            let pool = weak.upgrade();
            let stays = pool.is_some();
            open.extend(pool);
            stays
        });
        open
    }

    fn close_idle(&self) {
        for pool in self.pools() {
            pool.retain(|_, used| used.last_used() < self.idle);
        }
    }

    /// Closes as many as are waited for, of those that are idle the ones that are so longest.
    fn close_longest_idle(&self) {
        let wanted = self.waiting.load(Ordering::Acquire);
        let pools = self.pools();
        let mut idle = Vec::new();
        for pool in &pools {
            pool.retain(|_, used| {
                idle.push(used.last_used());
                true
            });
        }
        idle.sort_unstable_by(|one, other| other.cmp(one));
        let Some(&least) = idle.iter().take(wanted).next_back() else {
            return;
        };
        let mut closed = 0;
        for pool in &pools {
            pool.retain(|_, used| {
                let stays = closed >= wanted || used.last_used() < least;
                closed += usize::from(!stays);
                stays
            });
        }
    }

    /// Whether it is this caller's turn to look: one does for all that wait.
    fn is_to_look(&self) -> bool {
        let mut looked = self.looked.lock();
        let is_due = looked.elapsed() >= LOOK;
        if is_due {
            *looked = Instant::now();
        }
        is_due
    }

    /// Waits until this node may have one more; those who came first are served first.
    async fn permit(&self) -> Option<OwnedSemaphorePermit> {
        if let Ok(permit) = self.free.clone().try_acquire_owned() {
            return Some(permit);
        }
        let _waits = Waits::begin(&self.waiting);
        let mut acquiring = std::pin::pin!(self.free.clone().acquire_owned());
        let mut look = interval(LOOK);
        loop {
            tokio::select! {
                biased;
                permit = &mut acquiring => return permit.ok(),
                _ = look.tick() => if self.is_to_look() {
                    self.close_longest_idle();
                },
            }
        }
    }
}

/// One that waits, for as long as it does.
struct Waits<'a>(&'a AtomicUsize);

impl<'a> Waits<'a> {
    fn begin(waiting: &'a AtomicUsize) -> Self {
        waiting.fetch_add(1, Ordering::AcqRel);
        Self(waiting)
    }
}

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

/// Closes what nobody needs, for as long as the server is in use.
async fn sweep(connections: Weak<Connections>, every: Duration) {
    loop {
        tokio::time::sleep(every).await;
        let Some(connections) = connections.upgrade() else {
            return;
        };
        connections.close_idle();
    }
}

/// A connection of a pool, made if there is none, within this time.
pub(crate) async fn taken(pool: &Pool, within: Duration) -> Result<Object, Error> {
    match timeout(within, pool.get()).await {
        Ok(taken) => taken.map_err(pool_error),
        Err(_) => Err(Error::Busy),
    }
}

/// Makes connections, each of which counts until it is closed.
struct Bounded {
    connector: MakeRustlsConnect,
    connections: Arc<Connections>,
}

impl Connect for Bounded {
    fn connect(
        &self,
        config: &Config,
    ) -> BoxFuture<'_, Result<(Client, JoinHandle<()>), tokio_postgres::Error>> {
        let config = config.clone();
        Box::pin(async move {
            let permit = self.connections.permit().await;
            let (client, connection) = config.connect(self.connector.clone()).await?;
            let task = tokio::spawn(async move {
                let _counts = permit;
                if let Err(error) = connection.await {
                    tracing::warn!(%error, "a connection to the PostgreSQL server was lost");
                }
            });
            Ok((client, task))
        })
    }
}
