//! How values become keys: the part of the layout that every backend shares.

pub mod encode;
pub mod parameters;
pub mod redefined;
pub mod rid;
pub mod sortable;
pub mod words;

pub use encode::{Encoder, Keys, Subject, Terms, encode};
pub use parameters::{
    Assigned, IndexState, Own, Parameters, Slot, StoredParameter, column_of, columns_of, number_of,
    own_column,
};
pub use redefined::{Redefined, numbers, redefined};
pub use rid::Rid;
pub use words::{WordsOf, finds_longer};
