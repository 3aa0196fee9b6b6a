//! Why XML is no resource.

/// What is wrong. Names come from the definitions or are cut to letters and digits; values of the
/// document are never repeated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FaultKind {
    /// Breaks the grammar of XML.
    NotXml,
    /// Not UTF-8, or declared to be something else.
    NotUtf8,
    /// Nothing in it.
    Empty,
    /// A document type declaration.
    DocumentType,
    /// An entity other than the five of XML.
    Entity,
    /// A processing instruction.
    Instruction,
    /// An element that is not in the namespace it belongs to.
    Namespace,
    /// The outermost element is no resource type of R4.
    UnknownResource(String),
    /// An element its parent does not have.
    UnknownElement(String),
    /// An attribute its element does not have.
    UnknownAttribute(String),
    /// An element that must come before the one ahead of it: (this, that).
    Order(&'static str, &'static str),
    /// An element that occurs more often than it may.
    Repeated,
    /// Neither value nor extension.
    NoValue,
    /// Text where only elements stand.
    Text,
    /// Not exactly one resource where one is held.
    OneResource,
    /// Nested deeper than the bound.
    TooDeep,
    /// More elements than the bound.
    TooManyValues,
}

impl FaultKind {
    fn sentence(&self) -> String {
        match self {
            Self::NotXml => "this is not well-formed XML".to_owned(),
            Self::NotUtf8 => "the content is not UTF-8".to_owned(),
            Self::Empty => "there is no content".to_owned(),
            Self::DocumentType => "a document type declaration is not accepted".to_owned(),
            Self::Entity => {
                "only the entities of XML itself are accepted: &amp; &lt; &gt; &quot; &apos; and numbers".to_owned()
            }
            Self::Instruction => "processing instructions are not accepted".to_owned(),
            Self::Namespace => format!(
                "this element must be in the namespace {} (the text of a narrative in {})",
                crate::FHIR,
                crate::XHTML
            ),
            Self::UnknownResource(name) => format!("'{name}' is not a resource type of FHIR R4"),
            Self::UnknownElement(name) => format!("there is no element '{name}' here"),
            Self::UnknownAttribute(name) => format!("there is no attribute '{name}' here"),
            Self::Order(this, that) => format!("'{this}' must come before '{that}'"),
            Self::Repeated => "this element may occur once".to_owned(),
            Self::NoValue => "this element needs a value or an extension".to_owned(),
            Self::Text => {
                "text stands in the attribute 'value', not between elements".to_owned()
            }
            Self::OneResource => "exactly one resource must stand here".to_owned(),
            Self::TooDeep => "the content is nested too deeply".to_owned(),
            Self::TooManyValues => "the content holds too many values".to_owned(),
        }
    }
}

/// A fault and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong.
    pub kind: FaultKind,
    /// The element, as in `Patient.contact[1].name`; empty outside of all.
    pub path: String,
    /// Line, from 1.
    pub line: u32,
    /// Character of the line, from 1.
    pub column: u32,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sentence = self.kind.sentence();
        if self.kind == FaultKind::Empty {
            return f.write_str(&sentence);
        }
        write!(f, "{sentence} (line {}, column {})", self.line, self.column)?;
        if !self.path.is_empty() {
            write!(f, " at {}", self.path)?;
        }
        Ok(())
    }
}

impl std::error::Error for Fault {}

/// A name of the document, fit to be shown.
pub(crate) fn shown(name: &str) -> String {
    name.chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ':'))
        .take(40)
        .collect()
}
