//! The tables, by version.
//!
//! A step may only add what programs of the version before can live with (expand); what nobody uses
//! any more goes with a later release (contract). So nodes of two versions can serve side by side.

use cresset_store::Error;
use deadpool_postgres::Object;

use crate::fault::store_error;

/// Each step takes a schema from its position to the next; a step that was released never changes.
pub(crate) const INSTANCE: &[&str] = &[
    include_str!("schema/first.sql"),
    include_str!("schema/reindex.sql"),
    include_str!("schema/registrations.sql"),
    include_str!("schema/keys.sql"),
    include_str!("schema/indexing.sql"),
    include_str!("schema/mail.sql"),
    include_str!("schema/references.sql"),
    include_str!("schema/attempts.sql"),
    include_str!("schema/endings.sql"),
    include_str!("schema/words.sql"),
    include_str!("schema/passkeys.sql"),
    include_str!("schema/proof.sql"),
    include_str!("schema/logos.sql"),
    include_str!("schema/defined.sql"),
    include_str!("schema/outcome.sql"),
    include_str!("schema/jobs.sql"),
    include_str!("schema/notes.sql"),
];

/// The steps of the registry's schema.
pub(crate) const REGISTRY: &[&str] = &[
    include_str!("schema/registry.sql"),
    include_str!("schema/marks.sql"),
];

/// Brings the schema of a connection to the newest version. Of several nodes one does so.
pub(crate) async fn migrate(connection: &mut Object, steps: &[&str]) -> Result<(), Error> {
    let failed = |error: tokio_postgres::Error| store_error(&error);
    let transaction = connection.transaction().await.map_err(failed)?;
    let begin = "SELECT pg_advisory_xact_lock(hashtext(current_schema()))";
    transaction.query(begin, &[]).await.map_err(failed)?;
    transaction
        .batch_execute("CREATE TABLE IF NOT EXISTS step(done integer NOT NULL)")
        .await
        .map_err(failed)?;
    let done = "SELECT coalesce(max(done),0) FROM step";
    let row = transaction.query_one(done, &[]).await.map_err(failed)?;
    let version: i32 = row.try_get(0).map_err(failed)?;
    let version = usize::try_from(version).unwrap_or_default();
    if version > steps.len() {
        return Err(Error::failed(
            "the schema was written by a newer version of this program",
        ));
    }
    for (at, step) in steps.iter().enumerate().skip(version) {
        transaction.batch_execute(step).await.map_err(failed)?;
        let done = i32::try_from(at + 1).unwrap_or(i32::MAX);
        transaction
            .execute("INSERT INTO step(done) VALUES($1)", &[&done])
            .await
            .map_err(failed)?;
    }
    transaction.commit().await.map_err(failed)
}
