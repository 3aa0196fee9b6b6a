//! SQLite's errors in the words of the store.

use cresset_store::Error;
use rusqlite::ErrorCode;

/// What the layer above is told of a database error.
pub(crate) fn store_error(error: &rusqlite::Error) -> Error {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => Error::StorageFull,
        Some(ErrorCode::OperationInterrupted) => Error::TimedOut,
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Error::Busy,
        // A write past a quota or a file size limit reaches SQLite as a failed write.
        Some(ErrorCode::SystemIoFailure) if is_failed_write(error) => Error::StorageFull,
        _ => Error::Failed(error.to_string()),
    }
}

fn is_failed_write(error: &rusqlite::Error) -> bool {
    const WRITES: [i32; 3] = [
        rusqlite::ffi::SQLITE_IOERR_WRITE,
        rusqlite::ffi::SQLITE_IOERR_FSYNC,
        rusqlite::ffi::SQLITE_IOERR_TRUNCATE,
    ];
    matches!(error, rusqlite::Error::SqliteFailure(e, _) if WRITES.contains(&e.extended_code))
}

/// An error of this room that is not SQLite's.
pub(crate) fn failed(text: impl Into<String>) -> Error {
    Error::Failed(text.into())
}
