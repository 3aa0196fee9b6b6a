//! Connections: accepted, bounded, and let go in peace.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::pin::pin;
use std::time::Duration;

use axum::body::Body;
use http::header::CONNECTION;
use http::{HeaderValue, Request, Version};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Interval, timeout};

use crate::app::App;
use crate::asynchronous;
use crate::envelope::Envelope;
use crate::extract::Peer;
use crate::platform::Platform;

/// Longest wait for the head of a request.
const HEAD_WAIT: Duration = Duration::from_secs(15);
/// Wait for open requests when the server stops, where none may take longer.
const FINISH_WAIT: Duration = Duration::from_secs(10);
/// Longest wait for what instances write at the end. What is not written by then stays on this node's
/// disk for the next start.
const SETTLE_WAIT: Duration = Duration::from_secs(10);
/// Pause after a failed accept, such as when file descriptors ran out.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// How often idle instances are looked for.
const SWEEP_EVERY: Duration = Duration::from_mins(1);
/// Room for a request's head besides its query.
const HEAD_BYTES: usize = 32 * 1024;

/// Serves until `shutdown` completes. Then `/health` says until `drained` completes that the server is
/// about to end, while everything is still served; then open requests are finished, for which they
/// have as long as a request may take.
///
/// # Errors
/// When the listener cannot be used at all; what befalls one connection ends that one alone.
pub async fn serve(
    platform: Platform,
    listener: TcpListener,
    shutdown: impl Future<Output = ()>,
    drained: impl Future<Output = ()>,
) -> io::Result<()> {
    let app = App::new(platform);
    let mut door = Door {
        builder: builder(app.limits().query_bytes_max),
        envelope: Envelope::new(app.clone()),
        sweep: tokio::time::interval(SWEEP_EVERY),
        graceful: GracefulShutdown::new(),
        app,
        listener,
    };
    door.accept_until(shutdown).await;
    door.app.drain();
    door.accept_until(drained).await;
    let Door {
        app,
        graceful,
        listener,
        ..
    } = door;
    drop(listener);
    let request_max = Duration::from_millis(app.limits().request_ms_max);
    let finishing = timeout(request_max.max(FINISH_WAIT), graceful.shutdown());
    let jobs = timeout(
        request_max.max(FINISH_WAIT),
        asynchronous::work::finish(&app),
    );
    let (finished, worked) = tokio::join!(finishing, jobs);
    if finished.is_err() {
        tracing::warn!("some requests did not finish in time");
    }
    if worked.is_err() {
        tracing::warn!("some asynchronous requests are left to whoever comes next");
    }
    if timeout(SETTLE_WAIT, app.instances().settle())
        .await
        .is_err()
    {
        tracing::warn!("some audit records are committed at the next start");
    }
    Ok(())
}

/// Where connections come in.
struct Door {
    app: App,
    listener: TcpListener,
    builder: auto::Builder<TokioExecutor>,
    envelope: Envelope,
    graceful: GracefulShutdown,
    sweep: Interval,
}

impl Door {
    async fn accept_until(&mut self, over: impl Future<Output = ()>) {
        let mut over = pin!(over);
        loop {
            tokio::select! {
                accepted = self.listener.accept() => match accepted {
                    Ok((stream, address)) => self.converse(stream, Peer(address.ip())),
                    Err(error) => {
                        tracing::warn!(%error, "a connection was not accepted");
                        tokio::time::sleep(ACCEPT_PAUSE).await;
                    }
                },
                _ = self.sweep.tick() => sweep_instances(&self.app),
                () = &mut over => return,
            }
        }
    }

    fn converse(&self, stream: TcpStream, peer: Peer) {
        // Answers are written whole: waiting to fill a packet would only delay them.
        if stream.set_nodelay(true).is_err() {
            return;
        }
        let (envelope, app) = (self.envelope.clone(), self.app.clone());
        let service = service_fn(move |request: Request<Incoming>| {
            let (envelope, app) = (envelope.clone(), app.clone());
            async move {
                let version = request.version();
                let mut request = request.map(Body::new);
                request.extensions_mut().insert(peer);
                let mut response = envelope.answer(request).await;
                // Whoever would send another request on this connection could meet its end.
                if app.is_draining() && version < Version::HTTP_2 {
                    let close = HeaderValue::from_static("close");
                    response.headers_mut().insert(CONNECTION, close);
                }
                Ok::<_, Infallible>(response)
            }
        });
        let connection = self
            .builder
            .serve_connection(TokioIo::new(stream), service)
            .into_owned();
        let connection = self.graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(error = %error, "a connection ended early");
            }
        });
    }
}

/// Closes what nobody asks for, drops what is kept no longer and sends what waits, beside the
/// connections.
fn sweep_instances(app: &App) {
    app.instances().record_strangers();
    app.instances().close_idle();
    let app = app.clone();
    tokio::spawn(async move {
        app.instances().drop_old_records().await;
        app.instances().deliver_mail().await;
        asynchronous::work::sweep(&app).await;
    });
}

fn builder(query_bytes_max: usize) -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WAIT)
        .max_buf_size(HEAD_BYTES + query_bytes_max);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(Some(HEAD_WAIT));
    builder
}
