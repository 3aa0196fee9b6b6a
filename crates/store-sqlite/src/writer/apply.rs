//! One change at a time, inside the writer's transaction.

use std::sync::Arc;

use cresset_access::Restriction;
use cresset_base::ResourceId;
use cresset_definitions::ResourceType;
use cresset_model::{Bounds, parse};
use cresset_search::{IndexRow, extract, patient_compartment};
use cresset_store::backend::condition::{Head, creatable, deletable, holds, unseen};
use cresset_store::backend::defining::defines;
use cresset_store::backend::prepared::{Frame, Kind, Prepared, stamped};
use cresset_store::backend::version::{method_code, method_of};
use cresset_store::layout::{Keys, Rid, Subject, encode};
use cresset_store::store::Method;
use cresset_store::visibility::admits;
use cresset_store::write::{Draft, Precondition, Refusal};
use cresset_store::{Error, Version, Whose, Written};
use rusqlite::{Connection, OptionalExtension};

use super::batch::Batch;
use super::memory::{Memory, WriterTerms};
use crate::fault::store_error;
use crate::index::Index;
use crate::instant;
use crate::shared::Shared;

/// Why a change did not happen: the unit's fault, or the database's.
pub(crate) enum Stop {
    Refused(Refusal),
    Failed(Error),
}

impl From<rusqlite::Error> for Stop {
    fn from(error: rusqlite::Error) -> Self {
        Self::Failed(store_error(&error))
    }
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

/// Works on the tables for one unit.
pub(crate) struct Applier<'a> {
    pub(crate) connection: &'a Connection,
    pub(crate) shared: &'a Shared,
    /// What the index held when the unit began.
    pub(crate) index: Arc<Index>,
    pub(crate) memory: &'a mut Memory,
    pub(crate) batch: &'a mut Batch,
    /// Changes of the number of live resources, counted only when the unit is accepted.
    pub(crate) live: Vec<(u8, i64)>,
    pub(crate) now_ms: i64,
    /// Whose records the unit changes; absent where no record is kept of it.
    pub(crate) whose: Option<Whose>,
}

/// What a change is about, found before anything is written.
pub(crate) struct Target {
    rid: Option<Rid>,
    /// Whether nothing mentioned it before, so that it has no current version.
    is_new: bool,
    keys: Option<Keys>,
}

