//! What was ended through any node, told by the server as it happens.
//!
//! A connection listens for as long as somebody asks. It also sends itself a beat several times a
//! second: notifications come in the order in which they were committed, so when its beat is back it
//! has heard of everything that was committed before the beat was sent. What was heard holds for a
//! second from then on. If the connection is lost, or the beat does not come back, nothing holds.

use std::future::poll_fn;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_postgres::{AsyncMessage, Client, Config, Connection, Socket};
use tokio_postgres_rustls::MakeRustlsConnect;

/// Between two beats.
const BEAT: Duration = Duration::from_millis(250);
/// How long what was heard holds after a beat was sent.
const HOLDS: Duration = Duration::from_secs(1);
/// A connection by which nobody asked for this long is closed.
const IDLE: Duration = Duration::from_secs(30);
/// Before a connection that was lost is made again.
const PAUSE: Duration = Duration::from_secs(1);

/// What has been heard.
pub(crate) struct Endings {
    state: Mutex<State>,
    wanted: Notify,
}

struct State {
    /// Another after each ending, and whenever some may have been missed.
    number: u64,
    holds_until: Option<Instant>,
    asked: Instant,
}

impl Default for Endings {
    fn default() -> Self {
        Self {
            state: Mutex::new(State {
                number: 0,
                holds_until: None,
                asked: Instant::now(),
            }),
            wanted: Notify::new(),
        }
    }
}

impl Endings {
    /// How many endings have been heard of; `None` where some may not have been heard.
    pub(crate) fn number(&self) -> Option<u64> {
        let now = Instant::now();
        let mut state = self.state.lock();
        state.asked = now;
        if state.holds_until.is_some_and(|until| now < until) {
            return Some(state.number);
        }
        self.wanted.notify_one();
        None
    }

    fn ended(&self) {
        self.state.lock().number += 1;
    }

    /// Everything committed before this instant was heard.
    fn heard(&self, before: Instant) {
        self.state.lock().holds_until = Some(before + HOLDS);
    }

    fn lost(&self) {
        let mut state = self.state.lock();
        state.number += 1;
        state.holds_until = None;
    }

    fn is_idle(&self) -> bool {
        self.state.lock().asked.elapsed() > IDLE
    }
}

/// Listens for as long as it is kept.
pub(crate) struct Listener(JoinHandle<()>);

impl Drop for Listener {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Listener {
    /// Listens to what is told in a schema, whenever somebody asks.
    pub(crate) fn begin(
        endings: Arc<Endings>,
        (mut config, connector): (Config, MakeRustlsConnect),
        schema: String,
    ) -> Self {
        config.application_name(format!("{schema} listening"));
        Self(tokio::spawn(async move {
            loop {
                endings.wanted.notified().await;
                let attended = attend(&endings, (&config, connector.clone()), &schema).await;
                endings.lost();
                if let Err(error) = attended {
                    tracing::warn!(%error, "tokens are looked up each time: the server cannot be listened to");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }))
    }
}

/// Why listening ended.
#[derive(Debug, thiserror::Error)]
enum Deaf {
    #[error("{0}")]
    Server(#[from] tokio_postgres::Error),
    #[error("the connection was closed")]
    Closed,
    #[error("it is silent")]
    Silent,
}

/// A beat, with the process of the server whose client sent it.
type Beat = (i32, u64);

/// Listens until nobody asks any more.
async fn attend(
    endings: &Endings,
    (config, connector): (&Config, MakeRustlsConnect),
    schema: &str,
) -> Result<(), Deaf> {
    let (client, connection) = config.connect(connector).await?;
    let (echo, echoes) = mpsc::unbounded_channel();
    tokio::select! {
        ended = hear(endings, connection, echo) => ended,
        ended = beat(endings, &client, schema, echoes) => ended,
    }
}

async fn beat(
    endings: &Endings,
    client: &Client,
    schema: &str,
    mut echoes: mpsc::UnboundedReceiver<Beat>,
) -> Result<(), Deaf> {
    let listen = format!("LISTEN \"{schema}\"");
    client.batch_execute(&listen).await?;
    let own = client.query_one("SELECT pg_backend_pid()", &[]).await?;
    let own: i32 = own.try_get(0)?;
    let notify = client.prepare("SELECT pg_notify($1,$2)").await?;
    for number in 1_u64.. {
        let sent = Instant::now();
        let payload = number.to_string();
        let back = async {
            client.execute(&notify, &[&schema, &payload]).await?;
            while echoes.recv().await.ok_or(Deaf::Closed)? != (own, number) {}
            Ok::<_, Deaf>(())
        };
        timeout(HOLDS, back).await.map_err(|_| Deaf::Silent)??;
        endings.heard(sent);
        if endings.is_idle() {
            break;
        }
        tokio::time::sleep(BEAT).await;
    }
    Ok(())
}

/// Takes what the server says until the connection ends.
async fn hear<S: AsyncRead + AsyncWrite + Unpin>(
    endings: &Endings,
    mut connection: Connection<Socket, S>,
    echo: mpsc::UnboundedSender<Beat>,
) -> Result<(), Deaf> {
    while let Some(message) = poll_fn(|context| connection.poll_message(context)).await {
        let AsyncMessage::Notification(told) = message? else {
            continue;
        };
        match told.payload().parse() {
            Ok(number) => {
                // Whoever waits for it may have gone.
                let _ = echo.send((told.process_id(), number));
            }
            Err(_) => endings.ended(),
        }
    }
    Err(Deaf::Closed)
}
