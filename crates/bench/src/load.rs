//! Load over plain HTTP/1.1: connections that are kept, requests that are rendered beforehand.

mod connection;
mod response;

use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::{Error, Result, unexpected};
pub use connection::Connection;
pub use response::Response;

/// Where load goes.
#[derive(Debug, Clone)]
pub struct Target {
    /// The address connected to.
    pub address: SocketAddr,
    /// The `Host` header.
    pub host: String,
    /// The path before `/Type`, without a slash at the end.
    pub path: String,
    /// The access token, if one is needed.
    pub token: Option<String>,
}

impl Target {
    /// The target of a FHIR base such as `http://localhost:8080/demo/fhir`.
    ///
    /// # Errors
    /// When it is not plain HTTP, or the host is not known.
    pub fn parse(base: &str, token: Option<String>) -> Result<Self> {
        let Some(rest) = base.strip_prefix("http://") else {
            return unexpected(
                "the load generator speaks plain HTTP: the base must begin with http://",
            );
        };
        let (host, path) = rest
            .split_once('/')
            .map_or((rest, String::new()), |(host, path)| {
                (host, format!("/{path}"))
            });
        let with_port = if host.contains(':') {
            host.to_owned()
        } else {
            format!("{host}:80")
        };
        // `localhost` may name ::1 first, where a server on 127.0.0.1 does not listen.
        let mut addresses: Vec<SocketAddr> = with_port.to_socket_addrs()?.collect();
        addresses.sort_by_key(SocketAddr::is_ipv6);
        match addresses.first() {
            Some(address) => Ok(Self {
                address: *address,
                host: host.to_owned(),
                path: path.trim_end_matches('/').to_owned(),
                token,
            }),
            None => unexpected(format!("no address is known for {host}")),
        }
    }

    /// A GET of a path below the base.
    pub fn get(&self, path: &str) -> Vec<u8> {
        self.render("GET", path, "", b"")
    }

    /// A POST below the base.
    pub fn post(&self, path: &str, body: &[u8]) -> Vec<u8> {
        let head = format!(
            "Content-Type: application/fhir+json\r\nContent-Length: {}\r\n",
            body.len()
        );
        self.render("POST", path, &head, body)
    }

    /// A PUT below the base.
    pub fn put(&self, path: &str, body: &[u8]) -> Vec<u8> {
        let head = format!(
            "Content-Type: application/fhir+json\r\nContent-Length: {}\r\n",
            body.len()
        );
        self.render("PUT", path, &head, body)
    }

    /// A DELETE below the base.
    pub fn delete(&self, path: &str) -> Vec<u8> {
        self.render("DELETE", path, "", b"")
    }

    fn render(&self, method: &str, path: &str, more: &str, body: &[u8]) -> Vec<u8> {
        let authorization = self.token.as_ref().map_or(String::new(), |token| {
            format!("Authorization: Bearer {token}\r\n")
        });
        let head = format!(
            "{method} {}/{path} HTTP/1.1\r\nHost: {}\r\n{authorization}Accept: application/fhir+json\r\n{more}\r\n",
            self.path, self.host
        );
        [head.as_bytes(), body].concat()
    }
}

/// How hard to press.
#[derive(Debug, Clone, Copy)]
pub struct Press {
    /// Connections held open at once.
    pub connections: usize,
    /// How long.
    pub duration: Duration,
}

/// What came of it.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Measured {
    /// Answers received.
    pub answers: u64,
    /// Answers with another status than expected.
    pub wrong: u64,
    /// Answers a second.
    pub per_second: f64,
    /// Half of the answers took at most this, in microseconds.
    pub p50_us: u32,
    /// 99 of 100 answers took at most this, in microseconds.
    pub p99_us: u32,
    /// Bytes of all bodies.
    pub body_bytes: u64,
}

/// Every answer of a press.
#[derive(Debug, Clone, Default)]
pub struct Watched {
    /// How long each took, in microseconds.
    pub latencies_us: Vec<u32>,
    /// Answers with another status than expected.
    pub wrong: u64,
    /// Bytes of all bodies.
    pub body_bytes: u64,
    /// How long it went on.
    pub elapsed: Duration,
}

