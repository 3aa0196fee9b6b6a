//! What a commit knows of the resources it touches.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use cresset_base::ResourceId;
use cresset_definitions::ResourceType;
use cresset_model::Bounds;
use cresset_search::IndexRow;
use cresset_store::Error;
use cresset_store::backend::condition::Head;
use cresset_store::backend::defining::Definitions;
use cresset_store::backend::prepared::{Kind, Prepared};
use cresset_store::backend::version::method_of;
use cresset_store::layout::{Keys, Rid, Subject, encode};
use cresset_store::store::Method;
use deadpool_postgres::Transaction;
use tokio_postgres::Row;

use super::Unit;
use super::terms::Registry;
use crate::fault::store_error;
use crate::row::get;
use crate::snapshot::query;

/// One version of a resource.
#[derive(Debug, Clone, Default)]
pub(super) struct State {
    /// `None` where it was only mentioned so far.
    pub(super) head: Option<Head>,
    pub(super) wire: Bytes,
    pub(super) stored: Vec<u8>,
    pub(super) shape: i64,
    /// Of a deletion those of what was deleted.
    pub(super) rows: Arc<Vec<IndexRow<'static>>>,
    /// With that of its last update.
    pub(super) keys: Arc<Keys>,
}

impl State {
    /// Its head, unless it is deleted or was never there.
    pub(super) fn live(&self) -> Option<Head> {
        self.head.filter(|head| head.method != Method::Delete)
    }
}

/// A resource as the tables have it and as it is now.
#[derive(Debug, Default)]
pub(super) struct Entry {
    /// What the tables have.
    pub(super) was: State,
    pub(super) now: State,
    /// Versions that were replaced since, oldest first.
    pub(super) replaced: Vec<State>,
}

/// Resources by their integers.
#[derive(Default)]
pub(super) struct World {
    pub(super) entries: HashMap<i64, Entry>,
    /// What resources define, where that changes.
    pub(super) definitions: Option<Definitions>,
}

impl World {
    /// Reads every resource the units are about.
    pub(super) async fn load(
        transaction: &Transaction<'_>,
        registry: &mut Registry<'_>,
        units: &[Unit],
    ) -> Result<Self, Error> {
        let changes = || units.iter().flat_map(|unit| &unit.changes);
        for change in changes() {
            match change.kind {
                Kind::Delete(_) => registry.mention(change.resource_type, &change.id),
                Kind::Create(..) | Kind::Update(..) => {
                    let given = cresset_store::layout::Terms::rid(
                        registry,
                        change.resource_type,
                        &change.id,
                    );
                    let Ok(_) = given;
                }
            }
        }
        registry.resolve(transaction).await?;
        let mut ids: HashMap<i64, (ResourceType, ResourceId)> = HashMap::new();
        for change in changes() {
            if let Some(rid) = registry.known(change.resource_type, &change.id) {
                ids.insert(rid.0, (change.resource_type, change.id.clone()));
            }
        }
        let mut rids: Vec<i64> = ids.keys().copied().collect();
        rids.retain(|rid| !registry.is_fresh(Rid(*rid)));
        rids.sort_unstable();
        let mut world = Self::default();
        if rids.is_empty() {
            return Ok(world);
        }
        let text = "SELECT r,version,updated,method,shape,body FROM resource WHERE r=ANY($1)";
        let rows = query(transaction, text, &[&rids]).await;
        for row in &rows.map_err(|e| store_error(&e))? {
            let rid = get(row, 0)?;
            let state = state(registry, row)?;
            let entry = Entry {
                was: state.clone(),
                now: state,
                replaced: Vec::new(),
            };
            world.entries.insert(rid, entry);
        }
        world.recall(transaction, registry).await?;
        world.encode(transaction, registry, &ids).await?;
        Ok(world)
    }

    /// Reads what was deleted of those that are deletions.
    async fn recall(
        &mut self,
        transaction: &Transaction<'_>,
        registry: &Registry<'_>,
    ) -> Result<(), Error> {
        let gone = self.entries.iter().filter(|(_, e)| e.was.live().is_none());
        let gone: Vec<i64> = gone.map(|(rid, _)| *rid).collect();
        if gone.is_empty() {
            return Ok(());
        }
        let text = "SELECT h.r,h.body FROM resource k JOIN history h ON h.r=k.r AND h.version=k.version-1 \
                    WHERE k.r=ANY($1) AND h.method<2";
        let rows = query(transaction, text, &[&gone]).await;
        let shared = registry.shared();
        for row in &rows.map_err(|e| store_error(&e))? {
            let Some(entry) = self.entries.get_mut(&get(row, 0)?) else {
                continue;
            };
            let wire = shared.codec.expand(get(row, 1)?)?;
            entry.was.rows = Arc::new(rows_of(registry, &wire)?);
            entry.now.rows = entry.was.rows.clone();
        }
        Ok(())
    }

