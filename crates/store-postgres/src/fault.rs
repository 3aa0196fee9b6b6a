//! PostgreSQL's errors in the words of the store.

use cresset_store::Error;
use deadpool_postgres::PoolError;
use tokio_postgres::error::SqlState;

/// What the layer above is told of a database error.
pub(crate) fn store_error(error: &tokio_postgres::Error) -> Error {
    if error.is_closed() {
        return Error::Busy;
    }
    let Some(said) = error.as_db_error() else {
        // Nothing the server said: it went away, or could not be reached.
        let cause = std::error::Error::source(error);
        let is_io = cause.is_some_and(<dyn std::error::Error>::is::<std::io::Error>);
        return if is_io {
            Error::Busy
        } else {
            Error::failed(error.to_string())
        };
    };
    match said.code() {
        &SqlState::DISK_FULL => Error::StorageFull,
        &SqlState::QUERY_CANCELED => Error::TimedOut,
        &SqlState::ADMIN_SHUTDOWN
        | &SqlState::CRASH_SHUTDOWN
        | &SqlState::CANNOT_CONNECT_NOW
        | &SqlState::TOO_MANY_CONNECTIONS
        | &SqlState::LOCK_NOT_AVAILABLE
        | &SqlState::T_R_DEADLOCK_DETECTED
        | &SqlState::T_R_SERIALIZATION_FAILURE => Error::Busy,
        code => Error::failed(format!("{}: {}", code.code(), said.message())),
    }
}

/// What the layer above is told when there was no connection to be had.
pub(crate) fn pool_error(error: PoolError) -> Error {
    match error {
        PoolError::Backend(error) => store_error(&error),
        PoolError::Timeout(_) => Error::Busy,
        other => Error::failed(other.to_string()),
    }
}
