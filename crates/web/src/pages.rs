//! Pages for people: one template each, no script, nothing from elsewhere.

mod assets;
mod dashboard;
mod docs;
mod health;
mod home;
mod lost;
mod number;
mod page;
mod site;

pub(crate) use assets::asset;
pub(crate) use dashboard::{dashboard, to_dashboard};
pub(crate) use docs::{docs_index, docs_of_type};
pub(crate) use health::health;
pub(crate) use home::home;
pub(crate) use lost::no_such_page;

/// The version shown at the foot of every page.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");
