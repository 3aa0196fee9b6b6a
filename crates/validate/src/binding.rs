//! What a binding has to say about a value.

use cresset_definitions::{Binding, Strength, TypeIx};
use cresset_model::Element;

use crate::issue::{Issue, IssueType, Issues, Severity};
use crate::place::Place;
use crate::profiles::{Member, Profiles};

/// What a binding says.
pub(crate) enum Judgement {
    /// Nothing.
    Fine,
    /// The code is not in the value set; the end of a sentence that begins with the place.
    Outside(Severity, String),
    /// The codes of the value set are not known here.
    Open,
}

/// Codes the validator could not judge, because it does not know the value set they must come from.
/// Who knows more terminology decides, and says so with [`outside`](Self::outside) or
/// [`unknown`](Self::unknown).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unjudged {
    /// The value set, as the binding names it (perhaps with a `|version`).
    pub value_set: &'static str,
    /// The codes; one of them in the value set is enough. There are none where the value is a text.
    pub codes: Vec<Code>,
    /// Required or extensible.
    strength: Strength,
    path: String,
    /// The place as sentences name it.
    place: String,
    /// The name of the profile that asks.
    profile: Option<&'static str>,
}

/// A code of a value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Code {
    /// Its system, as a `Coding` or `Quantity` has one; a `code` has none.
    pub system: Option<String>,
    /// The code.
    pub code: String,
}

impl Unjudged {
    /// What to say when none of the codes is in the value set.
    pub fn outside(&self) -> Issue {
        let (severity, text) = outside(self.strength, self.value_set);
        self.issue(severity, IssueType::CodeInvalid, &text)
    }

    /// What to say when nobody knows.
    pub fn unknown(&self) -> Issue {
        let text = not_checked(self.value_set);
        self.issue(Severity::Information, IssueType::NotFound, &text)
    }

    fn issue(&self, severity: Severity, code: IssueType, text: &str) -> Issue {
        let place = &self.place;
        Issue {
            severity,
            code,
            path: self.path.clone(),
            text: match self.profile {
                Some(profile) => format!("{place} {text} (profile {profile})"),
                None => format!("{place} {text}"),
            },
        }
    }
}

/// A required binding refuses, an extensible one warns, the others say nothing; where the codes are
/// not known here, that is said.
pub(crate) fn judge(
    binding: &Binding,
    value: Element<'_>,
    type_ix: TypeIx,
    profiles: &Profiles,
) -> Judgement {
    if matches!(binding.strength, Strength::Preferred | Strength::Example) {
        return Judgement::Fine;
    }
    let outside = || {
        let (severity, text) = outside(binding.strength, binding.url);
        Judgement::Outside(severity, text)
    };
    match profiles.coded(binding.url, value, type_ix) {
        Member::Yes => Judgement::Fine,
        Member::No if binding.strength == Strength::Required => outside(),
        // A text alone, or a reason for its absence, is no wrong code.
        Member::No if value.as_str().is_none() && value.get("coding").is_none() => Judgement::Fine,
        Member::No => outside(),
        Member::Unknown => Judgement::Open,
    }
}

/// Notes codes that nobody here can judge, of a binding a profile has or a type.
pub(crate) fn leave_open(
    binding: &'static Binding,
    value: Element<'_>,
    (place, profile): (&Place<'_>, Option<&'static str>),
    issues: &mut Issues,
) {
    issues.leave_open(Unjudged {
        value_set: binding.url,
        codes: codes(value),
        strength: binding.strength,
        path: place.path(),
        place: place.json_path(),
        profile,
    });
}

/// The codes of a `code`, `Coding`, `CodeableConcept` or `Quantity`.
fn codes(value: Element<'_>) -> Vec<Code> {
    if let Some(code) = value.as_str() {
        let (system, code) = (None, code.to_owned());
        return vec![Code { system, code }];
    }
    let text = |of: Element<'_>, name| of.get(name).and_then(Element::as_str).map(str::to_owned);
    let coded = |of| {
        // A code without its system is a code of nothing.
        let system = Some(text(of, "system").unwrap_or_default());
        text(of, "code").map(|code| Code { system, code })
    };
    match value.get("coding") {
        Some(codings) => codings.items().filter_map(coded).collect(),
        None => coded(value).into_iter().collect(),
    }
}

fn outside(strength: Strength, url: &str) -> (Severity, String) {
    if strength == Strength::Required {
        let text = format!("must have a code of the value set {url}");
        (Severity::Error, text)
    } else {
        let text = format!("should have a code of the value set {url}, if one fits");
        (Severity::Warning, text)
    }
}

fn not_checked(url: &str) -> String {
    format!("was not checked: the value set {url} is not loaded")
}
