//! A bare axum handler that returns the same bytes, in a process of its own as the product is: two
//! threads of one process take turns for less than two processes do.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{StatusCode, Uri, header};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::create::{self, Waiting, Wish};
use crate::{Error, Result, unexpected};

type Answers = Arc<HashMap<String, Bytes>>;

/// A running baseline; it ends when dropped.
pub struct Handler {
    /// Where it listens.
    pub address: SocketAddr,
    child: Child,
}

impl Handler {
    /// Starts `exe bench --bare-answers`, which serves `answers` by path and query. They lie in `file`.
    ///
    /// # Errors
    /// When it does not start.
    pub fn answering(exe: &Path, file: &Path, answers: &HashMap<String, String>) -> Result<Self> {
        let mut written = BufWriter::new(File::create(file)?);
        serde_json::to_writer(&mut written, answers).map_err(std::io::Error::from)?;
        written.flush()?;
        Self::start(exe, "--bare-answers", file)
    }

    /// Starts `exe bench --bare-table`, which answers 201 once a body is on disk in the one table of
    /// the database `path`: nothing is parsed, checked or indexed.
    ///
    /// # Errors
    /// When it does not start.
    pub fn storing(exe: &Path, path: &Path) -> Result<Self> {
        Self::start(exe, "--bare-table", path)
    }

    fn start(exe: &Path, what: &str, file: &Path) -> Result<Self> {
        let mut child = Command::new(exe)
            .args(["bench", what])
            .arg(file)
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        if let Some(printed) = child.stdout.take() {
            BufReader::new(printed).read_line(&mut line)?;
        }
        match line.trim().parse() {
            Ok(address) => Ok(Self { address, child }),
            Err(_) => unexpected("the baseline did not start"),
        }
    }
}

impl Drop for Handler {
    fn drop(&mut self) {
        // It may have ended by itself; there is nothing to do about it then.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// What the process of a [`Handler`] does.
#[derive(Debug, Clone, Copy)]
pub enum Bare<'f> {
    /// Serves the answers in this file.
    Answers(&'f Path),
    /// Stores in the one table of this database.
    Table(&'f Path),
}

/// Serves until the process is ended, on a runtime as the product's; tells `listening` where.
///
/// # Errors
/// When no port is free, or the file or the database fails.
pub fn serve(bare: Bare<'_>, listening: impl FnOnce(SocketAddr)) -> Result<()> {
    let router = match bare {
        Bare::Answers(file) => answering(file)?,
        Bare::Table(path) => storing(path)?,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
    listening(listener.local_addr()?);
    // The connections run on the runtime's own threads, as the product's do.
    let served = runtime.spawn(async move { axum::serve(NoDelay(listener), router).await });
    let ended = runtime.block_on(served);
    Ok(ended.map_err(|error| Error::Unexpected(error.to_string()))??)
}

fn answering(file: &Path) -> Result<Router> {
    let answers: HashMap<String, String> =
        serde_json::from_reader(BufReader::new(File::open(file)?)).map_err(std::io::Error::from)?;
    let answers: Answers = Arc::new(
        answers
            .into_iter()
            .map(|(path, body)| (path, body.into()))
            .collect(),
    );
    Ok(Router::new().fallback(answer).with_state(answers))
}

fn storing(path: &Path) -> Result<Router> {
    let database = create::table(path)?;
    let (wishes, queue) = sync_channel(create::QUEUE);
    thread::spawn(move || create::write(&database, &queue));
    Ok(Router::new().fallback(store).with_state(wishes))
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
