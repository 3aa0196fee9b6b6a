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
}

impl Issues {
    pub(crate) fn new(max: usize, detail: Detail) -> Self {
        Self {
            list: Vec::new(),
            max,
            detail,
            errors: 0,
        }
    }

    /// Notes an error: the sentence is the place followed by `text`.
    pub(crate) fn error(&mut self, code: IssueType, place: &Place<'_>, text: &str) {
        self.errors += 1;
        self.note(Severity::Error, code, place, text);
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
}
