//! A connection that ends exactly at a commit: the change happened or it did not, and who asked is
//! told which.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use cresset_store::Error;
use cresset_store::contract::world::{draft, everything, id};
use cresset_store::write::{Change, Precondition, Written};
use cresset_testkit::postgres;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixStream};

use crate::instance::Instance;

/// What the client sends to commit.
const COMMIT: &[u8] = b"COMMIT\0";

/// What befalls the next commit.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum Cut {
    Not,
    /// Before the server hears of it.
    Before,
    /// When the server did it, and before it can say so.
    After,
}

/// Stands between a node and the server.
struct Between {
    url: String,
    cut: Arc<AtomicU8>,
}

impl Between {
    async fn start() -> Self {
        let url = postgres::server().url();
        let (start, rest) = url.split_once('@').unwrap();
        let (host, _) = rest.split_once(':').unwrap();
        let socket = PathBuf::from(host.replace("%2F", "/")).join(".s.PGSQL.5432");
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let cut = Arc::new(AtomicU8::new(Cut::Not as u8));
        let armed = cut.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = UnixStream::connect(&socket).await.unwrap();
                tokio::spawn(pass(client, server, armed.clone()));
            }
        });
        Self {
            url: format!("{start}@127.0.0.1:{port}/postgres"),
            cut,
        }
    }

    fn arm(&self, cut: Cut) {
        self.cut.store(cut as u8, Ordering::Release);
    }
}

/// Passes on what is said, until a commit is to be cut.
async fn pass(client: TcpStream, server: UnixStream, armed: Arc<AtomicU8>) {
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
            armed.swap(Cut::Not as u8, Ordering::AcqRel)
        } else {
            Cut::Not as u8
        };
        if cut == Cut::Before as u8 {
            break;
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
    let between = Between::start().await;
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
