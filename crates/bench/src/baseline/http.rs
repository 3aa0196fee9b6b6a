//! A bare axum handler that returns the same bytes.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{StatusCode, Uri, header};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

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
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()?;
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
        let address = listener.local_addr()?;
        let router = Router::new().fallback(answer).with_state(answers);
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
