//! What can go wrong, as a closed set, and what the caller is told.

use cresset_base::ResourceId;
use cresset_definitions::ResourceType;
use cresset_store::{Error, Refusal};

/// The kinds of failure. [`Kind::status`] and [`Kind::issue_code`] are the one table of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The body or the parameters are not what FHIR says they must be.
    Structure,
    /// Something that must be there is missing.
    Required,
    /// A value is not one of those allowed.
    Value,
    /// The request is malformed in another way.
    Invalid,
    /// No token, or one that is not valid now.
    Unauthenticated,
    /// The token does not give this right.
    Forbidden,
    /// There is no such thing, or none the caller may see.
    NotFound,
    /// The interaction does not exist for this address.
    NotSupported,
    /// No acceptable format for the answer.
    NotAcceptable,
    /// The body's media type or encoding is not understood.
    UnsupportedMediaType,
    /// The request collides with what is stored.
    Conflict,
    /// A condition of the request does not hold.
    PreconditionFailed,
    /// The resource is deleted.
    Deleted,
    /// The body or query is larger than the limits allow.
    TooLong,
    /// The request is understood but breaks a rule of this instance.
    BusinessRule,
    /// Asked too often; try again later.
    Throttled,
    /// Something failed that the caller cannot mend.
    Exception,
    /// Too much is waiting or it took too long; try again.
    Transient,
    /// No space for more data.
    NoStore,
}

impl Kind {
    /// Every kind, by status.
    pub const ALL: [Self; 19] = [
        Self::Structure,
        Self::Required,
        Self::Value,
        Self::Invalid,
        Self::Unauthenticated,
        Self::Forbidden,
        Self::NotFound,
        Self::NotSupported,
        Self::NotAcceptable,
        Self::Conflict,
        Self::Deleted,
        Self::PreconditionFailed,
        Self::TooLong,
        Self::UnsupportedMediaType,
        Self::BusinessRule,
        Self::Throttled,
        Self::Exception,
        Self::Transient,
        Self::NoStore,
    ];

    /// The status, as in `Bundle.entry.response.status` and over HTTP, and the R4 `IssueType`.
    const fn row(self) -> (u16, &'static str) {
        match self {
            Self::Structure => (400, "structure"),
            Self::Required => (400, "required"),
            Self::Value => (400, "value"),
            Self::Invalid => (400, "invalid"),
            Self::Unauthenticated => (401, "unknown"),
            Self::Forbidden => (403, "forbidden"),
            Self::NotFound => (404, "not-found"),
            Self::NotSupported => (405, "not-supported"),
            Self::NotAcceptable => (406, "not-supported"),
            Self::Conflict => (409, "conflict"),
            Self::Deleted => (410, "deleted"),
            Self::PreconditionFailed => (412, "conflict"),
            Self::TooLong => (413, "too-long"),
            Self::UnsupportedMediaType => (415, "not-supported"),
            Self::BusinessRule => (422, "business-rule"),
            Self::Throttled => (429, "throttled"),
            Self::Exception => (500, "exception"),
            Self::Transient => (503, "transient"),
            Self::NoStore => (507, "no-store"),
        }
    }

    /// The status code this kind is answered with.
    pub const fn status(self) -> u16 {
        self.row().0
    }

    /// The R4 `IssueType` of an issue of this kind.
    pub const fn issue_code(self) -> &'static str {
        self.row().1
    }
}

/// One thing that is wrong, for the caller's eyes: no value of a patient, no SQL, no path of a disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// R4 `IssueType`.
    pub code: &'static str,
    /// A sentence that says what to change.
    pub text: String,
    /// Where, as a `FHIRPath` of the body, if it is somewhere.
    pub expression: Option<String>,
}

/// Why an interaction failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind:?}")]
pub struct Fault {
    /// Decides the status.
    pub kind: Kind,
    /// What the caller is told; at least one.
    pub issues: Vec<Issue>,
    /// What only the log is told.
    pub detail: Option<String>,
    /// For an interaction that is not offered: the HTTP methods that are, at the same address.
    pub allowed: Vec<&'static str>,
}

impl Fault {
    /// A fault with one issue of the kind's own code.
    pub fn new(kind: Kind, text: impl Into<String>) -> Self {
        Self::coded(kind, kind.issue_code(), text)
    }

    /// A fault whose issue has a more precise code than its kind.
    pub fn coded(kind: Kind, code: &'static str, text: impl Into<String>) -> Self {
        let issue = Issue {
            code,
            text: text.into(),
            expression: None,
        };
        Self {
            kind,
            issues: vec![issue],
            detail: None,
            allowed: Vec::new(),
        }
    }

    /// The same fault, pointing at a place in the body.
    #[must_use]
    pub fn at(mut self, expression: impl Into<String>) -> Self {
        if let Some(issue) = self.issues.first_mut() {
            issue.expression = Some(expression.into());
        }
        self
    }

