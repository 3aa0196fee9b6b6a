//! The profiles, value sets and code systems a validator knows.
//!
//! What is added lives as long as the process: an instance loads its packages when it is opened,
//! and the compact tables are shared by every thread that validates.

mod definition;
mod load;
mod terms;
mod versions;

use std::sync::OnceLock;

use cresset_definitions::{CodeSystem, Profile, TypeIx, ValueSet, us_core};
use cresset_model::{Element, Tree};

use crate::shape::{Shape, type_named};

pub use load::LoadFault;
pub use terms::{Member, built_in_code_system, built_in_value_set};
use versions::{Versions, split};

/// Where R4 keeps the definitions of its own types.
const R4_TYPES: &str = "http://hl7.org/fhir/StructureDefinition/";
/// The version of these definitions.
const R4_VERSION: &str = "4.0.1";

/// A value set that was added.
#[derive(Debug, Clone, Copy)]
pub enum AddedValueSet {
    /// With its codes.
    Listed(&'static ValueSet),
    /// As it came: its codes could not be listed from what is loaded.
    Unlisted(&'static Tree),
}

/// A set of profiles with the terminology they bind to.
#[derive(Debug, Clone, Default)]
pub struct Profiles {
    shapes: Versions<&'static Shape>,
    value_sets: Versions<AddedValueSet>,
    code_systems: Versions<&'static CodeSystem>,
}

impl Profiles {
    /// None but the types of R4.
    pub fn r4() -> Self {
        Self::default()
    }

    /// The profiles of US Core 6.1.0.
    pub fn us_core() -> Self {
        static US_CORE: OnceLock<Profiles> = OnceLock::new();
        let built = || {
            let mut profiles = Self::r4();
            for profile in &us_core().profiles {
                let version = terms::built_in_version(profile.url);
                profiles.add_profile(profile, version.unwrap_or_default());
            }
            profiles
        };
        US_CORE.get_or_init(built).clone()
    }

    /// Adds a profile in compact form, or replaces the one of the same URL and version; the version is
    /// empty where it has none.
    pub fn add_profile(&mut self, profile: &'static Profile, version: &'static str) {
        let shape: &'static Shape = Box::leak(Box::new(Shape::new(profile)));
        self.shapes.add(profile.url, version, shape);
    }

    /// The profile of this canonical URL: of the version it names, or the one added last.
    pub fn profile(&self, canonical: &str) -> Option<&'static Profile> {
        self.shape(canonical).map(|shape| shape.profile)
    }

    /// The versions in which the profile of a canonical URL is loaded, whichever it names, in words; `None`
    /// where it is in none.
    pub fn versions_of_profile(&self, canonical: &str) -> Option<String> {
        let versions = self
            .shapes
            .versions(canonical)
            .map(|version| match version {
                "" => "one without a version",
                version => version,
            });
        let versions: Vec<_> = versions.collect();
        let (last, others) = versions.split_last()?;
        Some(if others.is_empty() {
            (*last).to_owned()
        } else {
            format!("{} and {last}", others.join(", "))
        })
    }

    /// Whether a `Coding` can be one of its system: not where the whole system is known here and has no
    /// such code. A version that it names and that is not the known one leaves it open.
    pub(crate) fn may_be(&self, coding: Element<'_>) -> bool {
        let text = |name| coding.get(name).and_then(Element::as_str);
        let (Some(url), Some(code)) = (text("system"), text("code")) else {
            return true;
        };
        let versioned = text("version").map(|version| format!("{url}|{version}"));
        let canonical = versioned.as_deref().unwrap_or(url);
        let system = self.code_systems.get(canonical);
        let system = system.or_else(|| terms::built_in_of_fhir(canonical));
        system.is_none_or(|system| !system.complete || system.has(code))
    }

    /// The `CodeSystem` of this canonical URL that was added: of the version it names, or the last.
    pub fn added_code_system(&self, canonical: &str) -> Option<&'static CodeSystem> {
        self.code_systems.get(canonical)
    }

    /// The value set of this canonical URL that was added: of the version it names, or the last.
    pub fn added_value_set(&self, canonical: &str) -> Option<AddedValueSet> {
        self.value_sets.get(canonical)
    }

    pub(crate) fn shape(&self, canonical: &str) -> Option<&'static Shape> {
        self.shapes.get(canonical)
    }

    /// The type a profile, or a type's own definition, is about.
    pub(crate) fn type_of(&self, canonical: &str) -> Option<TypeIx> {
        match self.shape(canonical) {
            Some(shape) => shape.type_ix,
            None => r4_type(canonical),
        }
    }
}

/// The type whose own definition in R4 a canonical URL is, where it names no other version.
fn r4_type(canonical: &str) -> Option<TypeIx> {
    let (url, version) = split(canonical);
    let is_meant = version.is_none_or(|version| version == R4_VERSION);
    let name = url.strip_prefix(R4_TYPES).filter(|_| is_meant)?;
    type_named(name)
}
