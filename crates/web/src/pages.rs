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

pub use assets::asset;
pub use dashboard::{dashboard, to_dashboard};
pub use docs::{docs_index, docs_of_type};
pub use health::health;
pub use home::home;
pub use lost::{lost, wrong_method};

/// The version shown at the foot of every page.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
