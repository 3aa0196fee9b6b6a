//! JSON bodies.

use cresset_model::{Bounds, parse};

use crate::written;

pub(crate) const SEEDS: &[&str] = &[
    crate::PATIENT,
    r#"{"a":[1.50e-3,-0,true,null,"\u00e9\ud83d\ude00\n"],"b":{"c":[]}}"#,
];

/// What is read is written so that reading it again gives the same, to the byte.
pub(crate) fn json(bytes: &[u8]) -> bool {
    let Ok(tree) = parse(bytes, Bounds::default()) else {
        return false;
    };
    let once = written(&tree);
    let again = parse(&once, Bounds::default()).map(|tree| written(&tree));
    assert!(
        again.is_ok_and(|again| again == once),
        "what is written is read as it was"
    );
    true
}
