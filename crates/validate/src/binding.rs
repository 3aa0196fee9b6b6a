//! What a binding has to say about a value.

use cresset_definitions::{Binding, Strength, TypeIx};
use cresset_model::Element;

use crate::issue::{IssueType, Severity};
use crate::profiles::{Member, Profiles};

/// A finding, as the end of a sentence that begins with the place.
pub(crate) type Finding = (Severity, IssueType, String);

/// A required binding refuses, an extensible one warns, the others say nothing; where the codes are
/// not known here, that is said.
pub(crate) fn judge(
    binding: &Binding,
    value: Element<'_>,
    type_ix: TypeIx,
    profiles: &Profiles,
) -> Option<Finding> {
    let required = match binding.strength {
        Strength::Required => true,
        Strength::Extensible => false,
        Strength::Preferred | Strength::Example => return None,
    };
    let url = binding.url;
    match profiles.coded(url, value, type_ix) {
        Member::Yes => None,
        Member::No if required => {
            let text = format!("must have a code of the value set {url}");
            Some((Severity::Error, IssueType::CodeInvalid, text))
        }
        // A text alone, or a reason for its absence, is no wrong code.
        Member::No if value.as_str().is_none() && value.get("coding").is_none() => None,
        Member::No => {
            let text = format!("should have a code of the value set {url}, if one fits");
            Some((Severity::Warning, IssueType::CodeInvalid, text))
        }
        Member::Unknown => {
            let text = format!("was not checked: the value set {url} is not loaded");
            Some((Severity::Information, IssueType::NotFound, text))
        }
    }
}
