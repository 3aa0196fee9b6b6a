//! XML bodies.

use cresset_model::{Bounds, parse};
use cresset_xml::{Layout, read, write};

pub(crate) const SEEDS: &[&str] = &[
    r#"<Patient xmlns="http://hl7.org/fhir"><id value="a"/><text><status value="generated"/><div xmlns="http://www.w3.org/1999/xhtml"><p>a &amp; b</p></div></text><active value="true"/><name><family value="&#214;d"/><given value="A"/></name></Patient>"#,
    r#"<Observation xmlns="http://hl7.org/fhir"><contained><Patient><id value="p"/></Patient></contained><status value="final"/><valueQuantity id="q"><value value="1.50"/></valueQuantity></Observation>"#,
];

/// What is read is JSON, and what of it can be said in XML is read from there as it was.
pub(crate) fn xml(bytes: &[u8]) -> bool {
    let Ok(json) = read(bytes, Bounds::default()) else {
        return false;
    };
    let tree = parse(&json, Bounds::default());
    assert!(tree.is_ok(), "what XML became is JSON");
    let Ok(tree) = tree else {
        return false;
    };
    if let Ok(written) = write(&tree, Layout::Compact) {
        let again = read(&written, Bounds::default());
        assert!(
            again.is_ok_and(|again| again == json),
            "what is written is read as it was"
        );
    }
    true
}
