//! One change at a time, in memory.

use std::sync::Arc;

use cresset_access::Restriction;
use cresset_base::ResourceId;
use cresset_definitions::ResourceType;
use cresset_search::{IndexRow, patient_compartment};
use cresset_store::backend::condition::{Head, creatable, deletable, holds, unseen};
use cresset_store::backend::defining::{Definitions, defined_by, defines};
use cresset_store::backend::instant;
use cresset_store::backend::prepared::{Frame, Kind, Prepared, stamped};
use cresset_store::layout::{Keys, Rid, Subject};
use cresset_store::store::Method;
use cresset_store::visibility::admits;
use cresset_store::write::{Draft, Precondition, Refusal};
use cresset_store::{Error, Version, Whose, Written};

use super::world::{State, World};
use crate::shared::Shared;

/// Why a change did not happen: the unit's fault, or ours.
pub(super) enum Stop {
    Refused(Refusal),
    Failed(Error),
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// Changes the world for one unit, and can take that back.
pub(super) struct Applier<'a> {
    pub(super) shared: &'a Shared,
    pub(super) world: &'a mut World,
    pub(super) now_ms: i64,
    /// Whose records the unit changes; absent where no record is kept of it.
    pub(super) whose: Option<Whose>,
    /// What was there before each change, and how many versions were replaced then.
    undo: Vec<(i64, State, usize)>,
    /// What resources define in the tables.
    held: Arc<Definitions>,
    /// The same before the unit, where the commit has changed it already.
    definitions: Option<Definitions>,
}

