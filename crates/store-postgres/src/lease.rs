//! Jobs that one node at a time does. A node goes on with what it has; when it says nothing for a
//! while, another takes over. The server's clock decides, for those of the nodes may differ.

use cresset_store::Error;
use deadpool_postgres::Transaction;

use crate::snapshot::{execute, query_opt};

/// Building the index.
pub(crate) const INDEX: &str = "index";

/// Takes a job for ten seconds from now; false while another node has it.
pub(crate) async fn claim(
    transaction: &Transaction<'_>,
    job: &str,
    node: &str,
) -> Result<bool, Error> {
    let text = "INSERT INTO lease(job,node,ends) VALUES($1,$2,clock_timestamp()+interval '10 seconds') \
                ON CONFLICT(job) DO UPDATE SET node=excluded.node,ends=excluded.ends \
                WHERE lease.node=excluded.node OR lease.ends<clock_timestamp() RETURNING job";
    let claimed = query_opt(transaction, text, &[&job, &node]).await?;
    Ok(claimed.is_some())
}

/// Leaves a job to whoever wants it.
pub(crate) async fn release(
    transaction: &Transaction<'_>,
    job: &str,
    node: &str,
) -> Result<(), Error> {
    let text = "DELETE FROM lease WHERE job=$1 AND node=$2";
    execute(transaction, text, &[&job, &node]).await.map(drop)
}
