//! Patches in their three dialects.

use cresset_base::Limits;
use cresset_fhir::patch::{Dialect, Patch};
use cresset_model::{Bounds, parse};

use crate::{PATIENT, written};

pub(crate) const SEEDS: &[&str] = &[
    r#"[{"op":"test","path":"/active","value":true},{"op":"replace","path":"/name/0/given/1","value":"C"},{"op":"move","from":"/name/0","path":"/name/1"},{"op":"copy","from":"/name","path":"/contact"},{"op":"remove","path":"/birthDate"},{"op":"add","path":"/name/-","value":{"family":"x"}}]"#,
    r#"{"active":null,"name":[{"family":"x"}],"gender":"other"}"#,
    r#"{"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"replace"},{"name":"path","valueString":"Patient.name[0].given[1]"},{"name":"value","valueString":"C"}]}]}"#,
];

/// A patch is applied whole to a copy, or refused: what comes of it can be read, and it comes of it
/// every time.
pub(crate) fn patch(bytes: &[u8]) -> bool {
    let limits = Limits::default();
    let Ok(resource) = parse(PATIENT.as_bytes(), Bounds::default()) else {
        return false;
    };
    let mut accepted = false;
    for dialect in [Dialect::Json, Dialect::Merge, Dialect::FhirPath] {
        let Ok(patch) = Patch::parse(dialect, bytes, &limits) else {
            continue;
        };
        let applied = patch.apply(&resource, &limits).map(|tree| written(&tree));
        let again = patch.apply(&resource, &limits).map(|tree| written(&tree));
        assert_eq!(applied.as_ref().ok(), again.as_ref().ok(), "{dialect:?}");
        if let Ok(body) = applied {
            accepted = true;
            assert!(parse(&body, Bounds::default()).is_ok(), "{dialect:?}");
        }
    }
    assert_eq!(
        written(&resource),
        PATIENT.as_bytes(),
        "a patch changes a copy"
    );
    accepted
}
