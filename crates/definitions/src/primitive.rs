//! The primitive data types of R4.

/// A primitive type; each has its own JSON form and lexical rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Primitive {
    /// `boolean`: a JSON boolean.
    Boolean,
    /// `integer`: a JSON number, 32 bit signed.
    Integer,
    /// `unsignedInt`: a JSON number, 0 to 2,147,483,647.
    UnsignedInt,
    /// `positiveInt`: a JSON number, 1 to 2,147,483,647.
    PositiveInt,
    /// `decimal`: a JSON number of any precision.
    Decimal,
    /// `string`
    String,
    /// `markdown`
    Markdown,
    /// `code`: no leading, trailing or doubled white space.
    Code,
    /// `id`: 1 to 64 of `A–Z a–z 0–9 - .`
    Id,
    /// `uri`
    Uri,
    /// `url`
    Url,
    /// `canonical`: a URI, optionally with `|version`.
    Canonical,
    /// `oid`: `urn:oid:…`
    Oid,
    /// `uuid`: `urn:uuid:…`
    Uuid,
    /// `base64Binary`
    Base64Binary,
    /// `date`: a year, year and month, or day.
    Date,
    /// `dateTime`: a date, or a day with time and zone.
    DateTime,
    /// `instant`: a day with time to the second and zone.
    Instant,
    /// `time`: `hh:mm:ss`, fraction allowed.
    Time,
    /// `xhtml`: the content of a narrative.
    Xhtml,
}

/// Every primitive with its name in the standard.
const NAMES: [(Primitive, &str); 20] = [
    (Primitive::Boolean, "boolean"),
    (Primitive::Integer, "integer"),
    (Primitive::UnsignedInt, "unsignedInt"),
    (Primitive::PositiveInt, "positiveInt"),
    (Primitive::Decimal, "decimal"),
    (Primitive::String, "string"),
    (Primitive::Markdown, "markdown"),
    (Primitive::Code, "code"),
    (Primitive::Id, "id"),
    (Primitive::Uri, "uri"),
    (Primitive::Url, "url"),
    (Primitive::Canonical, "canonical"),
    (Primitive::Oid, "oid"),
    (Primitive::Uuid, "uuid"),
    (Primitive::Base64Binary, "base64Binary"),
    (Primitive::Date, "date"),
    (Primitive::DateTime, "dateTime"),
    (Primitive::Instant, "instant"),
    (Primitive::Time, "time"),
    (Primitive::Xhtml, "xhtml"),
];

impl Primitive {
    /// The primitive with this exact name.
    pub fn parse(name: &str) -> Option<Self> {
        NAMES.iter().find(|(_, n)| *n == name).map(|(p, _)| *p)
    }

    /// The name as the standard spells it.
    pub fn name(self) -> &'static str {
        NAMES
            .iter()
            .find(|(p, _)| *p == self)
            .map_or("", |(_, n)| *n)
    }
}