    /// The keys of what was read, as they are in the tables.
    async fn encode(
        &mut self,
        transaction: &Transaction<'_>,
        registry: &mut Registry<'_>,
        ids: &HashMap<i64, (ResourceType, ResourceId)>,
    ) -> Result<(), Error> {
        loop {
            for (rid, entry) in &mut self.entries {
                let (Some(head), Some((of, id))) = (entry.was.live(), ids.get(rid)) else {
                    continue;
                };
                if !entry.was.keys.index.is_empty() {
                    continue;
                }
                let subject = Subject {
                    resource_type: *of,
                    id,
                    rows: &entry.was.rows,
                };
                let Some(keys) = keys(registry, subject) else {
                    continue;
                };
                let keys = with_words(registry, keys, (*of, &entry.was.wire))?
                    .with_shape(*of, entry.was.shape)
                    .with_update(*of, head.updated_ms);
                entry.was.keys = Arc::new(keys);
                entry.now.keys = entry.was.keys.clone();
            }
            if !registry.resolve(transaction).await? {
                return Ok(());
            }
        }
    }

    /// The keys of every body the units bring, unit by unit and change by change.
    pub(super) async fn coming(
        transaction: &Transaction<'_>,
        registry: &mut Registry<'_>,
        units: &[Unit],
    ) -> Result<Vec<Vec<Option<Keys>>>, Error> {
        let mut all: Vec<Vec<Option<Keys>>> = units
            .iter()
            .map(|unit| vec![None; unit.changes.len()])
            .collect();
        loop {
            for (unit, found) in units.iter().zip(&mut all) {
                for (change, found) in unit.changes.iter().zip(found) {
                    if found.is_none() {
                        *found = draft_keys(registry, change)?;
                    }
                }
            }
            if !registry.resolve(transaction).await? {
                return Ok(all);
            }
        }
    }
}

fn draft_keys(registry: &mut Registry<'_>, change: &Prepared) -> Result<Option<Keys>, Error> {
    let (Kind::Create(draft, frame) | Kind::Update(draft, frame, ..)) = &change.kind else {
        return Ok(None);
    };
    let subject = Subject {
        resource_type: change.resource_type,
        id: &change.id,
        rows: &draft.rows,
    };
    keys(registry, subject)
        .map(|keys| with_words(registry, keys, (change.resource_type, &frame.wire)))
        .transpose()
}

pub(super) fn with_words(
    registry: &Registry<'_>,
    keys: Keys,
    body: (ResourceType, &[u8]),
) -> Result<Keys, Error> {
    let bounds = Bounds::from(&*registry.shared().limits);
    let encoder = &registry.indexing().encoder;
    encoder.with_words_of(keys, body, bounds)
}

/// The keys, unless a name is missing that the registry has noted.
pub(super) fn keys(registry: &mut Registry<'_>, subject: Subject<'_>) -> Option<Keys> {
    let misses = registry.misses();
    let indexing = registry.shared_indexing();
    let Ok(keys) = encode(&indexing.encoder, subject, registry);
    (registry.misses() == misses).then(|| keys.except(&indexing.retired))
}

fn state(registry: &Registry<'_>, row: &Row) -> Result<State, Error> {
    let method: i16 = get(row, 3)?;
    let version: i32 = get(row, 1)?;
    let head = Head {
        version: u64::try_from(version).unwrap_or_default(),
        updated_ms: get(row, 2)?,
        method: method_of(i64::from(method)),
    };
    let stored: Vec<u8> = get(row, 5)?;
    let shape: i32 = get(row, 4)?;
    let mut state = State {
        head: Some(head),
        stored,
        shape: i64::from(shape),
        ..State::default()
    };
    if head.method != Method::Delete {
        state.wire = registry.shared().codec.expand(&state.stored)?;
        state.rows = Arc::new(rows_of(registry, &state.wire)?);
    }
    Ok(state)
}

/// What a body leaves in the index.
fn rows_of(registry: &Registry<'_>, wire: &[u8]) -> Result<Vec<IndexRow<'static>>, Error> {
    let reading = registry.indexing().reading(registry.shared());
    let tree = reading.tree(wire)?;
    let rows = reading.rows(&tree);
    Ok(rows.into_iter().map(IndexRow::into_owned).collect())
}
