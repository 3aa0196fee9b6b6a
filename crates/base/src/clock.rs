//! Time as a parameter.

/// An instant in UTC with nanosecond resolution.
pub type Timestamp = jiff::Timestamp;

/// Where the present comes from. The binary passes the real one, tests a manual one.
pub trait Clock: Send + Sync + 'static {
    /// The present instant.
    fn now(&self) -> Timestamp;
}
