//! What a backend must offer, and the planner that turns a query and an `Access` into one statement.
//!
//! There is no read without an [`cresset_access::Access`]. A write is a list of
//! [`Change`]s that commit together or not at all; it is acknowledged after the commit is durable.
//!
//! [`store`], [`grant`], [`user`], [`attempt`], [`session`], [`consent`], [`patient`],
//! [`registration`], [`job`], [`audit`], [`secret`], [`code_systems`] and [`instances`]
//! are the traits. [`layout`] says how
//! the values of a resource become keys of integers, [`plan`] how a search becomes statements over
//! those keys; both are shared by all backends, which differ in driver, spelling and bulk path.
//! [`backend`] holds the parts every backend is built of.
//! `contract` (feature `contract-tests`) holds the checks each backend runs against itself.
//!
//! This room knows no driver and runs no statement. Start with [`Store`], then [`plan::Planner`].

pub mod attempt;
pub mod audit;
pub mod backend;
pub mod code_systems;
pub mod consent;
#[cfg(feature = "contract-tests")]
pub mod contract;
pub mod explain;
pub mod grant;
pub mod instances;
pub mod job;
pub mod layout;
pub mod logo;
pub mod mail;
pub mod note;
pub mod passkey;
pub mod patient;
pub mod plan;
pub mod registration;
pub mod secret;
pub mod session;
pub mod store;
pub mod user;
pub mod verify;
pub mod visibility;
pub mod write;

pub use cresset_search::Unindexed;

pub use audit::{Audit, AuditAsk, AuditRecord, Recorded, Trail, Whose};
pub use code_systems::{CodeSystems, LoadedConcept, LoadedSystem};
pub use explain::{Explanation, Outline};
pub use instances::{
    AsSet, AuditSync, AuthorizationOptions, ClientRegistration, Deletes, ErrorDialect,
    InstanceSettings, Instances, LinkStyle, Place, Registrants,
};
pub use job::{Completion, Job, JobAnswer, JobState, Jobs, JobsDue, Lease, Stage, Taken};
pub use patient::Patients;
pub use registration::Registrations;
pub use secret::Secrets;
pub use store::{
    AuthStore, Cursor, Error, Found, HistoryPage, Reindexed, SearchPage, Store, Version,
};
pub use write::{Change, Draft, Expectation, Precondition, Refusal, Seen, Unit, Written};
