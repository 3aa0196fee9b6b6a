//! Records of the audit trail that are kept with the change they tell of.
//!
//! A change of resources carries its record ([`crate::Unit`]). What an authorization server changes does not
//! know for what it is changed; the request does. So a request gives a [`Note`] along with what it asks, the
//! authorization server says which change decides it ([`deciding`]), and the backend keeps the record in
//! the transaction of that change ([`carried`]), if it happens (docs/adr/0088-records-go-with-their-change.md).

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use crate::audit::{AuditRecord, Whose};

tokio::task_local! {
    /// What the request gave along.
    static GIVEN: Arc<Note>;
    /// The same, while its deciding change is under way.
    static CARRIED: Arc<Note>;
}

/// A record that waits for its change.
pub struct Note {
    record: Box<dyn Fn() -> AuditRecord + Send + Sync>,
    person: OnceLock<String>,
    app: OnceLock<String>,
    patient: OnceLock<String>,
    is_kept: AtomicBool,
}

impl Note {
    /// With what makes the record once the change has happened.
    pub fn new(record: impl Fn() -> AuditRecord + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self {
            record: Box::new(record),
            person: OnceLock::new(),
            app: OnceLock::new(),
            patient: OnceLock::new(),
            is_kept: AtomicBool::new(false),
        })
    }

    /// Does what is asked, with this note given along.
    pub async fn along<T>(self: &Arc<Self>, asked: impl Future<Output = T>) -> T {
        GIVEN.scope(self.clone(), asked).await
    }

    /// Whether the record was kept with a change.
    pub fn is_kept(&self) -> bool {
        self.is_kept.load(Ordering::Acquire)
    }

    /// The record.
    pub fn record(&self) -> AuditRecord {
        let mut record = (self.record)();
        let person = self.person.get().cloned();
        if let Some(patient) = self.patient.get() {
            record.whose = Whose::kept(patient.parse().ok(), 0);
        }
        AuditRecord {
            subject: record.subject.or(person),
            app: record.app.or_else(|| self.app.get().cloned()),
            ..record
        }
    }

    /// Says that the change happened and the record with it.
    pub fn keep(&self) {
        self.is_kept.store(true, Ordering::Release);
    }
}

/// Says who the person is, where the request did not know that beforehand.
pub fn is_by(person: &str) {
    // Of one request there is one.
    let _ = GIVEN.try_with(|note| note.person.set(person.to_owned()));
}

/// Says which app it is about, where the request did not know that beforehand.
pub fn is_about(client_id: &str) {
    // Of one request there is one.
    let _ = GIVEN.try_with(|note| note.app.set(client_id.to_owned()));
}

/// Says whose record it is about, where the request did not know that beforehand.
pub fn is_of(patient: &str) {
    // Of one request there is one.
    let _ = GIVEN.try_with(|note| note.patient.set(patient.to_owned()));
}

/// Makes the change that decides what was asked: the record of the request is kept with it.
pub async fn deciding<T>(change: impl Future<Output = T>) -> T {
    match GIVEN.try_with(Arc::clone) {
        Ok(note) => CARRIED.scope(note, change).await,
        Err(_) => change.await,
    }
}

/// For a backend: the note to keep with the change that this task makes now.
pub fn carried() -> Option<Arc<Note>> {
    let note = CARRIED.try_with(Arc::clone).ok();
    note.filter(|note| !note.is_kept())
}

/// Whether a change was made, by what a backend says of it.
pub trait Happened {
    /// Whether it was.
    fn happened(&self) -> bool;
}

impl Happened for () {
    fn happened(&self) -> bool {
        true
    }
}

impl Happened for bool {
    fn happened(&self) -> bool {
        *self
    }
}

/// The rows that were changed.
impl Happened for usize {
    fn happened(&self) -> bool {
        *self > 0
    }
}

/// Nothing where it was refused.
impl<T: Happened> Happened for Option<T> {
    fn happened(&self) -> bool {
        self.as_ref().is_some_and(Happened::happened)
    }
}
