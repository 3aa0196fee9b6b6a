//! The task that listens to a server for as long as somebody asks.

use std::collections::HashSet;
use std::fmt::Write;
use std::future::poll_fn;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_postgres::{AsyncMessage, Client, Config, Connection, Socket, Statement};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{Ears, HOLDS};
use crate::cluster::CONNECT;
use crate::time::{SERVER_S, Time};

/// Between two beats.
const BEAT: Duration = Duration::from_millis(250);
/// Before a connection that was lost is made again.
const PAUSE: Duration = Duration::from_secs(1);

/// Listens for as long as it is kept.
pub(crate) struct Listener(JoinHandle<()>);

impl Drop for Listener {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Listener {
    /// Listens to the channels of a server, whenever somebody asks; to none that nobody asked about
    /// for `idle`.
    pub(crate) fn begin(
        (ears, time): (Arc<Ears>, Arc<Time>),
        (mut config, connector): (Config, MakeRustlsConnect),
        idle: Duration,
    ) -> Self {
        // It is no instance's, so it acts for none: it may listen and tell, and change nothing.
        config
            .application_name("cresset listening")
            .options("-c default_transaction_read_only=on");
        Self(tokio::spawn(async move {
            loop {
                ears.wanted.notified().await;
                if ears.in_use(idle).is_empty() {
                    continue;
                }
                let attended = attend((&ears, &time), (&config, connector.clone()), idle).await;
                ears.lost();
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

/// A beat that is back: the process of the server whose client sent it, and what it carried.
type Beat = (i32, String);

/// Listens until nobody asks any more.
async fn attend(
    (ears, time): (&Ears, &Time),
    (config, connector): (&Config, MakeRustlsConnect),
    idle: Duration,
) -> Result<(), Deaf> {
    let connecting = timeout(CONNECT, config.connect(connector)).await;
    let (client, connection) = connecting.map_err(|_| Deaf::Silent)??;
    let (echo, echoes) = mpsc::unbounded_channel();
    tokio::select! {
        ended = hear(ears, connection, echo) => ended,
        ended = beat((ears, time), &client, idle, echoes) => ended,
    }
}

/// Makes the channel of beats, and the statement that sends one and asks for the server's clock.
async fn begin(client: &Client) -> Result<(i32, String, Statement), tokio_postgres::Error> {
    let own = client.query_one("SELECT pg_backend_pid()", &[]).await?;
    let own: i32 = own.try_get(0)?;
    // No schema of an instance has such a name.
    let channel = format!("{BEATS}{own}");
    client
        .batch_execute(&format!("LISTEN \"{channel}\""))
        .await?;
    let notify = format!("{SERVER_S},pg_notify($1,$2)");
    Ok((own, channel, client.prepare(&notify).await?))
}

async fn beat(
    (ears, time): (&Ears, &Time),
    client: &Client,
    idle: Duration,
    mut echoes: mpsc::UnboundedReceiver<Beat>,
) -> Result<(), Deaf> {
    let begun = timeout(CONNECT, begin(client)).await;
    let (own, channel, notify) = begun.map_err(|_| Deaf::Silent)??;
    let mut listened = HashSet::new();
    for number in 1_u64.. {
        let in_use = ears.in_use(idle);
        if in_use.is_empty() {
            break;
        }
        let wanted = in_use.keys().cloned().collect();
        let turned = timeout(CONNECT, turn(client, &listened, &wanted)).await;
        turned.map_err(|_| Deaf::Silent)??;
        listened = wanted;
        let sent = Instant::now();
        let payload = number.to_string();
        let back = async {
            let row = client.query_one(&notify, &[&channel, &payload]).await?;
            let server_s = row.try_get(0)?;
            loop {
                let (process, carried) = echoes.recv().await.ok_or(Deaf::Closed)?;
                if process == own && carried == payload {
                    return Ok::<i64, Deaf>(server_s);
                }
            }
        };
        let server_s = timeout(HOLDS, back).await.map_err(|_| Deaf::Silent)??;
        if time.compare(server_s).is_ok() {
            for channel in in_use.values() {
                channel.heard(sent);
            }
        } else {
            ears.lost();
        }
        // Whoever begins to ask does not wait for the next beat.
        tokio::select! {
            () = tokio::time::sleep(BEAT) => {}
            () = ears.wanted.notified() => {}
        }
    }
    Ok(())
}

/// How the names of the channels of beats begin.
const BEATS: &str = "cresset beats of ";

/// Listens to what is wanted, and to nothing else.
async fn turn(
    client: &Client,
    listened: &HashSet<String>,
    wanted: &HashSet<String>,
) -> Result<(), Deaf> {
    let mut text = String::new();
    // Names are made of an instance's name, which holds no quotes. Writing to a text cannot fail.
    for name in wanted.difference(listened) {
        let _ = write!(text, "LISTEN \"{name}\";");
    }
    for name in listened.difference(wanted) {
        let _ = write!(text, "UNLISTEN \"{name}\";");
    }
    if !text.is_empty() {
        client.batch_execute(&text).await?;
    }
    Ok(())
}

/// Takes what the server says until the connection ends.
async fn hear<S: AsyncRead + AsyncWrite + Unpin>(
    ears: &Ears,
    mut connection: Connection<Socket, S>,
    echo: mpsc::UnboundedSender<Beat>,
) -> Result<(), Deaf> {
    while let Some(message) = poll_fn(|context| connection.poll_message(context)).await {
        let AsyncMessage::Notification(told) = message? else {
            continue;
        };
        if told.channel().starts_with(BEATS) {
            // Whoever waits for it may have gone.
            let _ = echo.send((told.process_id(), told.payload().to_owned()));
        } else if told.payload().parse::<u64>().is_err() {
            // Numbers are the beats of an earlier version's nodes.
            ears.ended(told.channel());
        }
    }
    Err(Deaf::Closed)
}
