//! Parts every backend is built of; none knows a driver.

pub mod attempts;
pub mod audit;
pub mod chronicle;
pub mod codec;
pub mod condition;
pub mod defining;
pub mod examine;
pub mod facts;
pub mod history;
pub mod identity;
pub mod indexing;
pub mod instant;
pub mod pace;
pub mod prepared;
pub mod shape;
pub mod sizes;
pub mod totals;
pub mod version;
