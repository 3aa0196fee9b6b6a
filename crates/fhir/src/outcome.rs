//! OperationOutcome: what the caller is told, as a resource.

use serde_json::{Value, json};

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

fn of_issues(severity: &str, issues: &[Issue]) -> Vec<u8> {
    let issues: Vec<Value> = issues
        .iter()
        .map(|issue| of_issue(severity, issue))
        .collect();
    json!({ "resourceType": "OperationOutcome", "issue": issues })
        .to_string()
        .into_bytes()
}

fn of_issue(severity: &str, issue: &Issue) -> Value {
    let mut value = json!({
        "severity": severity,
        "code": issue.code,
        "details": { "text": issue.text },
    });
    if let (Some(expression), Some(object)) = (&issue.expression, value.as_object_mut()) {
        object.insert("expression".to_owned(), json!([expression]));
    }
    value
}
