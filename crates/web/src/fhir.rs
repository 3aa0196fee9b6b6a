//! One handler per interaction: extract, call the service, render.

mod capabilities;
mod create;
mod delete;
mod history;
mod outside;
mod read;
mod search;
mod transaction;
mod update;
mod vread;
mod written;

pub use capabilities::capabilities;
pub use create::create;
pub use delete::delete;
pub use history::history;
pub use outside::{not_found, wrong_method};
pub use read::read;
pub use search::{search, search_by_form};
pub use transaction::transaction;
pub use update::update;
pub use vread::vread;
