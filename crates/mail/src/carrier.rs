//! Whoever takes a message: a mail server, or a folder.

use std::path::PathBuf;
use std::time::Duration;

use cresset_base::{InstanceName, Secret};
use cresset_store::mail::Mail;
use lettre::message::Mailbox;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use tokio::fs::{DirBuilder, OpenOptions};
use tokio::io::AsyncWriteExt;

use crate::message::message;

/// Longest time a mail server may take for one step.
const STEP_WAIT: Duration = Duration::from_secs(30);

/// The way out of this server for mail; one for all instances of a process.
pub struct Carrier {
    from: Mailbox,
    way: Way,
}

enum Way {
    Folder(PathBuf),
    Server(AsyncSmtpTransport<Tokio1Executor>),
}

/// A mail server that takes what is to be sent.
#[derive(Debug)]
pub struct Smtp {
    /// `smtps://host:port` (TLS from the start), `smtp://host:port?tls=required` (STARTTLS),
    /// `?tls=opportunistic`, or `smtp://host:port` for a server on the same machine.
    pub url: String,
    /// Name and password, where it asks for them.
    pub credentials: Option<(String, Secret<String>)>,
}

/// Why there is no way out.
#[derive(Debug, thiserror::Error)]
pub enum CarrierError {
    /// The sender is no address.
    #[error("the sender of mail must be an address, such as `Cresset <no-reply@example.org>`")]
    From,
    /// The server's URL cannot be read.
    #[error("the mail server must be a URL such as smtps://mail.example.org: {0}")]
    Url(String),
}

/// Why a message was not taken; the text is for the log.
#[derive(Debug)]
pub enum Undelivered {
    /// Perhaps another time.
    Later(String),
    /// It never will be.
    Never(String),
}

impl Carrier {
    /// Lays each message as `[folder]/[instance]/[id].eml`.
    ///
    /// # Errors
    /// When the sender is no address.
    pub fn folder(folder: PathBuf, from: &str) -> Result<Self, CarrierError> {
        let way = Way::Folder(folder);
        Ok(Self {
            from: sender(from)?,
            way,
        })
    }

    /// Hands each message to a mail server.
    ///
    /// # Errors
    /// When the sender is no address, or the URL of the server cannot be read.
    pub fn smtp(smtp: Smtp, from: &str) -> Result<Self, CarrierError> {
        let from = sender(from)?;
        let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(&smtp.url);
        let mut builder = builder
            .map_err(|error| CarrierError::Url(error.to_string()))?
            .hello_name(ClientId::Domain(from.email.domain().to_owned()))
            .timeout(Some(STEP_WAIT));
        if let Some((name, password)) = smtp.credentials {
            builder = builder.credentials(Credentials::new(name, password.expose().clone()));
        }
        let way = Way::Server(builder.build());
        Ok(Self { from, way })
    }

    /// Hands over one message.
    ///
    /// # Errors
    /// When it was not taken.
    pub async fn carry(&self, instance: &InstanceName, mail: &Mail) -> Result<(), Undelivered> {
        let message = message(mail, &self.from)?;
        match &self.way {
            Way::Server(server) => match server.send(message).await {
                Ok(_) => Ok(()),
                // RFC 5321 §4.2.1: 5yz says not to try the same again.
                Err(error) if error.is_permanent() => Err(Undelivered::Never(error.to_string())),
                Err(error) => Err(Undelivered::Later(error.to_string())),
            },
            Way::Folder(folder) => {
                let folder = folder.join(instance.as_str());
                let lay = async {
                    // Letters hold links by which a password is chosen: they are for this account alone.
                    let mut private = DirBuilder::new();
                    private.recursive(true).mode(0o700).create(&folder).await?;
                    let unfinished = folder.join(format!("{}.part", mail.id));
                    let mut letter = OpenOptions::new();
                    letter.write(true).create(true).truncate(true).mode(0o600);
                    let mut letter = letter.open(&unfinished).await?;
                    letter.write_all(&message.formatted()).await?;
                    letter.sync_all().await?;
                    tokio::fs::rename(unfinished, folder.join(format!("{}.eml", mail.id))).await
                };
                let laid: std::io::Result<()> = lay.await;
                laid.map_err(|error| Undelivered::Later(error.to_string()))
            }
        }
    }
}

fn sender(from: &str) -> Result<Mailbox, CarrierError> {
    from.parse().map_err(|_| CarrierError::From)
}
