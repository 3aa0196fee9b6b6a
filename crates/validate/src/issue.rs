//! What is wrong with a resource, in the words of `OperationOutcome`.

use crate::binding::Unjudged;
use crate::place::Place;

/// One fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// How bad it is.
    pub severity: Severity,
    /// What kind of fault it is.
    pub code: IssueType,
    /// Where, as the simple FHIRPath `OperationOutcome.issue.expression` wants: `Patient.telecom[0].rank`.
    pub path: String,
    /// A sentence that begins with the place and holds no value of the resource.
    pub text: String,
}

/// How much an answer says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Detail {
    /// Only what refuses the resource; warnings are not even looked for.
    #[default]
    Refusals,
    /// Warnings, and what was not checked.
    Everything,
}

/// FHIR `IssueSeverity`, as far as it is used here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Severity {
    /// The resource must not be stored.
    Error,
    /// The resource is doubtful.
    Warning,
    /// Something to know: what was not checked, what a profile wants supported.
    Information,
}

/// FHIR `IssueType`, as far as it is used here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IssueType {
    /// `structure`: an element that does not exist, or the wrong JSON type.
    Structure,
    /// `required`: an element that is missing.
    Required,
    /// `value`: a value out of its range or form.
    Value,
    /// `invariant`: a rule of the type is broken.
    Invariant,
    /// `code-invalid`: a code that is not in the value set.
    CodeInvalid,
    /// `security`: active content.
    Security,
    /// `too-long`: nested or counted beyond a bound.
    TooLong,
    /// `too-costly`: a rule that would take more steps than it may.
    TooCostly,
    /// `extension`: an extension that changes the meaning and is not known here.
    Extension,
    /// `not-found`: a profile or value set that is not known here.
    NotFound,
    /// `informational`: nothing is wrong.
    Informational,
}

impl Severity {
    /// The code in the standard.
    pub fn code(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Information => "information",
        }
    }
}

impl IssueType {
    /// The code in the standard.
    pub fn code(self) -> &'static str {
        match self {
            Self::Structure => "structure",
            Self::Required => "required",
            Self::Value => "value",
            Self::Invariant => "invariant",
            Self::CodeInvalid => "code-invalid",
            Self::Security => "security",
            Self::TooLong => "too-long",
            Self::TooCostly => "too-costly",
            Self::Extension => "extension",
            Self::NotFound => "not-found",
            Self::Informational => "informational",
        }
    }
}

/// The faults found so far, bounded.
pub(crate) struct Issues {
    list: Vec<Issue>,
    max: usize,
    detail: Detail,
    /// Errors found, kept or not.
    errors: usize,
    /// Paths of what is not as its type says, with how: what is said of it is said once.
    harms: Vec<(String, Harm)>,
    /// Codes nobody here can judge, where they are asked for.
    open: Option<Vec<Unjudged>>,
}

/// How a value is not as its type says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Harm {
    /// It is missing or malformed: neither it nor what lies below it can be judged further.
    Unusable,
    /// It has a wrong code or points to a wrong type.
    Wrong,
}

impl Issues {
    pub(crate) fn new(max: usize, detail: Detail) -> Self {
        Self {
            list: Vec::new(),
            max,
            detail,
            errors: 0,
            harms: Vec::new(),
            open: None,
        }
    }

    /// The same, keeping the codes nobody here can judge.
    pub(crate) fn with_open(max: usize, detail: Detail) -> Self {
        Self {
            open: Some(Vec::new()),
            ..Self::new(max, detail)
        }
    }

    /// Whether codes that cannot be judged are of interest.
    pub(crate) fn wants_open(&self) -> bool {
        self.open.is_some() || self.wants_remarks()
    }

    /// Keeps codes that cannot be judged, or says so.
    pub(crate) fn leave_open(&mut self, unjudged: Unjudged) {
        if let Some(open) = &mut self.open {
            open.push(unjudged);
            return;
        }
        let issue = unjudged.unknown();
        if self.wants_remarks() && !self.full() && !self.list.contains(&issue) {
            self.list.push(issue);
        }
    }

    /// Notes an error: the sentence is the place followed by `text`.
    pub(crate) fn error(&mut self, code: IssueType, place: &Place<'_>, text: &str) {
        self.errors += 1;
        self.note(Severity::Error, code, place, text);
    }

