//! Fronts: bases that several practices share. Whose a request is follows from what it brings.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use cresset_auth::front::mark_of;
use cresset_base::InstanceName;
use cresset_store::Error;
use http::StatusCode;

use super::{OpenInstance, OpenInstances};
use crate::failure::Failure;

/// Practices as they answer at their fronts.
#[derive(Default)]
pub(super) struct Fronts {
    /// By the name of the practice.
    faces: RwLock<HashMap<Box<str>, Face>>,
    /// Which practice a mark is of, and the version of all instances at which it was.
    marks: RwLock<HashMap<Box<str>, Known>>,
}

type Known = (InstanceName, Option<u64>);

/// A practice at the base of its front.
struct Face {
    practice: Arc<OpenInstance>,
    front: Arc<OpenInstance>,
    /// Absent where the front says what does not hold of the practice.
    at_front: Option<Arc<OpenInstance>>,
}

impl Fronts {
    /// Lets go of an instance, be it a practice or a front.
    pub(super) fn forget(&self, instance: &Arc<OpenInstance>) {
        let mut faces = self.faces.write().unwrap_or_else(PoisonError::into_inner);
        faces.retain(|_, face| {
            !Arc::ptr_eq(&face.practice, instance) && !Arc::ptr_eq(&face.front, instance)
        });
    }

    fn known(&self, mark: &str) -> Option<Known> {
        let marks = self.marks.read().unwrap_or_else(PoisonError::into_inner);
        marks.get(mark).cloned()
    }

    /// Marks of nobody are not remembered, for anybody can send any number of them.
    fn learn(&self, mark: &str, name: Option<&InstanceName>, version: Option<u64>) {
        let marks = || self.marks.write().unwrap_or_else(PoisonError::into_inner);
        match name {
            Some(name) => drop(marks().insert(mark.into(), (name.clone(), version))),
            None if self.known(mark).is_some() => drop(marks().remove(mark)),
            None => {}
        }
    }

    fn face(
        &self,
        practice: &Arc<OpenInstance>,
        front: &Arc<OpenInstance>,
    ) -> Option<Arc<OpenInstance>> {
        let is_of =
            |face: &&Face| Arc::ptr_eq(&face.practice, practice) && Arc::ptr_eq(&face.front, front);
        let faces = self.faces.read().unwrap_or_else(PoisonError::into_inner);
        let known = faces.get(practice.name.as_str()).filter(is_of);
        if let Some(face) = known {
            return face.at_front.clone();
        }
        drop(faces);
        let at_front = practice.at_front(front).map(Arc::new);
        let face = Face {
            practice: practice.clone(),
            front: front.clone(),
            at_front: at_front.clone(),
        };
        let mut faces = self.faces.write().unwrap_or_else(PoisonError::into_inner);
        faces.insert(practice.name.as_str().into(), face);
        at_front
    }
}

impl OpenInstance {
    /// Whether practices may stand behind it.
    pub(crate) fn is_front(&self) -> bool {
        self.keeping.settings.front
    }

    /// The practice as it answers at the base of its front.
    fn at_front(&self, front: &Self) -> Option<Self> {
        let set = &self.keeping.settings;
        let mark = set.mark.as_deref()?;
        if let Some(setting) = set.unlike(&front.keeping.settings) {
            tracing::warn!(instance = %self.name, front = %front.name, setting, "is set otherwise than at the front, which therefore does not serve it");
            return None;
        }
        Some(Self {
            name: self.name.clone(),
            store: self.store.clone(),
            fhir: self.fhir.behind(&front.fhir, mark),
            auth: self.auth.behind(&front.auth, mark),
            sandbox: self.sandbox,
            explains: self.explains,
            errors: self.errors,
            audit_sync: self.audit_sync,
            keeping: self.keeping.clone(),
        })
    }
}

impl OpenInstances {
    /// Whose a request at `at` is that brings this mark: at a front, the practice it is of. Whatever is
    /// of none is the front's own, which knows neither app nor token with a mark. Elsewhere nothing is looked for.
    ///
    /// # Errors
    /// When the registry or the practice cannot be reached.
    pub(crate) async fn behind(
        &self,
        at: Arc<OpenInstance>,
        mark: impl FnOnce() -> Option<String>,
    ) -> Result<Arc<OpenInstance>, Failure> {
        if !at.is_front() {
            return Ok(at);
        }
        let Some(mark) = mark() else {
            return Ok(at);
        };
        let Some(name) = self.marked(&mark).await? else {
            return Ok(at);
        };
        let Some(practice) = self.open_if_there(name.as_str()).await? else {
            return Ok(at);
        };
        let set = &practice.keeping.settings;
        let is_behind = set.behind.as_deref() == Some(at.name.as_str());
        if !is_behind || set.mark.as_deref() != Some(&*mark) {
            return Ok(at);
        }
        Ok(self.fronts.face(&practice, &at).unwrap_or(at))
    }

    /// The practice at the base where something of it is known, a `client_id` or a handle: at its front
    /// if that bears its mark, else at its own.
    ///
    /// # Errors
    /// When the registry or the front cannot be reached.
    pub(crate) async fn where_known(
        &self,
        practice: &Arc<OpenInstance>,
        what: &str,
    ) -> Result<Arc<OpenInstance>, Failure> {
        let own = practice.keeping.settings.mark.as_deref();
        let at_front = match mark_of(what) {
            Some(mark) if own == Some(mark) => self.at_front(practice).await?,
            _ => None,
        };
        Ok(at_front.unwrap_or_else(|| practice.clone()))
    }

    /// The practice at the base of the front it stands behind, if it stands behind one and is the only one with
    /// its mark.
    ///
    /// # Errors
    /// When the registry or the front cannot be reached.
    pub(crate) async fn at_front(
        &self,
        practice: &Arc<OpenInstance>,
    ) -> Result<Option<Arc<OpenInstance>>, Failure> {
        let Some(name) = &practice.keeping.settings.behind else {
            return Ok(None);
        };
        let Some(mark) = &practice.keeping.settings.mark else {
            return Ok(None);
        };
        if self.marked(mark).await?.as_ref() != Some(&practice.name) {
            return Ok(None);
        }
        let front = self.open_if_there(name).await?;
        let front = front.filter(|front| front.is_front());
        Ok(front.and_then(|front| self.fronts.face(practice, &front)))
    }

    async fn open_if_there(&self, name: &str) -> Result<Option<Arc<OpenInstance>>, Failure> {
        match self.open(name).await {
            Ok(instance) => Ok(Some(instance)),
            Err(failure) if failure.status() == StatusCode::NOT_FOUND => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    /// Which instance a mark is of. While the registry is away, what was known last holds.
    async fn marked(&self, mark: &str) -> Result<Option<InstanceName>, Failure> {
        let known = self.fronts.known(mark);
        let version = self.platform.instances.version();
        if let Some((name, at)) = &known
            && version.is_some()
            && version == *at
        {
            return Ok(Some(name.clone()));
        }
        match (self.platform.instances.marked(mark).await, known) {
            (Ok(name), _) => {
                self.fronts.learn(mark, name.as_ref(), version);
                Ok(name)
            }
            (Err(Error::Busy), Some((name, _))) => Ok(Some(name)),
            (Err(error), _) => Err(error.into()),
        }
    }
}
