//! Asking: connections, snapshots and prepared statements.

use std::time::Duration;

use cresset_store::Error;
use deadpool_postgres::{GenericClient, Object, Transaction};
use tokio_postgres::types::ToSql;
use tokio_postgres::{IsolationLevel, Row};

use crate::connections::taken;
use crate::fault::store_error;
use crate::shared::Shared;

/// Statements one connection keeps prepared before it forgets them all: those in use come back.
const STATEMENTS: usize = 256;

/// Arguments of a statement.
pub(crate) type Args<'a> = &'a [&'a (dyn ToSql + Sync)];

/// A connection of this instance.
pub(crate) async fn connection(shared: &Shared) -> Result<Object, Error> {
    if shared.time.is_apart() {
        // Whoever asks keeps the listener at work, which compares again.
        let _ = shared.endings.number();
        return Err(Error::Busy);
    }
    let within = Duration::from_millis(shared.limits.cluster_wait_ms_max);
    let connection = taken(&shared.pool, within).await?;
    if connection.statement_cache.size() > STATEMENTS {
        connection.statement_cache.clear();
    }
    Ok(connection)
}

/// Begins to ask several questions of one state. It ends when it is dropped.
pub(crate) async fn begin(connection: &mut Object) -> Result<Transaction<'_>, Error> {
    connection
        .build_transaction()
        .isolation_level(IsolationLevel::RepeatableRead)
        .read_only(true)
        .start()
        .await
        .map_err(|e| store_error(&e))
}

/// Begins a change of several statements; what is not committed is undone.
pub(crate) async fn begin_change(connection: &mut Object) -> Result<Transaction<'_>, Error> {
    connection.transaction().await.map_err(|e| store_error(&e))
}

/// Ends a change; it is durable when this returns.
pub(crate) async fn end_change(transaction: Transaction<'_>) -> Result<(), Error> {
    transaction.commit().await.map_err(|e| store_error(&e))
}

/// The rows of a statement that is prepared once.
pub(crate) async fn query(
    client: &impl GenericClient,
    text: &str,
    args: Args<'_>,
) -> Result<Vec<Row>, tokio_postgres::Error> {
    let statement = client.prepare_cached(text).await?;
    client.query(&statement, args).await
}

/// Its first row.
pub(crate) async fn query_opt(
    client: &impl GenericClient,
    text: &str,
    args: Args<'_>,
) -> Result<Option<Row>, Error> {
    let rows = query(client, text, args).await;
    Ok(rows.map_err(|e| store_error(&e))?.into_iter().next())
}

/// Rows a statement changed.
pub(crate) async fn execute(
    client: &impl GenericClient,
    text: &str,
    args: Args<'_>,
) -> Result<u64, Error> {
    let run = async {
        let statement = client.prepare_cached(text).await?;
        client.execute(&statement, args).await
    };
    run.await.map_err(|e| store_error(&e))
}
