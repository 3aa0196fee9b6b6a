//! A bare axum handler that returns the same bytes.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{StatusCode, Uri, header};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

use super::create::{self, Waiting, Wish};
use crate::Result;

type Answers = Arc<HashMap<String, Bytes>>;

/// A running baseline; it ends when dropped.
pub struct Handler {
    /// Where it listens.
    pub address: SocketAddr,
    _runtime: Runtime,
}

impl Handler {
    /// Serves `answers` by path and query, on a runtime as the product's.
    ///
    /// # Errors
    /// When no port is free.
    pub fn start(answers: HashMap<String, Vec<u8>>) -> Result<Self> {
        let answers: Answers = Arc::new(
            answers
                .into_iter()
                .map(|(path, body)| (path, body.into()))
                .collect(),
        );
        Self::serve(Router::new().fallback(answer).with_state(answers))
    }

    /// Takes bodies and answers 201 once each is on disk in the one table of the database `path`:
    /// nothing is parsed, checked or indexed.
    ///
    /// # Errors
    /// When no port is free, or the database fails.
    pub fn storing(path: &Path) -> Result<Self> {
        let database = create::table(path)?;
        let (wishes, queue) = sync_channel(create::QUEUE);
        thread::spawn(move || create::write(&database, &queue));
        Self::serve(Router::new().fallback(store).with_state(wishes))
    }

    fn serve(router: Router) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()?;
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
        let address = listener.local_addr()?;
        runtime.spawn(async move { axum::serve(NoDelay(listener), router).await });
        Ok(Self {
            address,
            _runtime: runtime,
        })
    }
}

async fn answer(State(answers): State<Answers>, uri: Uri) -> Response {
    let path = uri.path_and_query().map_or("", |path| path.as_str());
    match answers.get(path) {
        Some(body) => (
            [(header::CONTENT_TYPE, "application/fhir+json")],
            body.clone(),
        )
            .into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

type Wishes = SyncSender<Wish<Bytes, oneshot::Sender<()>>>;

impl Waiting for oneshot::Sender<()> {
    fn tell(self) {
        // Who asked may have gone; the body is stored all the same.
        let _ = self.send(());
    }
}

async fn store(State(wishes): State<Wishes>, body: Bytes) -> StatusCode {
    let (done, on_disk) = oneshot::channel();
    // The queue is longer than there are connections, so this does not wait.
    if wishes.try_send(Wish { body, done }).is_ok() && on_disk.await.is_ok() {
        StatusCode::CREATED
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    }
}

/// A listener whose connections send at once, as the product's do.
struct NoDelay(TcpListener);

impl axum::serve::Listener for NoDelay {
    type Io = tokio::net::TcpStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            if let Ok((stream, address)) = self.0.accept().await
                && stream.set_nodelay(true).is_ok()
            {
                return (stream, address);
            }
        }
    }

    fn local_addr(&self) -> std::io::Result<Self::Addr> {
        self.0.local_addr()
    }
}
