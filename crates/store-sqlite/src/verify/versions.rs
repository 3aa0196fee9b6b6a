//! Whether the history of every resource goes from 1 to its current version without a gap.

use cresset_store::Error;
use cresset_store::backend::examine::{is_stamped, name};
use cresset_store::layout::Rid;
use cresset_store::verify::Report;
use rusqlite::Connection;

use crate::fault::store_error;
use crate::row;
use crate::shared::Shared;

pub(super) fn examine(
    connection: &Connection,
    shared: &Shared,
    report: &mut Report,
) -> Result<(), Error> {
    let gaps = gaps(connection, report).map_err(|e| store_error(&e));
    gaps?;
    bodies(connection, shared, report)
}

fn gaps(connection: &Connection, report: &mut Report) -> rusqlite::Result<()> {
    let text = "SELECT k.r,k.version,count(h.version),coalesce(min(h.version),1),coalesce(max(h.version),0) \
                FROM resource k LEFT JOIN history h ON h.r=k.r GROUP BY k.r";
    let mut statement = connection.prepare(text)?;
    let mut rows = statement.query(())?;
    while let Some(row) = rows.next()? {
        let (rid, version): (i64, u64) = (row.get(0)?, row.get(1)?);
        let (count, first, last): (u64, u64, u64) = (row.get(2)?, row.get(3)?, row.get(4)?);
        report.versions += count + 1;
        if (count, first, last) != (version - 1, 1, version - 1) {
            report.problem(format!("{}: its history has gaps", name(rid)));
        }
    }
    let orphans =
        "SELECT count(*) FROM history h WHERE NOT EXISTS(SELECT 1 FROM resource k WHERE k.r=h.r)";
    let orphans: u64 = connection.query_row(orphans, (), |row| row.get(0))?;
    if orphans > 0 {
        report.problem(format!("history holds {orphans} versions of no resource"));
    }
    Ok(())
}

/// Every earlier body must still open and bear its own number.
fn bodies(connection: &Connection, shared: &Shared, report: &mut Report) -> Result<(), Error> {
    let text = "SELECT version,updated,method,body,r FROM history ORDER BY r,version";
    let mut statement = connection.prepare(text).map_err(|e| store_error(&e))?;
    let mut rows = statement.query(()).map_err(|e| store_error(&e))?;
    while let Some(row) = rows.next().map_err(|e| store_error(&e))? {
        let rid: i64 = row.get(4).map_err(|e| store_error(&e))?;
        let Some(of) = Rid(rid).resource_type() else {
            report.problem(format!("{}: its type is unknown", name(rid)));
            continue;
        };
        match row::version(row, &shared.codec, of, None) {
            Ok(version) if is_stamped(&version) => {}
            Ok(_) => report.problem(format!("{}: a version bears another's number", name(rid))),
            Err(error) => report.problem(format!("{}: {error}", name(rid))),
        }
    }
    Ok(())
}
