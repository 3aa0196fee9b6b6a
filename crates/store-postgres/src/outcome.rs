//! What became of a commit whose answer was lost.
//!
//! Between the request to commit and its answer a connection can end, and then whoever asked cannot
//! know whether the change happened. So each commit leaves a token in the row of its node, and what
//! stands there afterwards tells. The number of the transaction would not: a server that crashed may
//! give it to another one.

use std::time::Duration;

use cresset_store::Error;
use deadpool_postgres::Transaction;
use tokio::time::{Instant, sleep, timeout_at};

use crate::row::get;
use crate::shared::Shared;
use crate::snapshot::{begin_change, connection, query_opt};

/// How long a server that is away is waited for: it may be restarting. It is longer than a server
/// keeps a transaction whose connection was cut.
const PATIENCE: Duration = Duration::from_secs(20);
/// Between two questions.
const PAUSE: Duration = Duration::from_millis(100);

/// What no other commit leaves.
pub(crate) async fn token(transaction: &Transaction<'_>) -> Result<String, Error> {
    let row = query_opt(transaction, "SELECT gen_random_uuid()::text", &[]).await?;
    let row = row.ok_or_else(|| Error::failed("the server made no token"))?;
    get(&row, 0)
}

/// The error of a commit, unless it turns out that its token is there all the same.
pub(crate) async fn unless_committed(
    shared: &Shared,
    token: &str,
    error: Error,
) -> Result<(), Error> {
    let until = Instant::now() + PATIENCE;
    let mut unknown = Error::Busy;
    while Instant::now() < until {
        match timeout_at(until, last_token(shared)).await {
            Ok(Ok(last)) if last.as_deref() == Some(token) => return Ok(()),
            Ok(Ok(_)) => return Err(error),
            Ok(Err(other)) => unknown = other,
            Err(_) => break,
        }
        sleep(PAUSE).await;
    }
    let said = format!("whether a change was committed is not known: {error}; {unknown}");
    Err(Error::failed(said))
}

/// What the last commit of this node left. No other of this node is under way: one task makes them,
/// one after the other.
async fn last_token(shared: &Shared) -> Result<Option<String>, Error> {
    let mut connection = connection(shared).await?;
    let transaction = begin_change(&mut connection).await?;
    // Until it has ended, the transaction asked about holds this row.
    query_opt(&transaction, "SELECT 1 FROM writer FOR UPDATE", &[]).await?;
    // A statement of its own, which sees what was committed while that one waited.
    let text = "SELECT token FROM node WHERE name=$1";
    let row = query_opt(&transaction, text, &[&shared.node]).await?;
    row.map_or(Ok(None), |row| get(&row, 0))
}
