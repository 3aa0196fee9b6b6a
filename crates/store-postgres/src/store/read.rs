//! Reading one resource, each time with one statement.
//!
//! What may be seen of one resource is decided by its content, which is read anyway: no statement
//! has to ask the index for it.

use cresset_access::Restriction;
use cresset_base::ResourceId;
use cresset_definitions::ResourceType;
use cresset_store::backend::history::{Page, is_theirs};
use cresset_store::store::{HistoryAsk, Method};
use cresset_store::visibility::shows;
use cresset_store::{Error, Found, HistoryPage, Version};
use tokio_postgres::Row;

use crate::fault::store_error;
use crate::row;
use crate::shared::{Shared, stored_type};
use crate::snapshot::{Args, connection, query};
use crate::value::stored_id;

/// A resource by its name.
pub(super) type Name<'a> = (ResourceType, &'a ResourceId);

/// The current version of the resource, with its integer for what else is asked.
const CURRENT: &str = "WITH k AS MATERIALIZED (SELECT k.r,k.version,k.updated,k.method,k.body \
                       FROM identity i JOIN resource k ON k.r=i.r WHERE i.type=$1 AND i.id=$2) \
                       SELECT version,updated,method,body FROM k";

/// The current version.
pub(super) async fn current(
    shared: &Shared,
    name: Name<'_>,
    restriction: &Restriction,
) -> Result<Found, Error> {
    let versions = if *restriction == Restriction::Everything {
        let text = "SELECT k.version,k.updated,k.method,k.body FROM identity i \
                    JOIN resource k ON k.r=i.r WHERE i.type=$1 AND i.id=$2";
        versions(shared, name, text, &[]).await?
    } else {
        let text = format!(
            "{CURRENT} UNION ALL SELECT h.version,h.updated,h.method,h.body FROM k \
             JOIN history h ON k.method=2 AND h.r=k.r AND h.version=k.version-1"
        );
        versions(shared, name, &text, &[]).await?
    };
    let few = Few { shared, versions };
    few.current(restriction)
}

/// A named version, current or not.
pub(super) async fn version(
    shared: &Shared,
    name: Name<'_>,
    number: u64,
    restriction: &Restriction,
) -> Result<Found, Error> {
    let Ok(wanted) = i32::try_from(number) else {
        return Ok(Found::Absent);
    };
    let text = format!(
        "{CURRENT} UNION ALL SELECT h.version,h.updated,h.method,h.body FROM k JOIN history h \
         ON h.r=k.r AND (h.version IN ($3,$4) OR (k.method=2 AND h.version=k.version-1))"
    );
    let versions = versions(shared, name, &text, &[&wanted, &wanted.saturating_sub(1)]).await?;
    let few = Few { shared, versions };
    let current = few.current(restriction)?;
    let newest = few.versions.first();
    if newest.is_none_or(|newest| newest.version == number) {
        return Ok(current);
    }
    // Whoever may not see the resource as it is now may not see what it was.
    if current == Found::Absent {
        return Ok(Found::Absent);
    }
    few.within(few.find(number), restriction)
}

/// All versions, newest first, a page of them.
pub(super) async fn history(
    shared: &Shared,
    name: Name<'_>,
    restriction: &Restriction,
    ask: &HistoryAsk,
) -> Result<Option<HistoryPage>, Error> {
    let shows = |version: &Version| shows(restriction, version, (&shared.limits, &shared.bases));
    let text = format!(
        "{CURRENT} UNION ALL SELECT h.version,h.updated,h.method,h.body FROM k \
         JOIN history h ON h.r=k.r AND h.version=k.version-1"
    );
    let newest = versions(shared, name, &text, &[]).await?;
    if !is_theirs(&newest, restriction, &shows)? {
        return Ok(None);
    }
    let number = newest.first().map_or(0, |version| version.version);
    let mut page = Page::new(restriction, ask, number)?;
    let mut from = page.from();
    while !page.is_done() {
        let most = i64::try_from(page.wants()).unwrap_or(i64::MAX);
        let several = older(shared, name, (from, most)).await?;
        let Some(last) = several.last() else {
            break;
        };
        from = i64::try_from(last.version).unwrap_or_default() - 1;
        for version in several {
            page.take(version, &shows)?;
        }
    }
    Ok(Some(page.finish()))
}

/// So many versions from this one on, newest first.
async fn older(
    shared: &Shared,
    name: Name<'_>,
    (from, most): (i64, i64),
) -> Result<Vec<Version>, Error> {
    let text = "WITH i AS (SELECT r FROM identity WHERE type=$1 AND id=$2) \
                SELECT version,updated,method,body FROM (\
                SELECT k.version,k.updated,k.method,k.body FROM i JOIN resource k ON k.r=i.r WHERE k.version<=$3::int8 \
                UNION ALL (SELECT h.version,h.updated,h.method,h.body FROM i JOIN history h ON h.r=i.r \
                WHERE h.version<=$3::int8 ORDER BY h.version DESC LIMIT $4::int8)) v ORDER BY version DESC LIMIT $4::int8";
    versions(shared, name, text, &[&from, &most]).await
}

/// The versions a statement gives, whose first arguments are the resource's type and id.
async fn versions(
    shared: &Shared,
    (of, id): Name<'_>,
    text: &str,
    more: Args<'_>,
) -> Result<Vec<Version>, Error> {
    let connection = connection(shared).await?;
    let key = (stored_type(of), stored_id(id.as_str()));
    let mut args: Vec<&(dyn tokio_postgres::types::ToSql + Sync)> = vec![&key.0, &key.1];
    args.extend(more);
    let rows = query(&connection, text, &args).await;
    let rows = rows.map_err(|e| store_error(&e))?;
    row::ready(shared, &connection, (&rows, 3)).await?;
    let version = |row: &Row| row::version(row, 0, &shared.codec, (of, Some(id)));
    rows.iter().map(version).collect()
}

/// Some versions of one resource, the current one first.
struct Few<'a> {
    shared: &'a Shared,
    versions: Vec<Version>,
}

impl Few<'_> {
    fn find(&self, number: u64) -> Option<&Version> {
        self.versions
            .iter()
            .find(|version| version.version == number)
    }

    fn current(&self, restriction: &Restriction) -> Result<Found, Error> {
        self.within(self.versions.first(), restriction)
    }

    /// A version as the caller may see it by its own content; a deletion by what was deleted.
    fn within(&self, version: Option<&Version>, restriction: &Restriction) -> Result<Found, Error> {
        let Some(version) = version else {
            return Ok(Found::Absent);
        };
        let is_deletion = version.method == Method::Delete;
        let decides = if is_deletion {
            self.find(version.version.saturating_sub(1))
        } else {
            Some(version)
        };
        let around = (&*self.shared.limits, &*self.shared.bases);
        let visible = match decides {
            _ if *restriction == Restriction::Everything => true,
            Some(decides) => shows(restriction, decides, around)?,
            None => false,
        };
        Ok(match (visible, is_deletion) {
            (false, _) => Found::Absent,
            (true, true) => Found::Deleted(version.clone()),
            (true, false) => Found::Version(version.clone()),
        })
    }
}
