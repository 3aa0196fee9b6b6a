//! One unit of changes on its way to the writer.

use cresset_store::backend::prepared::Prepared;
use cresset_store::{AuditRecord, Completion, Error, Written};
use tokio::sync::oneshot;

use super::expected::Expected;

/// A unit: all its changes or none.
pub(crate) struct Unit {
    pub(crate) changes: Vec<Prepared>,
    /// What must be so for the changes to happen.
    pub(crate) expectations: Vec<Expected>,
    /// The record of the interaction, committed with its effect.
    pub(crate) audit: Option<AuditRecord>,
    /// The job that is done with it.
    pub(crate) completion: Option<Completion>,
    pub(crate) reply: oneshot::Sender<Result<Vec<Written>, Error>>,
}
