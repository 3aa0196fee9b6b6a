//! The one way in for a body: bounded parse, structural validation, index rows.

use cresset_base::Limits;
use cresset_definitions::ResourceType;
use cresset_model::{Bounds, FaultKind, Tree, Unstamped};
use cresset_rules::wording;
use cresset_search::IndexRow;
use cresset_store::Draft;
use cresset_validate::{Ask, Findings, ISSUES_MAX, Severity, Unjudged, Validator};

use crate::audit_event;
use crate::fault::{Fault, Issue, Kind};

/// A body that may be stored.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// What the store takes.
    pub draft: Draft,
    /// The id the body holds, if any.
    pub id: Option<String>,
}

impl Prepared {
    /// Passes on a body of the type its address names.
    ///
    /// # Errors
    /// [`Kind::Invalid`] when it is of another type.
    pub fn of_type(self, expected: ResourceType) -> Result<Self, Fault> {
        if self.draft.resource_type == expected {
            return Ok(self);
        }
        Err(other_type(self.draft.resource_type, expected))
    }
}

/// Passes on a body that is of the type its address names, or of none that R4 knows.
pub(crate) fn of_type(tree: &Tree, expected: ResourceType) -> Result<(), Fault> {
    match tree.resource_type().and_then(ResourceType::parse) {
        Some(found) if found != expected => Err(other_type(found, expected)),
        _ => Ok(()),
    }
}

fn other_type(found: ResourceType, expected: ResourceType) -> Fault {
    let text = format!("The body is a {found}, the URL is for {expected}");
    Fault::new(Kind::Invalid, text).at("resourceType")
}

/// Parses a body within the limits.
///
/// # Errors
/// [`Kind::Structure`] when it is not the JSON FHIR allows, [`Kind::Required`] when there is none,
/// [`Kind::TooLong`] when it holds more than the limits allow.
pub fn parse(body: &[u8], limits: &Limits) -> Result<Tree, Fault> {
    cresset_model::parse(body, Bounds::from(limits)).map_err(|fault| {
        let kind = match fault.kind {
            FaultKind::Empty => Kind::Required,
            FaultKind::TooDeep | FaultKind::TooManyValues => Kind::TooLong,
            _ => Kind::Structure,
        };
        Fault::new(kind, fault.to_string())
    })
}

/// Checks one parsed resource with the instance's validator. `own` are the instance's FHIR base
/// URLs, without a slash at the end: references that begin with one of them are references into the
/// instance. `is_outside` is asked of codes the validator leaves open whether they are wrong.
///
/// # Errors
/// Everything that is wrong with it at once, each with its place; what `is_outside` fails with.
pub fn prepare_tree(
    tree: &Tree,
    own: &[String],
    validator: &Validator,
    is_outside: impl Fn(&Unjudged) -> Result<bool, Fault>,
) -> Result<Prepared, Fault> {
    let Findings {
        mut issues,
        unjudged,
    } = validator.examine(tree.root(), &Ask::default());
    for open in &unjudged {
        let issue = open.outside();
        let told = issue.severity == Severity::Error && !issues.contains(&issue);
        if told && issues.len() < ISSUES_MAX && is_outside(open)? {
            issues.push(issue);
        }
    }
    drafted(tree, own, issues)
}

/// What is stored of a resource, unless something is wrong with it.
pub(crate) fn drafted(
    tree: &Tree,
    own: &[String],
    issues: Vec<cresset_validate::Issue>,
) -> Result<Prepared, Fault> {
    let resource_type = resource_type(tree)?;
    if audit_event::is_trail(resource_type) {
        let text = "AuditEvents are made of this server's own audit trail and cannot be written";
        return Err(Fault::new(Kind::BusinessRule, text));
    }
    if !issues.is_empty() {
        return Err(invalid(issues));
    }
    definable(tree)?;
    let body = Unstamped::new(tree)
        .ok_or_else(|| Fault::internal("a validated body has no resourceType"))?;
    let rows = cresset_search::extract(tree, own)
        .into_iter()
        .map(IndexRow::into_owned)
        .collect();
    Ok(Prepared {
        draft: Draft {
            resource_type,
            body,
            rows,
        },
        id: tree.id().map(str::to_owned),
    })
}

/// Passes on what defines no search parameter, or one that can be searched by.
fn definable(tree: &Tree) -> Result<(), Fault> {
    let faults = match cresset_search::define(tree) {
        Ok(defined)
            if defined
                .iter()
                .any(|d| audit_event::is_trail(d.resource_type)) =>
        {
            let text = "The audit trail has the search parameters it has";
            return Err(Fault::new(Kind::BusinessRule, text).at("SearchParameter.base"));
        }
        Ok(_) => return Ok(()),
        Err(faults) => faults,
    };
    let issues = faults.into_iter().map(|fault| Issue {
        code: BUSINESS_RULE,
        text: fault.sentence,
        expression: Some(fault.path),
    });
    Err(Fault {
        kind: Kind::BusinessRule,
        issues: issues.collect(),
        detail: None,
        allowed: Vec::new(),
    })
}

/// Passes on a body nothing is wrong with; tells rules of the set's business from other faults.
pub(crate) fn accepted(issues: Vec<cresset_validate::Issue>) -> Result<(), Fault> {
    if issues.is_empty() {
        return Ok(());
    }
    let mut fault = invalid(issues);
    for issue in &mut fault.issues {
        if let Some(text) = wording::business_rule(&issue.text) {
            issue.text = text.to_owned();
            issue.code = BUSINESS_RULE;
        }
    }
    if fault.issues.iter().all(|issue| issue.code == BUSINESS_RULE) {
        fault.kind = Kind::BusinessRule;
    }
    Err(fault)
}

/// The code of what breaks a rule of the set's business: it is told in the rule's own words.
pub(crate) const BUSINESS_RULE: &str = Kind::BusinessRule.issue_code();

/// The type of a body.
pub(crate) fn resource_type(tree: &Tree) -> Result<ResourceType, Fault> {
    let Some(name) = tree.resource_type() else {
        let text = "The body must be a JSON object with a resourceType";
        return Err(Fault::new(Kind::Required, text).at("resourceType"));
    };
    ResourceType::parse(name).ok_or_else(|| {
        Fault::new(Kind::Value, "The resourceType is not one of FHIR R4").at("resourceType")
    })
}

fn invalid(issues: Vec<cresset_validate::Issue>) -> Fault {
    let issues = issues.into_iter().map(|issue| Issue {
        code: issue.code.code(),
        text: issue.text,
        expression: Some(issue.path),
    });
    Fault {
        kind: Kind::Invalid,
        issues: issues.collect(),
        detail: None,
        allowed: Vec::new(),
    }
}
