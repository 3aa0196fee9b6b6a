//! What every backend must do, as checks it runs against itself.
//!
//! A backend's tests give [`all`] a way to make an empty store; word for word the same checks run
//! for each. Start with [`world::World`], the words in which they are written.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "these are tests that happen to live in a library, and end with a panic where a backend is wrong"
)]

pub mod access;
pub mod attempts;
pub mod audit;
pub mod chains;
pub mod crud;
pub mod defined;
pub mod ehr;
pub mod expectations;
pub mod explain;
pub mod filters;
pub mod grants;
pub mod history;
pub mod includes;
pub mod jobs;
pub mod lists;
pub mod mail;
pub mod order;
pub mod paging;
pub mod passkeys;
pub mod people;
pub mod places;
pub mod registrations;
pub mod reindex;
pub mod search;
pub mod types;
pub mod unit;
pub mod units;
pub mod words;
pub mod world;

use world::World;

/// Runs every check, each against an empty store of its own.
pub async fn all(fresh: impl Fn() -> World) {
    crud::all(&fresh).await;
    expectations::all(&fresh).await;
    history::all(&fresh).await;
    unit::all(&fresh).await;
    search::all(&fresh).await;
    filters::all(&fresh).await;
    lists::all(&fresh).await;
    places::all(&fresh).await;
    units::all(&fresh).await;
    words::all(&fresh).await;
    order::all(&fresh).await;
    paging::all(&fresh).await;
    chains::all(&fresh).await;
    includes::all(&fresh).await;
    types::all(&fresh).await;
    ehr::all(&fresh).await;
    access::all(&fresh).await;
    grants::all(&fresh).await;
    people::all(&fresh).await;
    passkeys::all(&fresh).await;
    registrations::all(&fresh).await;
    mail::all(&fresh).await;
    jobs::all(&fresh).await;
    audit::all(&fresh).await;
    attempts::all(&fresh).await;
}
