//! What was found, as lines, as JSON, as a page.

use std::fmt::Write;

use cresset_validate::{Issue, Severity};
use serde_json::json;

/// One resource and what is wrong with it.
pub(super) struct Judged {
    pub(super) file: String,
    /// The line it stands on, where a file holds many.
    pub(super) line: Option<usize>,
    /// `Patient/1`
    pub(super) name: String,
    pub(super) issues: Vec<Issue>,
}

impl Judged {
    pub(super) fn is_refused(&self) -> bool {
        self.has(Severity::Error)
    }

    fn has(&self, severity: Severity) -> bool {
        self.issues.iter().any(|i| i.severity == severity)
    }

    fn place(&self) -> String {
        match self.line {
            Some(line) => format!("{}:{line}", self.file),
            None => self.file.clone(),
        }
    }
}

/// `3 resources: 1 valid, 2 refused, 1 of them with warnings only`
fn summary(judged: &[Judged]) -> String {
    let refused = judged.iter().filter(|j| j.is_refused()).count();
    let warned = judged
        .iter()
        .filter(|j| !j.is_refused() && j.has(Severity::Warning));
    let (all, warned) = (judged.len(), warned.count());
    format!(
        "{all} resources: {} valid, {warned} of them with warnings; {refused} refused",
        all - refused
    )
}

/// Lines for people: each resource that has something, then the sum.
pub(super) fn text(judged: &[Judged]) -> String {
    let mut out = String::new();
    for one in judged.iter().filter(|j| !j.issues.is_empty()) {
        let head = format!("{}  {}", one.place(), one.name);
        let _ = writeln!(out, "{}", head.trim_end());
        for issue in &one.issues {
            let _ = writeln!(out, "  {:<11} {}", issue.severity.code(), issue.text);
        }
    }
    let _ = writeln!(out, "{}", summary(judged));
    out
}

/// An array with one entry for each resource, its issues as an `OperationOutcome`.
pub(super) fn json(judged: &[Judged]) -> String {
    let entries: Vec<_> = judged
        .iter()
        .map(|one| {
            let issues: Vec<_> = one.issues.iter().map(issue).collect();
            json!({
                "file": one.file, "line": one.line, "resource": one.name, "valid": !one.is_refused(),
                "outcome": {"resourceType": "OperationOutcome", "issue": issues},
            })
        })
        .collect();
    serde_json::to_string_pretty(&entries).unwrap_or_default()
}

fn issue(issue: &Issue) -> serde_json::Value {
    json!({
        "severity": issue.severity.code(),
        "code": issue.code.code(),
        "diagnostics": issue.text,
        "expression": [issue.path],
    })
}

const HEAD: &str = r#"<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Validation report</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body{font:16px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}
h2{font-size:1rem;margin:1.5rem 0 .25rem}table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.25rem .75rem .25rem 0;border-bottom:1px solid #ddd}
td:first-child{white-space:nowrap}.error{color:#a40000;font-weight:600}.warning{color:#7a4b00}code{font-size:.9em}
</style></head><body><h1>Validation report</h1>
"#;

/// A page that needs nothing else.
pub(super) fn html(judged: &[Judged]) -> String {
    let mut out = String::from(HEAD);
    let _ = writeln!(out, "<p>{}</p>", summary(judged));
    for one in judged.iter().filter(|j| !j.issues.is_empty()) {
        let (place, name) = (escaped(&one.place()), escaped(&one.name));
        let _ = writeln!(
            out,
            "<h2>{name} <code>{place}</code></h2>\n<table><tr><th>Severity</th><th>Place</th><th>What is wrong</th></tr>"
        );
        for issue in &one.issues {
            let severity = issue.severity.code();
            let (path, text) = (escaped(&issue.path), escaped(&issue.text));
            let _ = writeln!(
                out,
                "<tr><td class=\"{severity}\">{severity}</td><td><code>{path}</code></td><td>{text}</td></tr>"
            );
        }
        out.push_str("</table>\n");
    }
    out.push_str("</body></html>\n");
    out
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}
