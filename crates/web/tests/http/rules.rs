//! What an instance does that wears a rule set.

use cresset_base::Limits;

use super::practice::{Answer, HOST, Practice};

mod envelope;

/// A practice that wears `canvas`.
pub(crate) async fn canvas() -> Practice {
    Practice::with(Limits::default(), |settings| {
        "canvas".clone_into(&mut settings.rules);
    })
    .await
}

/// A patient the set accepts; members of `more` come last.
pub(crate) fn patient(more: &str) -> String {
    format!(
        r#"{{"resourceType":"Patient","extension":[{{"url":"http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex","valueCode":"F"}}],"name":[{{"use":"official","family":"Bell","given":["Ada"]}}],"gender":"female","birthDate":"1985-12-10"{more}}}"#
    )
}

/// The id at the end of `Location`.
pub(crate) fn located(answer: &Answer) -> String {
    assert_eq!(answer.status, 201, "{answer:?}");
    let (_, id) = answer.header("location").rsplit_once('/').unwrap();
    id.to_owned()
}
