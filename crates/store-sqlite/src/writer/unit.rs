//! One unit of changes on its way to the writer, prepared as far as possible by whoever brings it.

use bytes::Bytes;
use cresset_access::Restriction;
use cresset_base::ResourceId;
use cresset_definitions::ResourceType;
use cresset_model::Stamp;
use cresset_store::write::{Change, Draft, Precondition};
use cresset_store::{AuditRecord, Error, Written};
use tokio::sync::oneshot;

use super::expected::Expected;
use crate::instant;
use crate::shared::Shared;

/// A unit: all its changes or none.
pub(crate) struct Unit {
    pub(crate) changes: Vec<Prepared>,
    /// What must be so for the changes to happen.
    pub(crate) expectations: Vec<Expected>,
    /// The record of the interaction, committed with its effect.
    pub(crate) audit: Option<AuditRecord>,
    pub(crate) reply: oneshot::Sender<Result<Vec<Written>, Error>>,
}

/// One change and what its caller may touch.
pub(crate) struct Prepared {
    pub(crate) kind: Kind,
    pub(crate) resource_type: ResourceType,
    pub(crate) id: ResourceId,
    /// For the change itself: `c`, `u` or `d`.
    pub(crate) restriction: Restriction,
}

impl Prepared {
    /// Bytes of the body it brings.
    pub(crate) fn bytes(&self) -> usize {
        match &self.kind {
            Kind::Create(_, frame) | Kind::Update(_, frame, ..) => frame.wire.len(),
            Kind::Delete(_) => 0,
        }
    }
}

/// What is to happen.
pub(crate) enum Kind {
    Create(Draft, Frame),
    /// With what may be created, should the resource not exist.
    Update(Draft, Frame, Precondition, Restriction),
    Delete(Precondition),
}

/// A body as it will be if the version turns out as guessed.
#[derive(Clone)]
pub(crate) struct Frame {
    pub(crate) version: u64,
    pub(crate) updated_ms: i64,
    pub(crate) wire: Bytes,
    pub(crate) stored: Vec<u8>,
}

impl Frame {
    /// Stamps and compresses a body.
    pub(crate) fn new(
        shared: &Shared,
        draft: &Draft,
        id: &ResourceId,
        version: u64,
        updated_ms: i64,
    ) -> Result<Self, Error> {
        let wire = stamped(draft, id, version, updated_ms);
        let stored = shared.codec.compress(draft.resource_type, &wire)?;
        Ok(Self {
            version,
            updated_ms,
            wire,
            stored,
        })
    }
}

/// The wire bytes of a version.
pub(crate) fn stamped(draft: &Draft, id: &ResourceId, version: u64, updated_ms: i64) -> Bytes {
    let mut wire = Vec::with_capacity(1024);
    let last_updated = instant::text(updated_ms);
    draft.body.stamp(
        &Stamp {
            id: id.as_str(),
            version,
            last_updated: &last_updated,
        },
        &mut wire,
    );
    Bytes::from(wire)
}

/// The resources a unit is about.
pub(crate) fn about(change: &Change) -> (ResourceType, &ResourceId) {
    match change {
        Change::Create(id, draft) | Change::Update(id, draft, _) => (draft.resource_type, id),
        Change::Delete(resource_type, id, _) => (*resource_type, id),
    }
}
