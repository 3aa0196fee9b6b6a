//! What became of a commit whose answer was lost.
//!
//! Between the request to commit and its answer a connection can end, and then whoever asked cannot
//! know whether the change happened. The server knows: it keeps the outcome of every transaction by
//! its number.

use std::time::Duration;

use cresset_store::Error;
use deadpool_postgres::Transaction;
use tokio::time::Instant;

use crate::row::get;
use crate::shared::Shared;
use crate::snapshot::{connection, query_opt};

/// How long a server that is away is waited for: it may be restarting.
const PATIENCE: Duration = Duration::from_secs(10);
/// Between two questions.
const PAUSE: Duration = Duration::from_millis(100);

/// The number of a transaction that changes something.
pub(crate) async fn number(transaction: &Transaction<'_>) -> Result<String, Error> {
    let row = query_opt(transaction, "SELECT pg_current_xact_id()::text", &[]).await?;
    let row = row.ok_or_else(|| Error::failed("a transaction has no number"))?;
    get(&row, 0)
}

/// The error of a commit, unless it turns out that the transaction was committed all the same.
pub(crate) async fn unless_committed(
    shared: &Shared,
    number: &str,
    error: Error,
) -> Result<(), Error> {
    let until = Instant::now() + PATIENCE;
    loop {
        match is_committed(shared, number).await {
            Ok(Some(true)) => return Ok(()),
            Ok(Some(false)) => return Err(error),
            Ok(None) | Err(Error::Busy | Error::TimedOut) if Instant::now() < until => {
                tokio::time::sleep(PAUSE).await;
            }
            Ok(None) | Err(_) => {
                let said = format!("whether a change was committed is not known: {error}");
                return Err(Error::failed(said));
            }
        }
    }
}

/// `None` while it is under way.
async fn is_committed(shared: &Shared, number: &str) -> Result<Option<bool>, Error> {
    let connection = connection(shared).await?;
    let text = "SELECT pg_xact_status($1::text::xid8)";
    let row = query_opt(&connection, text, &[&number]).await?;
    let status: Option<String> = row.map_or(Ok(None), |row| get(&row, 0))?;
    match status.as_deref() {
        Some("committed") => Ok(Some(true)),
        Some("aborted") => Ok(Some(false)),
        Some(_) => Ok(None),
        None => Err(Error::failed("the server has forgotten a transaction")),
    }
}