impl Applier<'_> {
    /// Adds the terms and identities a change needs; harmless when the change is refused later.
    pub(crate) fn target(&mut self, change: &Prepared) -> Result<Target, Error> {
        let mut terms = WriterTerms {
            connection: self.connection,
            shared: self.shared,
            memory: self.memory,
        };
        let mut resolve = || {
            let (Kind::Create(draft, _) | Kind::Update(draft, ..)) = &change.kind else {
                return Ok(Target {
                    rid: terms.known(change.resource_type, &change.id)?,
                    is_new: false,
                    keys: None,
                });
            };
            let mentioned = terms.mentioned(change.resource_type);
            let rid =
                cresset_store::layout::Terms::rid(&mut terms, change.resource_type, &change.id)?;
            let is_new = terms.mentioned(change.resource_type) > mentioned;
            let subject = Subject {
                resource_type: change.resource_type,
                id: &change.id,
                rows: &draft.rows,
            };
            Ok(Target {
                rid: Some(rid),
                is_new,
                keys: Some(encode(&self.index.encoder, subject, &mut terms)?),
            })
        };
        let mut target = resolve().map_err(|error: rusqlite::Error| store_error(&error))?;
        if let (Some(keys), Kind::Create(_, frame) | Kind::Update(_, frame, ..)) =
            (target.keys.take(), &change.kind)
        {
            let body = (change.resource_type, &*frame.wire);
            let bounds = Bounds::from(&*self.shared.limits);
            target.keys = Some(self.index.encoder.with_words_of(keys, body, bounds)?);
        }
        Ok(target)
    }

    /// Whether the rows of what this is about wait in the batch.
    pub(crate) fn must_flush(&self, target: &Target) -> bool {
        target.rid.is_some_and(|rid| self.batch.holds(rid.0))
    }

    pub(crate) fn apply(&mut self, change: Prepared, target: Target) -> Result<Written, Stop> {
        let defining = target.rid.filter(|_| defines(change.resource_type));
        let written = self.change(change, target)?;
        if let Some(rid) = defining {
            self.define(rid, &written)?;
        }
        Ok(written)
    }

    fn change(&mut self, change: Prepared, target: Target) -> Result<Written, Stop> {
        let head = match target.rid {
            Some(rid) if !target.is_new => self.head(rid)?,
            _ => None,
        };
        let rid = target.rid.unwrap_or(Rid(0));
        let subject = About {
            resource_type: change.resource_type,
            id: change.id,
            rid,
            restriction: change.restriction,
        };
        match (change.kind, target.keys) {
            (Kind::Create(draft, frame), Some(keys)) => {
                self.create(&subject, Coming { draft, frame, keys }, head)
            }
            (Kind::Update(draft, frame, precondition, creation), Some(keys)) => {
                let coming = Coming { draft, frame, keys };
                if let Some(live) = head.filter(|head| head.method != Method::Delete) {
                    return self.update(&subject, coming, (&precondition, &creation), live);
                }
                creatable(&precondition, self.was_theirs(&subject, head)?)?;
                let subject = About {
                    restriction: creation,
                    ..subject
                };
                self.create_as(&subject, coming, head, Method::Update)
            }
            (Kind::Delete(precondition), _) => self.delete(&subject, &precondition, head),
            _ => Err(Stop::Failed(Error::Failed(
                "a draft without keys".to_owned(),
            ))),
        }
    }

    /// What the tables say of the current version.
    pub(super) fn head(&self, rid: Rid) -> rusqlite::Result<Option<Head>> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT version,updated,method FROM resource WHERE r=?")?;
        let head = statement.query_row([rid.0], |row| {
            Ok(Head {
                version: row.get(0)?,
                updated_ms: row.get(1)?,
                method: method_of(row.get(2)?),
            })
        });
        head.optional()
    }

    fn create(
        &mut self,
        about: &About,
        coming: Coming,
        head: Option<Head>,
    ) -> Result<Written, Stop> {
        if head.is_some_and(|head| head.method != Method::Delete) {
            return Err(Stop::Refused(Refusal::Exists));
        }
        self.create_as(about, coming, head, Method::Create)
    }

    fn create_as(
        &mut self,
        about: &About,
        coming: Coming,
        head: Option<Head>,
        method: Method,
    ) -> Result<Written, Stop> {
        about.must_admit(&coming.draft)?;
        self.note_patients(about, &coming.draft.rows);
        let version = head.map_or(1, |head| head.version + 1);
        let frame = self.frame(about, &coming, version, head)?;
        match head {
            Some(_) => self.replace(about.rid, &frame, method, coming.keys.shape)?,
            None => self.insert(about.rid, &frame, method, coming.keys.shape)?,
        }
        let keys = coming
            .keys
            .with_update(about.resource_type, frame.updated_ms);
        self.batch.replace(about.rid.0, &Keys::default(), &keys);
        self.note_facts(&keys);
        self.live.push((about.resource_type.code(), 1));
        Ok(Written::Created(about.version(&frame, method)))
    }

    fn update(
        &mut self,
        about: &About,
        coming: Coming,
        (precondition, creation): (&Precondition, &Restriction),
        head: Head,
    ) -> Result<Written, Stop> {
        let old = self.old(about, head)?;
        if !old.is_admitted {
            let may_create = about.admits(creation, &coming.draft);
            return Err(Stop::Refused(unseen(precondition, may_create)));
        }
        holds(precondition, head)?;
        about.must_admit(&coming.draft)?;
        self.note_patients(about, &coming.draft.rows);
        if stamped(&coming.draft, &about.id, head.version, head.updated_ms) == old.wire {
            let unchanged = Frame {
                version: head.version,
                updated_ms: head.updated_ms,
                wire: old.wire,
                stored: Vec::new(),
            };
            return Ok(Written::Unchanged(about.version(&unchanged, head.method)));
        }
        let frame = self.frame(about, &coming, head.version + 1, Some(head))?;
        self.replace(about.rid, &frame, Method::Update, coming.keys.shape)?;
        let keys = coming
            .keys
            .with_update(about.resource_type, frame.updated_ms);
        self.batch.replace(about.rid.0, &old.keys, &keys);
        self.note_facts(&keys);
        Ok(Written::Updated(about.version(&frame, Method::Update)))
    }

    fn delete(
        &mut self,
        about: &About,
        precondition: &Precondition,
        head: Option<Head>,
    ) -> Result<Written, Stop> {
        let Some(head) = head.filter(|head| head.method != Method::Delete) else {
            deletable(precondition)?;
            return Ok(Written::NothingToDelete);
        };
        let old = self.old(about, head)?;
        if !old.is_admitted {
            deletable(precondition)?;
            return Ok(Written::NothingToDelete);
        }
        holds(precondition, head)?;
        let stored = about.id.as_str().as_bytes().to_vec();
        let updated_ms = self.now_ms.max(head.updated_ms + 1);
        let frame = Frame {
            version: head.version + 1,
            updated_ms,
            wire: bytes::Bytes::new(),
            stored,
        };
        self.replace(about.rid, &frame, Method::Delete, 0)?;
        self.batch.replace(about.rid.0, &old.keys, &Keys::default());
        self.live.push((about.resource_type.code(), -1));
        Ok(Written::Deleted(about.version(&frame, Method::Delete)))
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
        Frame::new(
            &self.shared.codec,
            &coming.draft,
            &about.id,
            version,
            self.now_ms.max(earliest),
        )
    }

    fn insert(&self, rid: Rid, frame: &Frame, method: Method, shape: i64) -> rusqlite::Result<()> {
        self.connection
            .prepare_cached(
                "INSERT INTO resource(r,version,updated,method,shape,body) VALUES(?,?,?,?,?,?)",
            )?
            .execute((
                rid.0,
                frame.version,
                frame.updated_ms,
                method_code(method),
                shape,
                &frame.stored,
            ))
            .map(|_| ())
    }

    fn replace(
        &mut self,
        rid: Rid,
        frame: &Frame,
        method: Method,
        shape: i64,
    ) -> rusqlite::Result<()> {
        self.batch.replaced.push(rid.0);
        self.connection
            .prepare_cached(
                "INSERT INTO history(r,version,updated,method,body) \
                 SELECT r,version,updated,method,body FROM resource WHERE r=?",
            )?
            .execute([rid.0])?;
        self.connection
            .prepare_cached(
                "UPDATE resource SET version=?,updated=?,method=?,shape=?,body=? WHERE r=?",
            )?
            .execute((
                frame.version,
                frame.updated_ms,
                method_code(method),
                shape,
                &frame.stored,
                rid.0,
            ))
            .map(|_| ())
    }

    /// Whether there was a resource that the caller could have touched before it was deleted.
    fn was_theirs(&self, about: &About, head: Option<Head>) -> Result<bool, Error> {
        let Some(head) = head else {
            return Ok(false);
        };
        if about.restriction == Restriction::Everything {
            return Ok(true);
        }
        let text = "SELECT body FROM history WHERE r=? AND version=? AND method<2";
        let stored: Option<Vec<u8>> = self
            .connection
            .prepare_cached(text)
            .and_then(|mut statement| {
                let before = (about.rid.0, head.version.saturating_sub(1));
                statement.query_row(before, |row| row.get(0)).optional()
            })
            .map_err(|e| store_error(&e))?;
        let Some(stored) = stored else {
            return Ok(false);
        };
        let wire = self.shared.codec.expand(&stored)?;
        let tree = parse(&wire, Bounds::from(&*self.shared.limits))
            .map_err(|_| Error::failed("a stored body does not parse"))?;
        let subject = Subject {
            resource_type: about.resource_type,
            id: &about.id,
            rows: &extract(&tree, &self.shared.bases),
        };
        Ok(admits(&about.restriction, subject))
    }

    /// The current version's body, the keys it has in the tables, and whether the caller may touch it.
    fn old(&mut self, about: &About, head: Head) -> Result<Old, Error> {
        let (stored, shape): (Vec<u8>, i64) = self
            .connection
            .prepare_cached("SELECT body,shape FROM resource WHERE r=?")
            .and_then(|mut statement| {
                statement.query_row([about.rid.0], |row| Ok((row.get(0)?, row.get(1)?)))
            })
            .map_err(|e| store_error(&e))?;
        let wire = self.shared.codec.expand(&stored)?;
        let index = self.index.clone();
        let reading = self.shared.reading(&index);
        let tree = reading.tree(&wire)?;
        let rows = reading.rows(&tree);
        let subject = Subject {
            resource_type: about.resource_type,
            id: &about.id,
            rows: &rows,
        };
        let is_admitted = admits(&about.restriction, subject);
        if is_admitted {
            self.note_patients(about, &rows);
        }
        let mut terms = WriterTerms {
            connection: self.connection,
            shared: self.shared,
            memory: self.memory,
        };
        let keys = encode(&index.encoder, subject, &mut terms).map_err(|e| store_error(&e))?;
        let keys = index
            .encoder
            .with_words(keys, about.resource_type, &tree)
            .with_shape(about.resource_type, shape)
            .with_update(about.resource_type, head.updated_ms);
        Ok(Old {
            wire,
            keys,
            is_admitted,
        })
    }

    /// Notes whose record a resource with these rows lies in.
    fn note_patients(&mut self, about: &About, rows: &[IndexRow<'_>]) {
        if let Some(whose) = &mut self.whose {
            let patients = patient_compartment(about.resource_type, &about.id, rows);
            whose.add(patients, self.shared.limits.audit_patients_max);
        }
    }

    /// Notes columns in which a resource has several values or a long range.
    fn note_facts(&mut self, keys: &Keys) {
        super::facts::note(self.shared, self.batch, keys);
    }
}

struct Old {
    wire: bytes::Bytes,
    keys: Keys,
    is_admitted: bool,
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
    fn admits(&self, restriction: &Restriction, draft: &Draft) -> bool {
        let subject = Subject {
            resource_type: self.resource_type,
            id: &self.id,
            rows: &draft.rows,
        };
        admits(restriction, subject)
    }

    fn must_admit(&self, draft: &Draft) -> Result<(), Stop> {
        if self.admits(&self.restriction, draft) {
            Ok(())
        } else {
            Err(Stop::Refused(Refusal::Forbidden))
        }
    }

    fn version(&self, frame: &Frame, method: Method) -> Version {
        Version {
            resource_type: self.resource_type,
            id: self.id.clone(),
            version: frame.version,
            last_updated: instant::timestamp(frame.updated_ms),
            method,
            body: frame.wire.clone(),
        }
    }
}
