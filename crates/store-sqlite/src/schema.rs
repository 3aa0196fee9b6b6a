//! The tables, by version.

use rusqlite::Connection;

/// Each step takes a database from its position to the next; a step that was released never changes.
const STEPS: &[&str] = &[include_str!("schema.sql"), include_str!("schema/apps.sql")];

/// Brings a database to the newest version, all steps in one transaction.
pub(crate) fn migrate(connection: &mut Connection) -> rusqlite::Result<()> {
    let version = version(connection)?;
    let transaction = connection.transaction()?;
    for step in STEPS.iter().skip(version) {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "user_version", STEPS.len())?;
    transaction.commit()
}

/// The version a database has.
pub(crate) fn version(connection: &Connection) -> rusqlite::Result<usize> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// Whether a database is of a newer version than this build knows.
pub(crate) fn is_newer(connection: &Connection) -> rusqlite::Result<bool> {
    Ok(version(connection)? > STEPS.len())
}
