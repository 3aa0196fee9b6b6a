//! Why bytes are not a document.

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FaultKind {
    /// Breaks the grammar of JSON.
    NotJson,
    /// An object names the same member twice.
    DuplicateKey,
    /// Nested deeper than [`crate::Bounds::depth_max`].
    TooDeep,
    /// More values than [`crate::Bounds::values_max`], or 2 GiB and more.
    TooManyValues,
    /// Half of a UTF-16 surrogate pair.
    LoneSurrogate,
    /// Not UTF-8.
    NotUtf8,
    /// More than white space after the value.
    TrailingContent,
    /// Nothing but white space.
    Empty,
}

impl FaultKind {
    fn sentence(self) -> &'static str {
        match self {
            Self::NotJson => "this is not JSON",
            Self::DuplicateKey => "a member name occurs twice in one object",
            Self::TooDeep => "the content is nested too deeply",
            Self::TooManyValues => "the content holds too many values",
            Self::LoneSurrogate => "an escape names half of a surrogate pair",
            Self::NotUtf8 => "the content is not UTF-8",
            Self::TrailingContent => "there is more after the end of the JSON value",
            Self::Empty => "there is no content",
        }
    }
}

/// A fault and its place. Its text never repeats anything of the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong.
    pub kind: FaultKind,
    /// Byte offset of the place.
    pub offset: usize,
    /// Line, from 1.
    pub line: u32,
    /// Character of the line, from 1.
    pub column: u32,
}

impl Fault {
    pub(super) fn at(kind: FaultKind, offset: usize, bytes: &[u8]) -> Self {
        let (line, column) = place(bytes, offset);
        Self {
            kind,
            offset,
            line,
            column,
        }
    }
}

/// The line and the character of the line at which a byte of a text stands, both from 1.
pub fn place(text: &[u8], offset: usize) -> (u32, u32) {
    let before = text.get(..offset.min(text.len())).unwrap_or_default();
    let (newlines, line) = before
        .split(|&b| b == b'\n')
        .enumerate()
        .last()
        .unwrap_or_default();
    // Continuation bytes of UTF-8 begin no character.
    let characters = line.iter().filter(|&&b| b & 0xC0 != 0x80).count();
    let one_based = |n: usize| u32::try_from(n).unwrap_or(u32::MAX).saturating_add(1);
    (one_based(newlines), one_based(characters))
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sentence = self.kind.sentence();
        match self.kind {
            FaultKind::Empty => f.write_str(sentence),
            _ => write!(f, "{sentence} (line {}, column {})", self.line, self.column),
        }
    }
}

impl std::error::Error for Fault {}
