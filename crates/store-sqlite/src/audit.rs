//! The audit trail's table.

use cresset_definitions::ResourceType;
use cresset_store::{AuditRecord, Error};
use rusqlite::{Connection, Row};

use crate::fault::store_error;
use crate::instant;

/// Appends records in the transaction that is open.
pub(crate) fn insert(connection: &Connection, records: &[AuditRecord]) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO audit(at,app,subject,interaction,type,resource,query,status,correlation) \
         VALUES(?,?,?,?,?,?,?,?,?)",
    )?;
    for record in records {
        statement.execute((
            instant::millis(record.at),
            &record.app,
            &record.subject,
            &record.interaction,
            record.resource_type.map(ResourceType::code),
            record.id.as_ref().map(cresset_base::ResourceId::as_str),
            &record.query,
            record.status,
            &record.correlation_id,
        ))?;
    }
    Ok(())
}

/// The newest records.
pub(crate) fn newest(connection: &Connection, count: u32) -> Result<Vec<AuditRecord>, Error> {
    let read = || {
        let mut statement = connection.prepare_cached(
            "SELECT at,app,subject,interaction,type,resource,query,status,correlation \
             FROM audit ORDER BY id DESC LIMIT ?",
        )?;
        let records = statement.query_map([count], record)?;
        records.collect::<rusqlite::Result<Vec<_>>>()
    };
    read().map_err(|e| store_error(&e))
}

fn record(row: &Row<'_>) -> rusqlite::Result<AuditRecord> {
    let id: Option<String> = row.get(5)?;
    Ok(AuditRecord {
        at: instant::timestamp(row.get(0)?),
        app: row.get(1)?,
        subject: row.get(2)?,
        interaction: row.get(3)?,
        resource_type: row
            .get::<_, Option<u8>>(4)?
            .and_then(ResourceType::from_code),
        id: id.and_then(|id| id.parse().ok()),
        query: row.get(6)?,
        status: row.get(7)?,
        correlation_id: row.get(8)?,
    })
}
