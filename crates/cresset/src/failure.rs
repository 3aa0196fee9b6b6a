//! Why a command failed, and the exit code that says so.

use std::fmt::Display;
use std::process::ExitCode;

/// What a script can tell apart by the exit code. Code 2 is the argument parser's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Anything else.
    Other = 1,
    /// A setting or an argument cannot be used.
    Settings = 2,
    /// Another process uses the data directory.
    Locked = 3,
    /// The address is taken or may not be listened on.
    Address = 4,
    /// There is no such instance, app or file.
    NotFound = 5,
    /// Some records were refused; the rest is stored.
    Refused = 6,
    /// A check found something wrong.
    Unsound = 7,
}

/// A failure in words for the person at the terminal: what happened, and what to do about it.
#[derive(Debug)]
pub(crate) struct Failure {
    kind: Kind,
    what: String,
    hint: Option<String>,
}

impl Failure {
    pub(crate) fn new(kind: Kind, what: impl Display) -> Self {
        Self {
            kind,
            what: what.to_string(),
            hint: None,
        }
    }

    /// The same failure with a way out of it.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub(crate) fn exit_code(&self) -> ExitCode {
        self.kind.code()
    }

    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }

    pub(crate) fn what(&self) -> &str {
        &self.what
    }

    pub(crate) fn way_out(&self) -> Option<&str> {
        self.hint.as_deref()
    }
}

impl Kind {
    pub(crate) fn code(self) -> ExitCode {
        ExitCode::from(self as u8)
    }
}

/// Adds what was being done to an error.
pub(crate) trait Context<T> {
    /// Turns any error into a failure that says what was being done.
    fn context(self, doing: impl Display) -> Result<T, Failure>;
}

impl<T, E: Display> Context<T> for Result<T, E> {
    fn context(self, doing: impl Display) -> Result<T, Failure> {
        self.map_err(|error| Failure::new(Kind::Other, format!("{doing}: {error}")))
    }
}
