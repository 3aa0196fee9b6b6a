//! What is wrong with a resource, in the words of `OperationOutcome`.

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

/// FHIR `IssueSeverity`, as far as it is used here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Severity {
    /// The resource must not be stored.
    Error,
    /// The resource is doubtful.
    Warning,
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
}

impl Severity {
    /// The code in the standard.
    pub fn code(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
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
        }
    }
}

/// The faults found so far, bounded.
pub(crate) struct Issues {
    list: Vec<Issue>,
    max: usize,
}

impl Issues {
    pub(crate) fn new(max: usize) -> Self {
        Self {
            list: Vec::new(),
            max,
        }
    }

    /// Notes an error: the sentence is the place followed by `text`.
    pub(crate) fn error(&mut self, code: IssueType, place: &Place<'_>, text: &str) {
        if !self.full() {
            let text = format!("{} {text}", place.json_path());
            let issue = Issue {
                severity: Severity::Error,
                code,
                path: place.path(),
                text,
            };
            self.list.push(issue);
        }
    }

    /// Whether looking further is in vain.
    pub(crate) fn full(&self) -> bool {
        self.list.len() >= self.max
    }

    pub(crate) fn into_list(self) -> Vec<Issue> {
        self.list
    }
}
