//! A place in an ordered result, and the bytes it travels as.

use cresset_definitions::ResourceType;

use super::statement::Arg;
use crate::layout::Rid;
use crate::store::{Cursor, Error};

/// Where a page begins: after one row of the result, in one direction.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Place {
    /// Towards the beginning of the result.
    pub(crate) backward: bool,
    /// The highest integer of each type when the walk began: what is created later is left out.
    pub(crate) snapshots: Vec<i64>,
    /// What the first page counted.
    pub(crate) total: Option<u64>,
    /// What orders a result that asked for no order, where that is cheaper.
    pub(crate) implied: Option<Implied>,
    /// Sort keys of the row.
    pub(crate) keys: Vec<Arg>,
    /// Integer of the row.
    pub(crate) rid: i64,
}

/// An order nobody asked for: along the values of one column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Implied {
    pub(crate) column: i64,
    pub(crate) descending: bool,
}

impl Place {
    /// What the first page of this walk counted.
    pub fn total(&self) -> Option<u64> {
        self.total
    }

    /// Whether it leads towards the beginning of the result.
    pub fn is_backward(&self) -> bool {
        self.backward
    }

    /// The highest integer of a type when the walk began.
    pub(crate) fn snapshot(&self, of: ResourceType) -> Option<i64> {
        let mut snapshots = self.snapshots.iter().copied();
        snapshots.find(|rid| Rid(*rid).resource_type() == Some(of))
    }

    /// The place a cursor stands for.
    ///
    /// # Errors
    /// [`Error::BadCursor`] when the bytes are none of ours.
    pub fn read(cursor: &Cursor) -> Result<Self, Error> {
        postcard::from_bytes(&cursor.0).map_err(|_| Error::BadCursor)
    }

    /// The cursor that stands for this place.
    pub fn cursor(&self) -> Cursor {
        Cursor(postcard::to_stdvec(self).unwrap_or_default())
    }
}
