//! `OperationOutcome`: what the caller is told, as a resource.

use cresset_model::write_string;

use crate::fault::{Fault, Issue};

/// The `OperationOutcome` of a fault, as JSON bytes.
pub fn of_fault(fault: &Fault) -> Vec<u8> {
    of_issues("error", &fault.issues)
}

/// An `OperationOutcome` that reports success in words (`Prefer: return=OperationOutcome`).
pub fn of_success(text: &str) -> Vec<u8> {
    let issue = Issue {
        code: "informational",
        text: text.to_owned(),
        expression: None,
    };
    of_issues("information", std::slice::from_ref(&issue))
}

/// Says in a page of a search that not everything that was to be included is.
pub(crate) fn of_cut_includes() -> Vec<u8> {
    let issue = Issue {
        code: "too-costly",
        text: "More resources were to be included than one page holds; ask for smaller pages"
            .to_owned(),
        expression: None,
    };
    of_issues("warning", std::slice::from_ref(&issue))
}

fn of_issues(severity: &str, issues: &[Issue]) -> Vec<u8> {
    of_graded(issues.iter().map(|issue| (severity, issue)))
}

/// An `OperationOutcome` of issues, each with its own severity.
pub(crate) fn of_graded<'i>(issues: impl Iterator<Item = (&'i str, &'i Issue)>) -> Vec<u8> {
    let mut out = b"{\"resourceType\":\"OperationOutcome\",\"issue\":[".to_vec();
    for (at, (severity, issue)) in issues.enumerate() {
        if at > 0 {
            out.push(b',');
        }
        of_issue(severity, issue, &mut out);
    }
    out.extend_from_slice(b"]}");
    out
}

fn of_issue(severity: &str, issue: &Issue, out: &mut Vec<u8>) {
    for part in ["{\"severity\":\"", severity, "\",\"code\":\"", issue.code] {
        out.extend_from_slice(part.as_bytes());
    }
    out.extend_from_slice(b"\",\"details\":{\"text\":");
    write_string(&issue.text, out);
    out.push(b'}');
    if let Some(expression) = &issue.expression {
        out.extend_from_slice(b",\"expression\":[");
        write_string(expression, out);
        out.push(b']');
    }
    out.push(b'}');
}
