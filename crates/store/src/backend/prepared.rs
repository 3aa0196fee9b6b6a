//! Changes on their way to a writer, prepared as far as possible by whoever brings them.

use bytes::Bytes;
use cresset_access::{Access, Restriction, SystemReason, Verb};
use cresset_base::ResourceId;
use cresset_definitions::{ParameterIx, ResourceType, r4};
use cresset_model::Stamp;
use cresset_search::IndexRow;

use super::codec::Codec;
use super::indexing::Reading;
use super::instant;
use crate::store::Error;
use crate::visibility::given;
use crate::write::{Change, Draft, Precondition};

/// One change and what its caller may touch.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// What is to happen.
    pub kind: Kind,
    /// To a resource of this type.
    pub resource_type: ResourceType,
    /// Under this id.
    pub id: ResourceId,
    /// For the change itself: `c`, `u` or `d`.
    pub restriction: Restriction,
    /// The parameters the instance defines whose rows it has.
    defined: Vec<ParameterIx>,
}

impl Prepared {
    /// Gives it the rows of what the instance defines for its type, unless it has them: what an instance
    /// defines may have changed since they were made.
    ///
    /// # Errors
    /// As [`Reading::tree`].
    pub fn index_by(&mut self, reading: &Reading<'_>) -> Result<(), Error> {
        let (Kind::Create(draft, frame) | Kind::Update(draft, frame, ..)) = &mut self.kind else {
            return Ok(());
        };
        let wanted = reading.defined.parameters_of(self.resource_type);
        let wanted: Vec<ParameterIx> = wanted.map(|parameter| parameter.ix).collect();
        if self.defined == wanted {
            return Ok(());
        }
        let tree = reading.tree(&frame.wire)?;
        let rows = reading.defined.extract(&tree, reading.bases);
        draft.rows.retain(|row| !r4().is_defined(row.parameter));
        draft
            .rows
            .extend(rows.into_iter().map(IndexRow::into_owned));
        self.defined = wanted;
        Ok(())
    }

    /// Bytes of the body it brings.
    pub fn bytes(&self) -> usize {
        match &self.kind {
            Kind::Create(_, frame) | Kind::Update(_, frame, ..) => frame.wire.len(),
            Kind::Delete(_) => 0,
        }
    }
}

/// What is to happen.
#[derive(Debug, Clone)]
pub enum Kind {
    /// A new resource.
    Create(Draft, Frame),
    /// With what may be created, should the resource not exist.
    Update(Draft, Frame, Precondition, Restriction),
    /// A deletion.
    Delete(Precondition),
}

/// A body as it will be if the version turns out as guessed.
#[derive(Debug, Clone)]
pub struct Frame {
    /// The version's number.
    pub version: u64,
    /// When it is written, in milliseconds.
    pub updated_ms: i64,
    /// The bytes on the wire.
    pub wire: Bytes,
    /// The same, compressed; of a deletion the id.
    pub stored: Vec<u8>,
}

impl Frame {
    /// Stamps and compresses a body.
    ///
    /// # Errors
    /// [`Error::Failed`] when it cannot be compressed.
    pub fn new(
        codec: &Codec,
        draft: &Draft,
        id: &ResourceId,
        version: u64,
        updated_ms: i64,
    ) -> Result<Self, Error> {
        let wire = stamped(draft, id, version, updated_ms);
        let stored = codec.compress(draft.resource_type, &wire)?;
        Ok(Self {
            version,
            updated_ms,
            wire,
            stored,
        })
    }
}

/// The wire bytes of a version.
pub fn stamped(draft: &Draft, id: &ResourceId, version: u64, updated_ms: i64) -> Bytes {
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

/// What a change is about.
pub fn about(change: &Change) -> (ResourceType, &ResourceId) {
    match change {
        Change::Create(id, draft) | Change::Update(id, draft, _) => (draft.resource_type, id),
        Change::Delete(resource_type, id, _) => (*resource_type, id),
    }
}

/// For each change what it may touch, and for an update what it may create.
pub type Permitted = (Restriction, Restriction);

/// The changes of a unit, and what each of them may touch.
pub type Changes = (Vec<Change>, Vec<Permitted>);

/// The changes of a unit and what follows from them: the caller's right bounds the former alone.
///
/// # Errors
/// [`Error::Forbidden`] when one may touch nothing.
pub fn permitted(
    access: &Access,
    mut changes: Vec<Change>,
    consequences: Vec<Change>,
) -> Result<Changes, Error> {
    let mut all = each_permitted(access, &changes)?;
    all.extend(each_permitted(
        &Access::system(SystemReason::Rules),
        &consequences,
    )?);
    changes.extend(consequences);
    Ok((changes, all))
}

fn each_permitted(access: &Access, changes: &[Change]) -> Result<Vec<Permitted>, Error> {
    let one = |change: &Change| {
        let (of, _) = about(change);
        Ok(match change {
            Change::Create(..) => (given(access, Verb::Create, of)?, Restriction::Nothing),
            Change::Update(..) => (
                given(access, Verb::Update, of)?,
                access.restriction(Verb::Create, of),
            ),
            Change::Delete(..) => (given(access, Verb::Delete, of)?, Restriction::Nothing),
        })
    };
    changes.iter().map(one).collect()
}

/// Stamps and compresses bodies for the version each change will most likely make, and indexes them by what
/// the instance defines.
///
/// # Errors
/// [`Error::Failed`] when a body cannot be compressed or read.
pub fn prepare(
    (codec, reading): (&Codec, &Reading<'_>),
    now_ms: i64,
    (changes, permitted): Changes,
    guesses: Vec<u64>,
) -> Result<Vec<Prepared>, Error> {
    let each = changes.into_iter().zip(permitted).zip(guesses);
    each.map(|((change, (restriction, creation)), version)| {
        let (resource_type, id) = about(&change);
        let id = id.clone();
        let frame = |draft| Frame::new(codec, draft, &id, version, now_ms);
        let kind = match change {
            Change::Create(_, draft) => {
                let frame = frame(&draft)?;
                Kind::Create(draft, frame)
            }
            Change::Update(_, draft, precondition) => {
                let frame = frame(&draft)?;
                Kind::Update(draft, frame, precondition, creation)
            }
            Change::Delete(_, _, precondition) => Kind::Delete(precondition),
        };
        let mut prepared = Prepared {
            kind,
            resource_type,
            id,
            restriction,
            defined: Vec::new(),
        };
        prepared.index_by(reading)?;
        Ok(prepared)
    })
    .collect()
}
