//! How the answers of a rule set look around the resource.

/// What a set says about answers; what an instance's own settings say goes before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Envelope {
    /// The header `Location` of a create.
    pub location: Location,
    /// The body of a successful write, when the caller states no preference.
    pub written: Written,
    /// The words in which faults of a body are told.
    pub wording: Wording,
}

/// The header `Location` of a create.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Location {
    /// `[base]/[type]/[id]/_history/[vid]` (R4 3.1.0.8).
    Version,
    /// `[base]/[type]/[id]`
    Resource,
}

/// The body of a successful create or update.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// The resource as stored.
    Resource,
    /// None.
    Nothing,
}

/// How a fault of a body is worded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wording {
    /// A sentence that begins with the place: `Patient.telecom[0].rank must be …`.
    Sentence,
    /// The steps from the body to the place: `body -> telecom -> 0 -> rank — …`.
    Steps,
}

impl Envelope {
    /// As R4 has it.
    pub const R4: Self = Self {
        location: Location::Version,
        written: Written::Resource,
        wording: Wording::Sentence,
    };
}
