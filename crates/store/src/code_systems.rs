//! Code systems the operator loaded from release files, one copy for every instance of a node.
//!
//! They are published tables and hold nothing of any patient, app or practice, so no `Access` stands
//! before them. One version of a system is loaded at a time; a newer one takes its place when the
//! last of its files has been read.

use crate::Error;

/// A code system that is loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadedSystem {
    /// The canonical URL, as it stands in `Coding.system`.
    pub url: String,
    /// The name people know it by.
    pub name: String,
    /// The version of the release, where it was told.
    pub version: Option<String>,
}

/// A code of a loaded system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadedConcept {
    /// The code.
    pub code: String,
    /// What the release calls it first.
    pub display: Option<String>,
    /// Whether the release still recommends it.
    pub active: bool,
    /// The codes directly above it.
    pub parents: Vec<String>,
}

/// One line of a release file, as far as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Row {
    /// There is such a code.
    Concept {
        /// The code.
        code: String,
        /// Whether it is still recommended.
        active: bool,
    },
    /// A name of a code; of several, the one with the lowest rank is its display.
    Display {
        /// The code.
        code: String,
        /// The name.
        text: String,
        /// 0 for the name that is preferred.
        rank: u8,
    },
    /// One code stands directly below another.
    Parent {
        /// The code below.
        code: String,
        /// The code above.
        parent: String,
    },
}

/// What can be asked of the loaded code systems.
pub trait CodeSystems: Send + Sync + 'static {
    /// All of them, by URL.
    ///
    /// # Errors
    /// When they cannot be read.
    fn systems(&self) -> Result<Vec<LoadedSystem>, Error>;

    /// The code system of this URL.
    ///
    /// # Errors
    /// When it cannot be read.
    fn system(&self, url: &str) -> Result<Option<LoadedSystem>, Error>;

    /// One code, compared as written.
    ///
    /// # Errors
    /// When it cannot be read.
    fn concept(&self, url: &str, code: &str) -> Result<Option<LoadedConcept>, Error>;

    /// Whether `above` is an ancestor of `code`; false when they are the same.
    ///
    /// # Errors
    /// When it cannot be read.
    fn subsumes(&self, url: &str, above: &str, code: &str) -> Result<bool, Error>;

    /// Codes in order, at most `most` of them: those below `above`, without itself, or all.
    ///
    /// # Errors
    /// When they cannot be read.
    fn codes(
        &self,
        url: &str,
        above: Option<&str>,
        most: usize,
    ) -> Result<Vec<LoadedConcept>, Error>;
}

/// Where release files are loaded into.
pub trait CodeSystemLoader {
    /// Begins to load a system, or goes on with what an earlier run of the same version left undone.
    ///
    /// # Errors
    /// When it cannot be written.
    fn begin(&mut self, system: &LoadedSystem) -> Result<(), Error>;

    /// How many lines of this file are kept already. `stamp` changes when the file does.
    ///
    /// # Errors
    /// When it cannot be read.
    fn done(&mut self, file: &str, stamp: &str) -> Result<u64, Error>;

    /// Keeps rows, and that the file is done up to `lines`; together or not at all.
    ///
    /// # Errors
    /// When they cannot be written.
    fn keep(&mut self, rows: &[Row], at: (&str, &str, u64)) -> Result<(), Error>;

    /// Lets the system take the place of the one before. Answers how many codes it has.
    ///
    /// # Errors
    /// When it cannot be written.
    fn finish(&mut self) -> Result<u64, Error>;
}