impl Measured {
    fn of(watched: Watched) -> Self {
        let Watched {
            latencies_us: mut latencies,
            wrong,
            body_bytes,
            elapsed,
        } = watched;
        let seconds = elapsed.as_secs_f64();
        latencies.sort_unstable();
        let at = |percent: usize| {
            let rank = (latencies.len() * percent / 100).min(latencies.len().saturating_sub(1));
            latencies.get(rank).copied().unwrap_or_default()
        };
        let answers = latencies.len() as u64;
        let per_second = crate::figures::ratio(crate::figures::float(answers), seconds);
        Self {
            answers,
            wrong,
            per_second,
            p50_us: at(50),
            p99_us: at(99),
            body_bytes,
        }
    }
}

/// Sends requests round and round over kept connections, on a thread of its own.
///
/// # Errors
/// When a connection fails, or an answer has another status than `expect`.
pub fn press(
    address: SocketAddr,
    requests: &Arc<Vec<Vec<u8>>>,
    expect: u16,
    how: Press,
) -> Result<Measured> {
    let measured = Measured::of(watch(address, requests, expect, how)?);
    if measured.wrong > 0 {
        return unexpected(format!(
            "{} of {} answers were not {expect}",
            measured.wrong, measured.answers
        ));
    }
    Ok(measured)
}

/// As [`press`], but counts answers with another status instead of failing.
///
/// # Errors
/// When a connection fails.
pub fn watch(
    address: SocketAddr,
    requests: &Arc<Vec<Vec<u8>>>,
    expect: u16,
    how: Press,
) -> Result<Watched> {
    let requests = Arc::clone(requests);
    let work = move || -> Result<Watched> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        runtime.block_on(drive(address, requests, expect, how))
    };
    thread::spawn(work)
        .join()
        .map_err(|_| Error::Unexpected("the load thread ended early".to_owned()))?
}

async fn drive(
    address: SocketAddr,
    requests: Arc<Vec<Vec<u8>>>,
    expect: u16,
    how: Press,
) -> Result<Watched> {
    let stop = Arc::new(AtomicBool::new(false));
    let next = Arc::new(AtomicUsize::new(0));
    let mut tasks = Vec::new();
    for _ in 0..how.connections {
        let connection = Connection::open(address).await?;
        let work = work(
            connection,
            Arc::clone(&requests),
            Arc::clone(&next),
            expect,
            Arc::clone(&stop),
        );
        tasks.push(tokio::spawn(work));
    }
    let begun = Instant::now();
    tokio::time::sleep(how.duration).await;
    stop.store(true, Ordering::Relaxed);
    let mut watched = Watched {
        elapsed: begun.elapsed(),
        ..Watched::default()
    };
    for task in tasks {
        let done = task
            .await
            .map_err(|error| Error::Unexpected(error.to_string()))??;
        watched.latencies_us.extend(done.latencies_us);
        watched.wrong += done.wrong;
        watched.body_bytes += done.body_bytes;
    }
    Ok(watched)
}

/// What one connection saw.
#[derive(Default)]
struct Done {
    latencies_us: Vec<u32>,
    wrong: u64,
    body_bytes: u64,
}

async fn work(
    mut connection: Connection,
    requests: Arc<Vec<Vec<u8>>>,
    next: Arc<AtomicUsize>,
    expect: u16,
    stop: Arc<AtomicBool>,
) -> Result<Done> {
    let mut done = Done::default();
    while !stop.load(Ordering::Relaxed) {
        let at = next.fetch_add(1, Ordering::Relaxed) % requests.len().max(1);
        let Some(request) = requests.get(at) else {
            break;
        };
        let begun = Instant::now();
        let answer = connection.ask(request).await?;
        done.latencies_us
            .push(u32::try_from(begun.elapsed().as_micros()).unwrap_or(u32::MAX));
        done.wrong += u64::from(answer.status != expect);
        done.body_bytes += answer.body_bytes as u64;
    }
    Ok(done)
}

/// One request, and its answer with the body.
///
/// # Errors
/// When the connection fails.
pub fn once(address: SocketAddr, request: &[u8]) -> Result<(u16, Vec<u8>)> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let mut connection = Connection::open(address).await?;
        let answer = connection.ask(request).await?;
        Ok((answer.status, connection.body().to_vec()))
    })
}
