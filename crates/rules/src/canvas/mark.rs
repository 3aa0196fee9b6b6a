//! Types of which an update changes one thing: that they were entered in error.
//!
//! Every required element must be sent again, and nothing else of it is taken over: what is stored
//! is the version before, marked.

use cresset_model::Value;

use crate::edit;
use crate::write::Around;

/// Makes the body of an update the current version, changed by `mark`; a create is left alone.
/// Answers whether it was an update.
pub(super) fn current(
    body: &mut Value,
    around: &Around<'_>,
    mark: impl FnOnce(&mut Value),
) -> bool {
    let (true, Some(current)) = (around.is_update(), around.current) else {
        return around.is_update();
    };
    let recorder = body.get("recorder").cloned();
    let mut marked = current.clone();
    mark(&mut marked);
    if let Some(recorder) = recorder {
        marked.set("recorder", recorder);
    }
    *body = marked;
    true
}

/// Marks by the element `status`.
pub(super) fn status(marked: &mut Value) {
    marked.set("status", edit::string("entered-in-error"));
}

/// Verification statuses in words.
pub(super) const VERIFICATION: [(&str, &str); 2] = [
    ("confirmed", "Confirmed"),
    ("entered-in-error", "Entered in Error"),
];

/// Marks by `verificationStatus`; R4 wants no `clinicalStatus` beside it (`ait-2`, `con-5`).
pub(super) fn verification(marked: &mut Value, system: &str) {
    marked.set(
        "verificationStatus",
        edit::concept(system, "entered-in-error"),
    );
    edit::tell(marked.get_mut("verificationStatus"), &VERIFICATION);
    marked.remove("clinicalStatus");
}