    /// The same fault with words for the log alone.
    #[must_use]
    pub fn logged(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Whether it is about what the body holds, so that looking at other bodies is not in vain.
    pub(crate) fn is_of_body(&self) -> bool {
        matches!(self.kind.status(), 400 | 422)
    }

    /// Adds what is wrong with another body; what cannot be understood goes before what is against a
    /// rule.
    pub(crate) fn join(&mut self, other: Self) {
        if self.kind == Kind::BusinessRule {
            self.kind = other.kind;
        }
        self.issues.extend(other.issues);
        self.issues.truncate(cresset_validate::ISSUES_MAX);
    }

    /// Nothing is known by this type and id, or nothing the caller may see.
    pub fn unknown_resource(resource_type: ResourceType, id: &ResourceId) -> Self {
        Self::new(
            Kind::NotFound,
            format!("Unknown {resource_type} resource '{id}'"),
        )
    }

    /// The resource was there and is deleted.
    pub fn deleted_resource(resource_type: ResourceType, id: &ResourceId) -> Self {
        Self::new(
            Kind::Deleted,
            format!("The {resource_type} resource '{id}' has been deleted"),
        )
    }

    /// The token's scopes give nothing for this verb and type.
    pub(crate) fn not_allowed(verb: &str, resource_type: ResourceType) -> Self {
        let text = format!(
            "Authorization failed: the token's scopes do not allow {verb} on {resource_type}"
        );
        Self::new(Kind::Forbidden, text)
    }

    /// Something failed inside; the caller learns nothing but that.
    pub fn internal(detail: impl Into<String>) -> Self {
        Self::new(Kind::Exception, "Internal server error").logged(detail)
    }
}

/// A store's error as the caller of an interaction on a whole type sees it.
impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        let detail = error.to_string();
        match error {
            Error::Forbidden(verb, resource_type) => Self::not_allowed(verb, resource_type),
            Error::BadCursor => bad_page_link(),
            Error::Outdated => crate::patch::outrun(),
            Error::Refused(_, refusal) => Self::refused(refusal, None),
            Error::StorageFull => Self::new(
                Kind::NoStore,
                "There is no space left for data; nothing was stored",
            )
            .logged(detail),
            Error::Busy => {
                Self::new(Kind::Transient, "The server is busy; try again shortly").logged(detail)
            }
            Error::Unindexed(percent) => Self::coded(
                Kind::Transient,
                "incomplete",
                format!(
                    "An index this needs is being built, {percent} % are done; try again when it is complete"
                ),
            ),
            Error::TooCostly(what) => Self::coded(
                Kind::Invalid,
                "too-costly",
                format!(
                    "This search takes longer than a search may; ask for something that fewer resources have. {what}"
                ),
            ),
            Error::Lapsed => Self::new(
                Kind::Transient,
                "This asynchronous request was cancelled, or another node goes on with it",
            ),
            Error::TimedOut => Self::new(
                Kind::Transient,
                "The request took longer than the limit allows",
            )
            .logged(detail),
            Error::Failed(_) => Self::internal(detail),
        }
    }
}

/// A page link that was altered, or belongs to another instance or search.
pub(crate) fn bad_page_link() -> Fault {
    Fault::new(
        Kind::Value,
        "The page link was altered or belongs to another search; start again from its first page",
    )
}

impl Fault {
    /// A refused change of one resource.
    pub(crate) fn refused(refusal: Refusal, of: Option<(ResourceType, &ResourceId)>) -> Self {
        match (refusal, of) {
            (Refusal::PreconditionFailed, _) => Self::new(
                Kind::PreconditionFailed,
                "The resource has been modified since the precondition was specified.",
            ),
            (Refusal::Exists, _) => {
                Self::new(Kind::Conflict, "A resource with this id exists already")
            }
            (Refusal::Absent, Some((resource_type, id))) => {
                Self::unknown_resource(resource_type, id)
            }
            (Refusal::Absent, None) => Self::new(Kind::NotFound, "Unknown resource"),
            (Refusal::Deleted, Some((resource_type, id))) => {
                Self::deleted_resource(resource_type, id)
            }
            (Refusal::Deleted, None) => Self::new(Kind::Deleted, "The resource has been deleted"),
            (Refusal::Forbidden, _) => Self::new(
                Kind::Forbidden,
                "Authorization failed: the token does not allow this change of this resource",
            ),
            (Refusal::Defined, _) => Self::coded(
                Kind::Conflict,
                "duplicate",
                "Another SearchParameter defines a search parameter of this code for the same type; choose another code",
            )
            .at("SearchParameter.code"),
            (Refusal::TooManyDefined, _) => Self::coded(
                Kind::BusinessRule,
                "too-costly",
                "This instance defines as many search parameters as it may; retire one that is no more needed",
            )
            .at("SearchParameter.base"),
            (Refusal::NumbersExhausted, _) => Self::coded(
                Kind::BusinessRule,
                "too-costly",
                "The search parameters of this instance were changed so often that it can define no other; those that are there stay, and can be retired",
            )
            .at("SearchParameter.expression"),
        }
    }

    /// A store's error about one named resource.
    pub(crate) fn of_change(error: Error, resource_type: ResourceType, id: &ResourceId) -> Self {
        match error {
            Error::Refused(_, refusal) => Self::refused(refusal, Some((resource_type, id))),
            other => other.into(),
        }
    }
}
