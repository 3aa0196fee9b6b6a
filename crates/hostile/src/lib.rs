//! What holds of any bytes that a stranger sends.
//!
//! Each law is a function of bytes that panics when it is broken. A test here tries each with bytes
//! that are nearly right, the same ones every time; the fuzz targets in `fuzz/` search for ever
//! (`cargo xtask fuzz LAW`). Bytes that are refused satisfy a law: what counts is that a refusal is
//! all that comes of them.
//!
//! This room is for tests alone. It asks public functions and knows nothing of how they work.
//!
//! Start with [`LAWS`].

mod fhirpath;
mod json;
mod page_link;
mod patch;
mod search;
mod xml;

/// A law, and bytes near which it is worth looking.
#[derive(Debug, Clone, Copy)]
pub struct Law {
    /// As `cargo xtask fuzz` calls it.
    pub name: &'static str,
    /// Whether these bytes are accepted; panics when the law does not hold of them.
    pub holds: fn(&[u8]) -> bool,
    /// Bytes it accepts.
    pub seeds: &'static [&'static str],
}

/// Every law.
pub const LAWS: &[Law] = &[
    Law {
        name: "json",
        holds: json::json,
        seeds: json::SEEDS,
    },
    Law {
        name: "xml",
        holds: xml::xml,
        seeds: xml::SEEDS,
    },
    Law {
        name: "search",
        holds: search::search,
        seeds: search::SEEDS,
    },
    Law {
        name: "patch",
        holds: patch::patch,
        seeds: patch::SEEDS,
    },
    Law {
        name: "page_link",
        holds: page_link::page_link,
        seeds: page_link::SEEDS,
    },
    Law {
        name: "fhirpath",
        holds: fhirpath::fhirpath,
        seeds: fhirpath::SEEDS,
    },
];

/// A resource that laws are tried on.
const PATIENT: &str = r#"{"resourceType":"Patient","id":"a","active":true,"name":[{"use":"official","family":"Ödegård","given":["Ann","Bea"]},{"family":"Öd"}],"birthDate":"1970-01-31","multipleBirthInteger":2,"extension":[{"url":"http://example.org/e","valueDecimal":1.50}]}"#;

/// What is well-formed, as it is written.
fn written(tree: &cresset_model::Tree) -> Vec<u8> {
    let mut out = Vec::new();
    tree.root().write(&mut out);
    out
}
