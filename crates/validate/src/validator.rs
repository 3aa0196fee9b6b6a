//! The validator: what is known, and what is asked of one resource.
//!
//! ```
//! use cresset_validate::{Ask, Detail, Profiles, Validator};
//! # use cresset_model::{Bounds, parse};
//! let mut profiles = Profiles::us_core();
//! let own = br#"{"resourceType":"StructureDefinition","url":"http://example.org/nurse","type":"Patient",
//!     "derivation":"constraint","baseDefinition":"http://hl7.org/fhir/StructureDefinition/Patient",
//!     "differential":{"element":[{"id":"Patient.birthDate","path":"Patient.birthDate","min":1}]}}"#;
//! # let own = parse(own, Bounds::default())?;
//! profiles.add(own.root())?;
//! let validator = Validator::new(profiles);
//! # let patient = parse(br#"{"resourceType":"Patient","active":true}"#, Bounds::default())?;
//! let ask = Ask { profiles: &["http://example.org/nurse"], detail: Detail::Refusals };
//! let issues = validator.validate(patient.root(), &ask);
//! assert_eq!(issues[0].text, "Patient must have 'birthDate' (profile nurse)");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use cresset_model::Element;

use crate::binding::Unjudged;
use crate::conform::{self, Found, Surroundings};
use crate::issue::{Detail, Issue, Issues};
use crate::place::Place;
use crate::profiles::Profiles;
use crate::shape::Shape;
use crate::{ISSUES_MAX, structure};

/// Validates resources against R4 and the profiles it knows. It holds no state of any resource:
/// make one when an instance opens and share it.
#[derive(Debug, Clone, Default)]
pub struct Validator {
    profiles: Profiles,
}

/// What is asked of one resource.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ask<'a> {
    /// Canonical URLs of profiles it must follow, beside those it names itself in `meta.profile`.
    /// One that is not known is an error: what must be followed must be known.
    pub profiles: &'a [&'a str],
    /// How much the answer says.
    pub detail: Detail,
}

/// What [`Validator::examine`] finds.
#[derive(Debug, Clone, Default)]
pub struct Findings {
    /// What [`Validator::validate`] would say, but for what was not checked.
    pub issues: Vec<Issue>,
    /// Codes that only those can judge who know more terminology.
    pub unjudged: Vec<Unjudged>,
}

impl Validator {
    /// A validator that knows these profiles.
    pub fn new(profiles: Profiles) -> Self {
        Self { profiles }
    }

    /// The profiles it knows.
    pub fn profiles(&self) -> &Profiles {
        &self.profiles
    }

    /// Every fault of a resource, those of R4 in document order and then those of each profile, at
    /// most [`ISSUES_MAX`] of them. Where it has
    /// none of [`Severity::Error`](crate::Severity::Error) it may be stored.
    ///
    /// `resource` is the resource's object, the root of a tree or a part of one (an entry of a
    /// bundle); paths begin at its type.
    pub fn validate(&self, resource: Element<'_>, ask: &Ask<'_>) -> Vec<Issue> {
        let mut issues = Issues::new(ISSUES_MAX, ask.detail);
        structure::check(resource, &self.profiles, ask.profiles, &mut issues);
        issues.into_list()
    }

    /// The same, with the codes apart whose value sets it does not know: required bindings, and
    /// extensible ones where [`Detail::Everything`] is asked for.
    pub fn examine(&self, resource: Element<'_>, ask: &Ask<'_>) -> Findings {
        let mut issues = Issues::with_open(ISSUES_MAX, ask.detail);
        structure::check(resource, &self.profiles, ask.profiles, &mut issues);
        let (issues, unjudged) = issues.into_parts();
        Findings { issues, unjudged }
    }
}

/// A validator that knows R4 and US Core 6.1.0, as every instance does before its packages.
pub fn standard() -> &'static Validator {
    static STANDARD: std::sync::OnceLock<Validator> = std::sync::OnceLock::new();
    STANDARD.get_or_init(|| Validator::new(Profiles::us_core()))
}

/// Whether an element follows a profile.
pub(crate) fn follows<'t>(
    shape: &'static Shape,
    element: Found<'t>,
    around: &Surroundings<'_, 't>,
) -> bool {
    let mut issues = Issues::new(1, Detail::Refusals);
    let place = Place::root(shape.profile.type_name);
    conform::check(shape, element, around, &mut issues, &place);
    issues.errors() == 0
}
