//! A connection that ends exactly at a commit: the change happened or it did not, and who asked is
//! told which.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use cresset_store::Error;
use cresset_store::contract::world::{draft, everything, id};
use cresset_store::write::{Change, Precondition, Written};
use cresset_testkit::postgres::{self, Server};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::Notify;
use tokio::time::timeout;
use tokio_postgres::{Client, NoTls};

use crate::instance::Instance;

/// What the client sends to commit.
const COMMIT: &[u8] = b"COMMIT\0";

/// How long a busy machine may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// What befalls the next commit.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum Cut {
    Not,
    /// Before the server hears of it.
    Before,
    /// When the server did it, and before it can say so.
    After,
    /// Before the server hears of it; then the connection stays open until it is told to end.
    Held,
}

/// Stands between a node and the server.
#[derive(Clone)]
struct Between {
    url: String,
    cut: Arc<AtomicU8>,
    /// What was held waits for this, and tells when it waits.
    ends: Arc<Notify>,
    is_held: Arc<Notify>,
}

impl Between {
    async fn start(url: &str) -> Self {
        let (start, rest) = url.split_once('@').unwrap();
        let (host, _) = rest.split_once(':').unwrap();
        let socket = PathBuf::from(host.replace("%2F", "/")).join(".s.PGSQL.5432");
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let cut = Arc::new(AtomicU8::new(Cut::Not as u8));
        let (ends, is_held) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let between = Self {
            url: format!("{start}@127.0.0.1:{port}/postgres"),
            cut,
            ends,
            is_held,
        };
        let own = between.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                // A server that is away is met as one that hangs up.
                if let Ok(server) = UnixStream::connect(&socket).await {
                    tokio::spawn(pass(client, server, own.clone()));
                }
            }
        });
        between
    }

    fn arm(&self, cut: Cut) {
        self.cut.store(cut as u8, Ordering::Release);
    }
}

/// Passes on what is said, until a commit is to be cut.
async fn pass(client: TcpStream, server: UnixStream, between: Between) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let answering = tokio::spawn(async move {
        // It ends when either side has gone.
        let _ = tokio::io::copy(&mut from_server, &mut to_client).await;
    });
    let mut said = vec![0; 64 * 1024];
    while let Ok(length @ 1..) = from_client.read(&mut said).await {
        let said = said.get(..length).unwrap_or_default();
        let commits = said.windows(COMMIT.len()).any(|window| window == COMMIT);
        let cut = if commits {
            between.cut.swap(Cut::Not as u8, Ordering::AcqRel)
        } else {
            Cut::Not as u8
        };
        if cut == Cut::Before as u8 {
            break;
        }
        if cut == Cut::Held as u8 {
            answering.abort();
            between.is_held.notify_one();
            between.ends.notified().await;
            return;
        }
        if cut == Cut::After as u8 {
            answering.abort();
            let _ = answering.await;
            to_server.write_all(said).await.unwrap();
            return;
        }
        if to_server.write_all(said).await.is_err() {
            break;
        }
    }
    answering.abort();
}

/// Makes one where there is none.
fn put(body: &str) -> Change {
    let precondition = Precondition {
        may_create: true,
        ..Precondition::default()
    };
    Change::Update(id("p"), draft(body), precondition)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn its_outcome_becomes_definite() {
    let between = Between::start(postgres::server().url()).await;
    let instance = Instance::create(&between.url).await;
    let world = instance.open("one", "2026-03-01T12:00:00Z").await;
    let body = |born: u32| format!(r#"{{"resourceType":"Patient","id":"p","birthDate":"{born}"}}"#);
    // The server did it: whoever asked is told so.
    between.arm(Cut::After);
    let made = world.change(&everything(), put(&body(1950))).await;
    assert!(matches!(made, Ok(Written::Created(_))), "{made:?}");
    world.check("Patient?birthdate=1950", &["p"]).await;
    // The server did not: whoever asked may ask again, and then it is done once.
    between.arm(Cut::Before);
    let refused = world.change(&everything(), put(&body(1960))).await;
    assert!(matches!(refused, Err(Error::Busy)), "{refused:?}");
    world.check("Patient?birthdate=1950", &["p"]).await;
    let again = world.change(&everything(), put(&body(1960))).await;
    let Ok(Written::Updated(version)) = again else {
        panic!("{again:?}");
    };
    assert_eq!(version.version, 2);
    world.check("Patient?birthdate=1960", &["p"]).await;
}

/// A number that was not yet on the disk is given again, and its second owner says nothing about the
/// first.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_before_it_is_told_from_a_commit() {
    let server = Server::start();
    let between = Between::start(server.url()).await;
    let instance = Instance::create(&between.url).await;
    // Nothing is on the disk but what a commit or a checkpoint brings there.
    let other = tables(&server).await;
    other
        .batch_execute("ALTER SYSTEM SET wal_writer_delay='10s'")
        .await
        .unwrap();
    tokio::task::block_in_place(|| server.restart());
    let world = Arc::new(instance.open("one", "2026-03-01T12:00:00Z").await);
    between.arm(Cut::Held);
    let asking = {
        let world = world.clone();
        let body = r#"{"resourceType":"Patient","id":"p"}"#;
        tokio::spawn(async move { world.change(&everything(), put(body)).await })
    };
    timeout(PATIENCE, between.is_held.notified()).await.unwrap();
    tokio::task::block_in_place(|| server.restart());
    let others = tables(&server).await;
    others
        .batch_execute("CREATE TABLE other(n int)")
        .await
        .unwrap();
    for n in 0..50 {
        let insert = format!("INSERT INTO other VALUES({n})");
        others.batch_execute(&insert).await.unwrap();
    }
    between.ends.notify_one();
    let refused = asking.await.unwrap();
    assert!(matches!(refused, Err(Error::Busy)), "{refused:?}");
    world.check("Patient?_id=p", &[]).await;
}

/// A connection past whatever stands between.
async fn tables(server: &Server) -> Client {
    let (client, connection) = tokio_postgres::connect(server.url(), NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}
