//! A caller's right together with the record its change leaves.

use cresset_access::Access;
use cresset_store::AuditRecord;

/// Who changes something, and what the audit trail keeps of it if it succeeds.
///
/// The record is committed with the change itself; of a refused change it is not written.
#[derive(Debug)]
pub struct Audited<'a> {
    /// What the caller may do.
    pub access: &'a Access,
    /// The record; the id of a created resource is filled in.
    pub record: AuditRecord,
}
