//! The profiles, value sets and code systems a validator knows.
//!
//! What is added lives as long as the process: an instance loads its packages when it is opened,
//! and the compact tables are shared by every thread that validates.

mod definition;
mod load;
mod terms;
mod versions;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use cresset_definitions::{CodeSystem, Profile, TypeIx, ValueSet, us_core};
use cresset_model::Tree;

use crate::shape::{Shape, type_named};

pub use load::LoadFault;
pub use terms::{Member, built_in_code_system, built_in_value_set};
use versions::Versions;

/// Where R4 keeps the definitions of its own types.
const R4_TYPES: &str = "http://hl7.org/fhir/StructureDefinition/";

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
    shapes: BTreeMap<&'static str, &'static Shape>,
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
                profiles.add_profile(profile);
            }
            profiles
        };
        US_CORE.get_or_init(built).clone()
    }

    /// Adds a profile in compact form, or replaces the one of the same URL.
    pub fn add_profile(&mut self, profile: &'static Profile) {
        let shape: &'static Shape = Box::leak(Box::new(Shape::new(profile)));
        self.shapes.insert(profile.url, shape);
    }

    /// The profile of this canonical URL (a `|version` is ignored).
    pub fn profile(&self, url: &str) -> Option<&'static Profile> {
        self.shape(url).map(|shape| shape.profile)
    }

    /// Every profile, by URL.
    pub fn all(&self) -> impl Iterator<Item = &'static Profile> {
        self.shapes.values().map(|shape| shape.profile)
    }

    /// The `CodeSystem` of this canonical URL that was added: of the version it names, or the last.
    pub fn added_code_system(&self, canonical: &str) -> Option<&'static CodeSystem> {
        self.code_systems.get(canonical)
    }

    /// The value set of this canonical URL that was added: of the version it names, or the last.
    pub fn added_value_set(&self, canonical: &str) -> Option<AddedValueSet> {
        self.value_sets.get(canonical)
    }

    pub(crate) fn shape(&self, url: &str) -> Option<&'static Shape> {
        let url = url.split('|').next().unwrap_or(url);
        self.shapes.get(url).copied()
    }

    /// The type a profile, or a type's own definition, is about.
    pub(crate) fn type_of(&self, url: &str) -> Option<TypeIx> {
        let url = url.split('|').next().unwrap_or(url);
        match self.shape(url) {
            Some(shape) => shape.type_ix,
            None => url.strip_prefix(R4_TYPES).and_then(type_named),
        }
    }
}
