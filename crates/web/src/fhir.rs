//! One handler per interaction: extract, call the service, render.

mod capabilities;
mod create;
mod delete;
mod file;
mod history;
mod patch;
mod read;
mod search;
mod shown;
mod transaction;
mod update;
mod vread;
mod written;

pub(crate) use capabilities::capabilities;
pub(crate) use create::create;
pub(crate) use delete::delete;
pub(crate) use file::{file, file_address};
pub(crate) use history::history;
pub(crate) use patch::patch;
pub(crate) use read::read;
pub(crate) use search::{search, search_by_form};
pub(crate) use transaction::transaction;
pub(crate) use update::update;
pub(crate) use vread::vread;
