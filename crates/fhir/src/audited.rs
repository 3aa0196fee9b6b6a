//! A caller's right together with the record its change leaves.

use cresset_access::Access;
use cresset_store::{AuditRecord, JobAnswer, Lease};

/// Who changes something, and what the audit trail keeps of it if it succeeds.
///
/// The record is committed with the change itself; of a refused change it is not written.
#[derive(Debug)]
pub struct Audited<'a> {
    /// What the caller may do.
    pub access: &'a Access,
    /// The record; the id of a created resource is filled in.
    pub record: AuditRecord,
    /// The job that is done with the change, where nobody waits for it.
    pub completing: Option<Completing>,
}

/// A job of which the change is the work.
#[derive(Debug, Clone)]
pub struct Completing {
    /// What it is held by.
    pub lease: Lease,
    /// What is kept of the answer, which is committed with the change.
    pub kept: fn(Vec<u8>) -> JobAnswer,
}