    /// Notes what an error does to the value at `place`.
    pub(crate) fn harm(&mut self, place: &Place<'_>, harm: Harm) {
        if !self.full() {
            self.harms.push((place.path(), harm));
        }
    }

    /// Whether the value at this path, or what holds it, is missing or malformed.
    pub(crate) fn is_unusable(&self, path: &str) -> bool {
        let mut harms = self.harms.iter();
        harms.any(|(harmed, harm)| *harm == Harm::Unusable && is_within(path, harmed))
    }

    /// Whether the value at this path itself was found wrong.
    pub(crate) fn is_wrong(&self, path: &str) -> bool {
        let mut harms = self.harms.iter();
        harms.any(|(harmed, harm)| *harm == Harm::Wrong && harmed == path)
    }

    /// Whether an error, from the `since`th issue on, is about a value of this path itself rather
    /// than something below it.
    pub(crate) fn is_harmed(&self, path: &str, since: usize) -> bool {
        let errors = self.list.iter().skip(since);
        let mut errors = errors.filter(|issue| issue.severity == Severity::Error);
        let mut harms = self.harms.iter();
        errors.any(|issue| is_a_value_of(&issue.path, path))
            || harms.any(|(harmed, _)| is_a_value_of(harmed, path))
    }

    /// Whether an error is about the value at this path or one of its children itself.
    pub(crate) fn is_child_harmed(&self, path: &str) -> bool {
        let errors = self.list.iter().filter(|i| i.severity == Severity::Error);
        let paths = errors.map(|issue| issue.path.as_str());
        let harms = self.harms.iter().map(|(harmed, _)| harmed.as_str());
        let is_near = |found: &str| {
            let below = found.strip_prefix(path);
            below.is_some_and(|rest| is_within(found, path) && rest.matches('.').count() < 2)
        };
        paths.chain(harms).any(is_near)
    }

    /// Whether an error is about what lies at or below a path.
    pub(crate) fn has_error_within(&self, path: &str) -> bool {
        let is_error = |issue: &&Issue| issue.severity == Severity::Error;
        let mut errors = self.list.iter().filter(is_error);
        errors.any(|issue| is_within(&issue.path, path))
    }

    /// Whether something at or below a path is not as its type says.
    pub(crate) fn has_harm_within(&self, path: &str) -> bool {
        let mut harms = self.harms.iter();
        harms.any(|(harmed, _)| is_within(harmed, path))
    }

    /// Issues kept so far.
    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    /// Notes a warning or an information, where those are asked for.
    pub(crate) fn remark(
        &mut self,
        severity: Severity,
        code: IssueType,
        place: &Place<'_>,
        text: &str,
    ) {
        if self.detail == Detail::Everything {
            self.note(severity, code, place, text);
        }
    }

    fn note(&mut self, severity: Severity, code: IssueType, place: &Place<'_>, text: &str) {
        if self.full() {
            return;
        }
        let issue = Issue {
            severity,
            code,
            path: place.path(),
            text: format!("{} {text}", place.json_path()),
        };
        // A profile may find again what the type or another profile has found.
        if !self.list.contains(&issue) {
            self.list.push(issue);
        }
    }

    /// Errors found so far.
    pub(crate) fn errors(&self) -> usize {
        self.errors
    }

    /// Whether warnings and informations are wanted.
    pub(crate) fn wants_remarks(&self) -> bool {
        self.detail == Detail::Everything
    }

    /// Whether looking further is in vain.
    pub(crate) fn full(&self) -> bool {
        self.list.len() >= self.max
    }

    pub(crate) fn into_list(self) -> Vec<Issue> {
        self.list
    }

    /// The issues, and the codes nobody here can judge.
    pub(crate) fn into_parts(self) -> (Vec<Issue>, Vec<Unjudged>) {
        (self.list, self.open.unwrap_or_default())
    }
}

/// Whether `path` is `above` or lies below it.
fn is_within(path: &str, above: &str) -> bool {
    let below = path.strip_prefix(above);
    below.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// Whether `path` is that of the property, or of one of its values.
fn is_a_value_of(path: &str, property: &str) -> bool {
    let rest = path.strip_prefix(property);
    rest.is_some_and(|rest| rest.is_empty() || (rest.starts_with('[') && !rest.contains('.')))
}
