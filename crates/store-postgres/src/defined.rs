//! The search parameters an instance defines, as its tables hold them.

use cresset_definitions::Definition;
use cresset_search::Defined;
use cresset_store::Error;
use cresset_store::backend::defining::{self, Definitions};
use cresset_store::layout::{IndexState, StoredParameter, redefined};
use deadpool_postgres::Transaction;
use tokio_postgres::Row;

use crate::fault::store_error;
use crate::indexing::changed;
use crate::row::get;
use crate::snapshot::{execute, query, query_opt};

/// What resources define, and the parameters this program can serve of it.
pub(crate) async fn held(
    snapshot: &Transaction<'_>,
    before: &Defined,
) -> Result<(Definitions, Defined), Error> {
    let text = "SELECT r,definition FROM defined ORDER BY type,code";
    let rows = query(snapshot, text, &[]).await;
    let each = rows.map_err(|e| store_error(&e))?;
    let each = each.iter().map(|row| {
        let definition = defining::read(get(row, 1)?);
        let definition = definition.map_err(|e| Error::failed(e.to_string()))?;
        Ok((get(row, 0)?, definition))
    });
    let held: Vec<(i64, Definition)> = each.collect::<Result<_, Error>>()?;
    let next = next(snapshot).await?;
    let defined = Defined::new(held.iter().map(|(_, held)| held), before);
    Ok((Definitions::new(held, next), defined))
}

/// The number that is given next.
async fn next(snapshot: &Transaction<'_>) -> Result<i64, Error> {
    let text = "SELECT coalesce(max(number)+1,0) FROM parameter";
    let row = query_opt(snapshot, text, &[]).await?;
    row.map_or(Ok(0), |row| get(&row, 0))
}

/// The lines of the table of parameters that may be those of these.
pub(crate) async fn lines(
    snapshot: &Transaction<'_>,
    of: &[&Defined],
) -> Result<Vec<StoredParameter>, Error> {
    let codes = of.iter().flat_map(|defined| defined.parameters());
    let codes: Vec<&str> = codes.map(|parameter| parameter.code).collect();
    if codes.is_empty() {
        return Ok(Vec::new());
    }
    let text = "SELECT number,type,code,rule,state FROM parameter WHERE code=ANY($1)";
    let rows = query(snapshot, text, &[&codes]).await;
    rows.map_err(|e| store_error(&e))?
        .iter()
        .map(line)
        .collect()
}

/// A line of the table of parameters: number, type, code, rule and state.
pub(crate) fn line(row: &Row) -> Result<StoredParameter, Error> {
    Ok(StoredParameter {
        number: get(row, 0)?,
        resource_type: u8::try_from(get::<i16>(row, 1)?).unwrap_or_default(),
        code: get(row, 2)?,
        rule: get(row, 3)?,
        state: IndexState::from_code(i64::from(get::<i16>(row, 4)?)),
    })
}

/// Stores lines that are new or have changed.
pub(crate) async fn store(
    transaction: &Transaction<'_>,
    lines: &[StoredParameter],
) -> Result<(), Error> {
    let numbers: Vec<i64> = lines.iter().map(|line| line.number).collect();
    let types: Vec<i16> = lines.iter().map(|l| i16::from(l.resource_type)).collect();
    let codes: Vec<&str> = lines.iter().map(|line| line.code.as_str()).collect();
    let rules: Vec<i64> = lines.iter().map(|line| line.rule).collect();
    let states: Vec<i16> = lines.iter().map(|line| line.state as i16).collect();
    let add = "INSERT INTO parameter(number,type,code,rule,state) \
               SELECT * FROM unnest($1::int8[],$2::int2[],$3::text[],$4::int8[],$5::int2[]) \
               ON CONFLICT(number) DO UPDATE SET rule=excluded.rule,state=excluded.state";
    let args: [&(dyn tokio_postgres::types::ToSql + Sync); 5] =
        [&numbers, &types, &codes, &rules, &states];
    execute(transaction, add, &args).await.map(drop)
}

/// Stores what resources define now instead of what they defined `before`; within the transaction that
/// writes these resources.
pub(crate) async fn redefine(
    transaction: &Transaction<'_>,
    before: &Defined,
    definitions: &Definitions,
) -> Result<(), Error> {
    keep(transaction, definitions).await?;
    let after = Defined::new(definitions.all(), before);
    let kept = lines(transaction, &[before, &after]).await?;
    let next = next(transaction).await?;
    let lines = redefined(&kept, next, (before, &after));
    store(transaction, &lines.changed).await?;
    changed(transaction).await
}

async fn keep(transaction: &Transaction<'_>, definitions: &Definitions) -> Result<(), Error> {
    execute(transaction, "DELETE FROM defined", &[]).await?;
    let held = definitions.lines().iter();
    let texts = held.clone().map(|(_, held)| defining::written(held));
    let texts = texts.collect::<Result<Vec<String>, _>>();
    let texts = texts.map_err(|e| Error::failed(e.to_string()))?;
    let types = held
        .clone()
        .map(|(_, held)| i16::from(held.resource_type.code()));
    let types: Vec<i16> = types.collect();
    let codes: Vec<&str> = held.clone().map(|(_, held)| held.code.as_str()).collect();
    let rids: Vec<i64> = held.map(|(rid, _)| *rid).collect();
    let add = "INSERT INTO defined(type,code,r,definition) \
               SELECT * FROM unnest($1::int2[],$2::text[],$3::int8[],$4::text[])";
    execute(transaction, add, &[&types, &codes, &rids, &texts])
        .await
        .map(drop)
}
