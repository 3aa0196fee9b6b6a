//! Ids as stored: 16 bytes for a canonical UUID, text for any other.

use cresset_base::ResourceId;
use cresset_store::backend::identity::uuid;
use rusqlite::ToSql;
use rusqlite::types::{ToSqlOutput, ValueRef};

/// An id as a key of the `identity` table.
pub(crate) enum StoredId<'a> {
    Uuid([u8; 16]),
    Text(&'a str),
}

impl<'a> StoredId<'a> {
    pub(crate) fn of(id: &'a ResourceId) -> Self {
        uuid(id.as_str()).map_or(Self::Text(id.as_str()), Self::Uuid)
    }
}

impl ToSql for StoredId<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Uuid(bytes) => ValueRef::Blob(bytes),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
        }))
    }
}