impl<'a> Applier<'a> {
    pub(super) fn new(
        shared: &'a Shared,
        (world, held): (&'a mut World, Arc<Definitions>),
        whose: Option<Whose>,
    ) -> Self {
        let now_ms = instant::millis(shared.clock.now());
        Self {
            shared,
            definitions: world.definitions.clone(),
            world,
            now_ms,
            whose,
            undo: Vec::new(),
            held,
        }
    }

    /// Takes everything back.
    pub(super) fn back(self) {
        self.world.definitions = self.definitions;
        for (rid, state, replaced) in self.undo.into_iter().rev() {
            if let Some(entry) = self.world.entries.get_mut(&rid) {
                entry.now = state;
                entry.replaced.truncate(replaced);
            }
        }
    }

    pub(super) fn apply(
        &mut self,
        change: Prepared,
        rid: Option<Rid>,
        keys: Option<Keys>,
    ) -> Result<Written, Stop> {
        let defining = rid.filter(|_| defines(change.resource_type));
        let written = self.change(change, rid, keys)?;
        if let Some(rid) = defining {
            self.define(rid, &written)?;
        }
        Ok(written)
    }

    /// Notes what a resource defines now.
    fn define(&mut self, rid: Rid, written: &Written) -> Result<(), Refusal> {
        let limits = &self.shared.limits;
        let Some(wanted) = defined_by(written, limits) else {
            return Ok(());
        };
        let held = self.world.definitions.clone();
        let mut held = held.unwrap_or_else(|| (*self.held).clone());
        if held.replace(rid.0, wanted, limits.search_parameters_max)? {
            self.world.definitions = Some(held);
        }
        Ok(())
    }

    fn change(
        &mut self,
        change: Prepared,
        rid: Option<Rid>,
        keys: Option<Keys>,
    ) -> Result<Written, Stop> {
        let before = rid.and_then(|rid| self.world.entries.get(&rid.0));
        let before = before.map(|entry| entry.now.clone()).unwrap_or_default();
        let about = About {
            resource_type: change.resource_type,
            id: change.id,
            rid: rid.unwrap_or(Rid(0)),
            restriction: change.restriction,
        };
        match (change.kind, keys) {
            (Kind::Create(draft, frame), Some(keys)) => {
                if before.live().is_some() {
                    return Err(Stop::Refused(Refusal::Exists));
                }
                let coming = Coming { draft, frame, keys };
                self.create(&about, coming, before, Method::Create)
            }
            (Kind::Update(draft, frame, precondition, creation), Some(keys)) => {
                let coming = Coming { draft, frame, keys };
                if let Some(live) = before.live() {
                    let asked = (&precondition, &creation);
                    return self.update(&about, coming, asked, (before, live));
                }
                let was_theirs =
                    before.head.is_some() && about.admits(&about.restriction, &before.rows);
                creatable(&precondition, was_theirs)?;
                let about = About {
                    restriction: creation,
                    ..about
                };
                self.create(&about, coming, before, Method::Update)
            }
            (Kind::Delete(precondition), _) => self.delete(&about, &precondition, before),
            _ => Err(Stop::Failed(Error::failed("a draft without keys"))),
        }
    }

    fn create(
        &mut self,
        about: &About,
        coming: Coming,
        before: State,
        method: Method,
    ) -> Result<Written, Stop> {
        about.must_admit(&about.restriction, &coming.draft.rows)?;
        self.note_patients(about, &coming.draft.rows);
        let written = self.put(about, coming, before, method)?;
        Ok(Written::Created(written))
    }

    fn update(
        &mut self,
        about: &About,
        coming: Coming,
        (precondition, creation): (&Precondition, &Restriction),
        (before, live): (State, Head),
    ) -> Result<Written, Stop> {
        if !about.admits(&about.restriction, &before.rows) {
            let may_create = about.admits(creation, &coming.draft.rows);
            return Err(Stop::Refused(unseen(precondition, may_create)));
        }
        holds(precondition, live)?;
        about.must_admit(&about.restriction, &coming.draft.rows)?;
        self.note_patients(about, &before.rows);
        self.note_patients(about, &coming.draft.rows);
        if stamped(&coming.draft, &about.id, live.version, live.updated_ms) == before.wire {
            return Ok(Written::Unchanged(about.version(live, before.wire)));
        }
        let written = self.put(about, coming, before, Method::Update)?;
        Ok(Written::Updated(written))
    }

    fn delete(
        &mut self,
        about: &About,
        precondition: &Precondition,
        before: State,
    ) -> Result<Written, Stop> {
        let Some(live) = before.live() else {
            deletable(precondition)?;
            return Ok(Written::NothingToDelete);
        };
        if !about.admits(&about.restriction, &before.rows) {
            deletable(precondition)?;
            return Ok(Written::NothingToDelete);
        }
        holds(precondition, live)?;
        self.note_patients(about, &before.rows);
        let head = Head {
            version: live.version + 1,
            updated_ms: self.now_ms.max(live.updated_ms + 1),
            method: Method::Delete,
        };
        let tombstone = State {
            head: Some(head),
            stored: about.id.as_str().as_bytes().to_vec(),
            rows: before.rows.clone(),
            ..State::default()
        };
        self.set(about.rid, before, tombstone);
        let none = bytes::Bytes::new();
        Ok(Written::Deleted(about.version(head, none)))
    }

    fn put(
        &mut self,
        about: &About,
        coming: Coming,
        before: State,
        method: Method,
    ) -> Result<Version, Stop> {
        let number = before.head.map_or(1, |head| head.version + 1);
        let frame = self.frame(about, &coming, number, before.head)?;
        let head = Head {
            version: number,
            updated_ms: frame.updated_ms,
            method,
        };
        let shape = coming.keys.shape;
        let keys = coming
            .keys
            .with_update(about.resource_type, head.updated_ms);
        let state = State {
            head: Some(head),
            wire: frame.wire.clone(),
            stored: frame.stored,
            shape,
            rows: Arc::new(coming.draft.rows),
            keys: Arc::new(keys),
        };
        self.set(about.rid, before, state);
        Ok(about.version(head, frame.wire))
    }

    fn set(&mut self, rid: Rid, before: State, now: State) {
        let entry = self.world.entries.entry(rid.0).or_default();
        self.undo
            .push((rid.0, before.clone(), entry.replaced.len()));
        if before.head.is_some() {
            entry.replaced.push(before);
        }
        entry.now = now;
    }

    /// Notes whose record a resource with these rows lies in.
    fn note_patients(&mut self, about: &About, rows: &[IndexRow<'_>]) {
        if let Some(whose) = &mut self.whose {
            let patients = patient_compartment(about.resource_type, &about.id, rows);
            whose.add(patients, self.shared.limits.audit_patients_max);
        }
    }

    /// The body as guessed when the guess was right, else made anew.
    fn frame(
        &self,
        about: &About,
        coming: &Coming,
        version: u64,
        head: Option<Head>,
    ) -> Result<Frame, Error> {
        let earliest = head.map_or(i64::MIN, |head| head.updated_ms + 1);
        if coming.frame.version == version && coming.frame.updated_ms >= earliest {
            return Ok(coming.frame.clone());
        }
        let updated_ms = self.now_ms.max(earliest);
        let codec = &self.shared.codec;
        Frame::new(codec, &coming.draft, &about.id, version, updated_ms)
    }
}

struct Coming {
    draft: Draft,
    frame: Frame,
    keys: Keys,
}

struct About {
    resource_type: ResourceType,
    id: ResourceId,
    rid: Rid,
    restriction: Restriction,
}

impl About {
    fn subject<'a>(&'a self, rows: &'a [IndexRow<'a>]) -> Subject<'a> {
        Subject {
            resource_type: self.resource_type,
            id: &self.id,
            rows,
        }
    }

    fn admits(&self, restriction: &Restriction, rows: &[IndexRow<'_>]) -> bool {
        admits(restriction, self.subject(rows))
    }

    fn must_admit(&self, restriction: &Restriction, rows: &[IndexRow<'_>]) -> Result<(), Stop> {
        if self.admits(restriction, rows) {
            Ok(())
        } else {
            Err(Stop::Refused(Refusal::Forbidden))
        }
    }

    fn version(&self, head: Head, body: bytes::Bytes) -> Version {
        Version {
            resource_type: self.resource_type,
            id: self.id.clone(),
            version: head.version,
            last_updated: instant::timestamp(head.updated_ms),
            method: head.method,
            body,
        }
    }
}
