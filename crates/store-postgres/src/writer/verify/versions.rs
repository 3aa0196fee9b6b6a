//! Whether the history of every resource goes from 1 to its current version without a gap.

use cresset_store::Error;
use cresset_store::backend::examine::{is_stamped, name};
use cresset_store::layout::Rid;
use cresset_store::verify::Report;
use deadpool_postgres::Transaction;
use tokio_postgres::Row;

use super::PART;
use crate::fault::store_error;
use crate::row::{self, get};
use crate::shared::Shared;
use crate::snapshot::{query, query_opt};

pub(super) async fn examine(
    shared: &Shared,
    snapshot: &Transaction<'_>,
    report: &mut Report,
) -> Result<(), Error> {
    gaps(snapshot, report).await?;
    bodies(shared, snapshot, report).await
}

async fn gaps(snapshot: &Transaction<'_>, report: &mut Report) -> Result<(), Error> {
    let count = "SELECT (SELECT count(*) FROM resource)+(SELECT count(*) FROM history)";
    let count = query_opt(snapshot, count, &[]).await?;
    let count: i64 = count.map_or(Ok(0), |row| get(&row, 0))?;
    report.versions = u64::try_from(count).unwrap_or_default();
    let gaps = "SELECT k.r FROM resource k LEFT JOIN history h ON h.r=k.r GROUP BY k.r \
                HAVING (count(h.version),coalesce(min(h.version),1),coalesce(max(h.version),0))\
                <>(k.version-1,1,k.version-1) ORDER BY k.r";
    let rows = query(snapshot, gaps, &[]).await;
    for row in &rows.map_err(|e| store_error(&e))? {
        let name = name(get(row, 0)?);
        report.problem(format!("{name}: its history has gaps"));
    }
    let orphans =
        "SELECT count(*) FROM history h WHERE NOT EXISTS(SELECT 1 FROM resource k WHERE k.r=h.r)";
    let orphans = query_opt(snapshot, orphans, &[]).await?;
    let orphans: i64 = orphans.map_or(Ok(0), |row| get(&row, 0))?;
    if orphans > 0 {
        report.problem(format!("history holds {orphans} versions of no resource"));
    }
    Ok(())
}

/// Every earlier body must still open and bear its own number.
async fn bodies(
    shared: &Shared,
    snapshot: &Transaction<'_>,
    report: &mut Report,
) -> Result<(), Error> {
    let text = "SELECT version,updated,method,body,r FROM history \
                WHERE (r,version)>($1,$2) ORDER BY r,version LIMIT $3";
    let (mut rid, mut number) = (0_i64, 0_i32);
    loop {
        let rows = query(snapshot, text, &[&rid, &number, &PART]).await;
        let rows = rows.map_err(|e| store_error(&e))?;
        let Some(last) = rows.last() else {
            return Ok(());
        };
        (rid, number) = (get(last, 4)?, get(last, 0)?);
        row::ready(shared, snapshot, (&rows, 3)).await?;
        for row in &rows {
            if let Some(problem) = wrong(shared, row)? {
                report.problem(format!("{}: {problem}", name(get(row, 4)?)));
            }
        }
    }
}

fn wrong(shared: &Shared, row: &Row) -> Result<Option<String>, Error> {
    let Some(of) = Rid(get(row, 4)?).resource_type() else {
        return Ok(Some("its type is unknown".to_owned()));
    };
    Ok(match row::version(row, 0, &shared.codec, (of, None)) {
        Ok(version) if is_stamped(&version) => None,
        Ok(_) => Some("a version bears another's number".to_owned()),
        Err(error) => Some(error.to_string()),
    })
}
