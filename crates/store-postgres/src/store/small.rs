//! Rows of the small tables.

use std::sync::atomic::Ordering;

use cresset_store::Error;
use cresset_store::backend::audit::line;
use cresset_store::grant::Hashed;
use cresset_store::note;
use deadpool_postgres::{Object, Transaction};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio_postgres::Row;
use tokio_postgres::error::SqlState;

use super::PostgresStore;
use crate::fault::store_error;
use crate::row::get;
use crate::snapshot::{Args, begin_change, connection, end_change, execute, query};
use crate::writer::Job;

/// Old rows dropped when one is added: more than one, so that their number shrinks.
pub(super) const DROPPED_MAX: i64 = 16;

impl PostgresStore {
    pub(super) async fn connection(&self) -> Result<Object, Error> {
        connection(&self.shared).await
    }

    /// The first row of a statement, read.
    pub(super) async fn one<T>(
        &self,
        text: &str,
        args: Args<'_>,
        read: impl Fn(&Row) -> Result<T, Error> + Send,
    ) -> Result<Option<T>, Error> {
        let connection = self.connection().await?;
        let row = match query(&connection, text, args).await {
            Ok(rows) => rows.into_iter().next(),
            // Nothing is kept under a name that PostgreSQL takes for no text.
            Err(error) if error.code() == Some(&SqlState::CHARACTER_NOT_IN_REPERTOIRE) => None,
            Err(error) => return Err(store_error(&error)),
        };
        row.as_ref().map(read).transpose()
    }

    /// All its rows.
    pub(super) async fn all<T>(
        &self,
        text: &str,
        args: Args<'_>,
        read: impl Fn(&Row) -> Result<T, Error> + Send,
    ) -> Result<Vec<T>, Error> {
        let connection = self.connection().await?;
        let rows = query(&connection, text, args).await;
        rows.map_err(|e| store_error(&e))?
            .iter()
            .map(read)
            .collect()
    }

    /// Runs one statement in a transaction of its own, durable when it returns; gives the rows it
    /// changed.
    pub(super) async fn change(&self, text: &str, args: Args<'_>) -> Result<u64, Error> {
        let connection = self.connection().await?;
        execute(&connection, text, args).await
    }

    /// The same with the record of the request whose deciding change it is, if there is one and it happens.
    pub(super) async fn noted(&self, text: &str, args: Args<'_>) -> Result<u64, Error> {
        if note::carried().is_none() {
            return self.change(text, args).await;
        }
        let mut connection = self.connection().await?;
        let transaction = begin_change(&mut connection).await?;
        let changed = execute(&transaction, text, args).await?;
        if changed > 0 {
            self.end_noted(transaction).await?;
        }
        Ok(changed)
    }

    /// Ends a change, with the record of the request that it decides, if there is one.
    pub(super) async fn end_noted(&self, transaction: Transaction<'_>) -> Result<(), Error> {
        let Some(note) = note::carried() else {
            return end_change(transaction).await;
        };
        let mut record = Vec::new();
        line::write(&note.record(), &mut record)?;
        let add = "INSERT INTO audit_note(record) VALUES($1)";
        execute(&transaction, add, &[&record]).await?;
        end_change(transaction).await?;
        note.keep();
        self.shared.has_notes.store(true, Ordering::Release);
        // With a full queue there is a commit before long, which takes the record along.
        let _ = self.enqueue(Job::Audit);
        Ok(())
    }
}

/// The part of a small row that nothing looks up by, as one JSON document.
pub(super) fn text(value: &impl Serialize) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|error| Error::failed(error.to_string()))
}

/// What a column of such a row holds.
pub(super) fn json<T: DeserializeOwned>(row: &Row, column: usize) -> Result<T, Error> {
    serde_json::from_str(get(row, column)?).map_err(|error| Error::failed(error.to_string()))
}

/// A stored hash.
pub(super) fn hash_of(bytes: &[u8]) -> Result<Hashed, Error> {
    let bytes = bytes.try_into();
    bytes
        .map(Hashed)
        .map_err(|_| Error::failed("a stored hash has another length"))
}
