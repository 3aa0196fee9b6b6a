//! Values that a query asks for and a resource offers.

/// FHIR R4 search prefixes (3.1.1.5.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Prefix {
    /// The resource's range lies inside the asked range.
    Eq,
    /// Not [`Prefix::Eq`].
    Ne,
    /// The resource's range reaches above the asked one.
    Gt,
    /// The resource's range reaches below the asked one.
    Lt,
    /// [`Prefix::Gt`] or [`Prefix::Eq`].
    Ge,
    /// [`Prefix::Lt`] or [`Prefix::Eq`].
    Le,
    /// The resource's range starts after the asked one.
    Sa,
    /// The resource's range ends before the asked one.
    Eb,
    /// The ranges overlap; the asked one has been widened when it was parsed (by a tenth of the
    /// distance to now for a date, of the value for a number).
    Ap,
}

/// An inclusive range of instants in milliseconds since 1970 UTC, as wide as the precision written.
///
/// `i64::MIN` and `i64::MAX` stand for an open end of a Period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DateRange {
    /// First millisecond of the range.
    pub start_ms: i64,
    /// Last millisecond of the range.
    pub end_ms: i64,
}

/// A range of numbers `low..high` (half a unit of the last written digit to each side).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NumberRange {
    /// Lowest value, inclusive.
    pub low: f64,
    /// Highest value, exclusive unless equal to `low`.
    pub high: f64,
    /// The value as written.
    pub value: f64,
}

/// A circle on the surface of the earth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Circle {
    /// Degrees north of the equator, -90 to 90.
    pub latitude: f64,
    /// Degrees east of Greenwich, -180 to 180.
    pub longitude: f64,
    /// Metres along the surface, more than 0.
    pub radius_m: f64,
}

/// A token as asked for (3.1.1.5.10). Codes match without regard to case, systems exactly.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum TokenMatch {
    /// `code`: any system or none.
    Code(String),
    /// `system|code`
    SystemAndCode(String, String),
    /// `|code`: no system.
    NoSystem(String),
    /// `system|`: any code of the system.
    System(String),
}

impl TokenMatch {
    /// Whether it asks for a unit of measure: by its code (UCUM codes know upper and lower case), or
    /// by the text people see.
    pub fn is_unit(&self, [system, code, unit]: [&str; 3]) -> bool {
        let named = |asked: &String| asked == code || asked.to_lowercase() == unit.to_lowercase();
        match self {
            Self::Code(asked) => named(asked),
            Self::SystemAndCode(asked_system, asked) => asked_system == system && asked == code,
            Self::NoSystem(asked) => system.is_empty() && named(asked),
            Self::System(asked_system) => asked_system == system,
        }
    }
}
