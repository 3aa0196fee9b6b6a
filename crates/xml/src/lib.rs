//! The XML form of a resource (R4 §2.6.1): out of a tree, and into the JSON the server stores.
//!
//! JSON is the form everything here works with; XML is another coat of the same resource. So
//! [`write()`] makes XML of a parsed tree and [`read()`] makes JSON of XML, and neither changes
//! what a resource says: digits of decimals, extensions of primitives, narrative and contained
//! resources pass through as they are. Elements come out in the order of their definition, which
//! XML demands; comments outside a narrative are dropped.
//!
//! What comes in is refused unless it is plain: no document type, no entity but the five of XML,
//! no processing instruction, no foreign namespace, no element or attribute the definition does
//! not know, nothing deeper or larger than its bounds. Whether values are right is not asked here:
//! the JSON goes the way of every body, through `validate`.
//!
//! Start with [`read()`], then `read/object.rs`.

mod fault;
mod read;
mod shape;
mod write;

pub use fault::{Fault, FaultKind};
pub use read::read;
pub use write::{Inexpressible, Layout, write};

/// The namespace of every element of a resource.
const FHIR: &str = "http://hl7.org/fhir";
/// The namespace of the text of a narrative.
const XHTML: &str = "http://www.w3.org/1999/xhtml";
/// The namespace of `xsi:schemaLocation`, which tools write and nobody needs.
const SCHEMA_INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";
