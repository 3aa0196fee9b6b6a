//! Pages for people: one template each, no script, nothing from elsewhere.

mod assets;
mod dashboard;
mod docs;
mod failed;
mod health;
mod home;
mod lost;
mod number;
mod page;
mod sandbox;
mod site;

pub(crate) use assets::asset;
pub(crate) use dashboard::{dashboard, to_dashboard};
pub(crate) use docs::{docs_index, docs_of_type};
pub(crate) use failed::failed;
pub(crate) use health::health;
pub(crate) use home::home;
pub(crate) use sandbox::sandbox_token;

/// The version shown at the foot of every page.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");
