//! Load over plain HTTP/1.1: connections that are kept, requests that are rendered beforehand.

mod connection;
mod response;

use std::future::Future;
use std::net::{SocketAddr, ToSocketAddrs};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde::Serialize;
use tokio::task::JoinSet;

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

    /// A form sent to an address of the whole server, such as `/demo/auth/token/`.
    pub fn form(&self, path: &str, form: &str) -> Vec<u8> {
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
            self.host,
            form.len()
        );
        head.into_bytes()
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
    pub(crate) fn of(watched: Watched) -> Self {
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

/// How often each request is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rounds {
    /// Round and round.
    Many,
    /// Once.
    One,
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
    all_as_expected(watch(address, requests, expect, how)?, expect)
}

/// As [`press`], but each request is sent once at most: it ends before its time when all were sent.
///
/// # Errors
/// As [`press`].
pub fn spend(
    address: SocketAddr,
    requests: &Arc<Vec<Vec<u8>>>,
    expect: u16,
    how: Press,
) -> Result<Measured> {
    let round = Round::new(requests, Rounds::One, expect);
    all_as_expected(on_a_thread(drive(address, round, how))?, expect)
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
    let round = Round::new(requests, Rounds::Many, expect);
    on_a_thread(drive(address, round, how))
}

fn all_as_expected(watched: Watched, expect: u16) -> Result<Measured> {
    let measured = Measured::of(watched);
    if measured.wrong > 0 {
        return unexpected(format!(
            "{} of {} answers were not {expect}",
            measured.wrong, measured.answers
        ));
    }
    Ok(measured)
}

/// Does work of the load generator on a thread and a runtime of its own.
pub(crate) fn on_a_thread<T: Send + 'static>(
    work: impl Future<Output = Result<T>> + Send + 'static,
) -> Result<T> {
    let thread = thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        runtime.block_on(work)
    });
    thread
        .join()
        .map_err(|_| Error::Unexpected("the load thread ended early".to_owned()))?
}

/// What all connections of a press share.
struct Round {
    requests: Arc<Vec<Vec<u8>>>,
    rounds: Rounds,
    next: AtomicUsize,
    expect: u16,
    stop: AtomicBool,
}

impl Round {
    fn new(requests: &Arc<Vec<Vec<u8>>>, rounds: Rounds, expect: u16) -> Arc<Self> {
        Arc::new(Self {
            requests: Arc::clone(requests),
            rounds,
            next: AtomicUsize::new(0),
            expect,
            stop: AtomicBool::new(false),
        })
    }

    /// What is to be sent next; nothing when it is over.
    fn next(&self) -> Option<&[u8]> {
        if self.stop.load(Ordering::Relaxed) {
            return None;
        }
        let at = self.next.fetch_add(1, Ordering::Relaxed);
        let at = match self.rounds {
            Rounds::Many => at % self.requests.len().max(1),
            Rounds::One => at,
        };
        self.requests.get(at).map(Vec::as_slice)
    }
}

async fn drive(address: SocketAddr, round: Arc<Round>, how: Press) -> Result<Watched> {
    let mut tasks = JoinSet::new();
    for _ in 0..how.connections {
        let connection = Connection::open(address).await?;
        tasks.spawn(work(connection, Arc::clone(&round)));
    }
    let begun = Instant::now();
    let mut time = pin!(tokio::time::sleep(how.duration));
    let mut watched = Watched::default();
    loop {
        let ended = tokio::select! {
            () = &mut time, if !round.stop.load(Ordering::Relaxed) => {
                round.stop.store(true, Ordering::Relaxed);
                watched.elapsed = begun.elapsed();
                continue;
            }
            ended = tasks.join_next() => ended,
        };
        let Some(ended) = ended else { break };
        let done = ended.map_err(|error| Error::Unexpected(error.to_string()))??;
        watched.latencies_us.extend(done.latencies_us);
        watched.wrong += done.wrong;
        watched.body_bytes += done.body_bytes;
        if !round.stop.load(Ordering::Relaxed) {
            watched.elapsed = begun.elapsed();
        }
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

async fn work(mut connection: Connection, round: Arc<Round>) -> Result<Done> {
    let mut done = Done::default();
    while let Some(request) = round.next() {
        let begun = Instant::now();
        let answer = connection.ask(request).await?;
        done.latencies_us.push(micros(begun.elapsed()));
        done.wrong += u64::from(answer.status != round.expect);
        done.body_bytes += answer.body_bytes as u64;
    }
    Ok(done)
}

/// A latency as it is kept.
pub(crate) fn micros(took: Duration) -> u32 {
    u32::try_from(took.as_micros()).unwrap_or(u32::MAX)
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
