//! Taking in definitions given as FHIR resources: `StructureDefinition`, `ValueSet`, `CodeSystem`.

mod code_system;
mod compose;

use cresset_definitions::ValueSet;
use cresset_definitions::value_set::SystemCodes;
use cresset_model::{Element, Kind};

use super::versions::split;
use super::{AddedValueSet, Profiles, definition, r4_type};

/// Most elements of one profile.
pub(super) const ELEMENTS_MAX: usize = 4_000;
/// Most codes of one value set or code system.
const CODES_MAX: usize = 2_000_000;

/// Why a definition was not taken in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LoadFault {
    /// It has no `url`, or another part it cannot do without is missing.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// It is no profile: the definition of a type, a logical model.
    #[error("it defines a type of its own; only profiles of R4 types are taken in")]
    NotAProfile,
    /// It is about a type R4 does not have.
    #[error("it is about {0}, which is no type of R4")]
    UnknownType(String),
    /// Its base is not loaded, and it has no snapshot that would stand for it.
    #[error("its base {0} is not loaded, and it has no snapshot")]
    UnknownBase(String),
    /// It has more elements or codes than allowed.
    #[error("it holds more than {0} elements or codes")]
    TooLarge(usize),
    /// A rule of it does not compile.
    #[error("its rule {key} is no FHIRPath: {why}")]
    Rule {
        /// The key of the rule.
        key: String,
        /// What is wrong with it.
        why: String,
    },
    /// Its codes cannot be listed: it filters a code system, or names one that is not loaded.
    #[error("its codes cannot be listed from what is loaded")]
    NotListable,
}

impl Profiles {
    /// Takes in a `StructureDefinition` (a differential over a base that is loaded, or a snapshot),
    /// a `ValueSet` whose codes can be listed, or a `CodeSystem`. Other resources are passed over.
    ///
    /// # Errors
    /// Why it was not taken in; nothing has changed then, but that a value set whose codes cannot be
    /// listed is kept for [`added_value_set`](Self::added_value_set).
    pub fn add(&mut self, resource: Element<'_>) -> Result<(), LoadFault> {
        match resource.get("resourceType").and_then(Element::as_str) {
            Some("StructureDefinition") => {
                let profile = definition::read(self, resource)?;
                self.add_profile(Box::leak(Box::new(profile)), kept(version(resource)));
            }
            Some("ValueSet") => {
                let listed = compose::list(self, resource);
                if matches!(listed, Err(LoadFault::NotListable)) {
                    self.keep_unlisted(resource);
                }
                let set: &'static ValueSet = Box::leak(Box::new(listed?));
                let version = kept(version(resource));
                let known = self.added_value_set(&format!("{}|{version}", set.url));
                let listed = AddedValueSet::Listed(set);
                if matches!(known, Some(AddedValueSet::Unlisted(_))) {
                    // It came before its codes did, and keeps its place.
                    self.value_sets.fill(set.url, version, listed);
                } else {
                    self.value_sets.add(set.url, version, listed);
                }
            }
            Some("CodeSystem") => {
                let system = code_system::read(resource)?;
                let system = Box::leak(Box::new(system));
                self.code_systems.add(system.url, system.version, system);
            }
            _ => {}
        }
        Ok(())
    }

    /// Keeps a value set for those who know the code systems it is made from.
    fn keep_unlisted(&mut self, resource: Element<'_>) {
        let url = resource.get("url").and_then(Element::as_str);
        let version = version(resource);
        let is_new = |url: &&str| {
            let known = self.added_value_set(&format!("{url}|{version}"));
            !matches!(known, Some(AddedValueSet::Unlisted(_)))
        };
        if let Some(url) = url.filter(is_new) {
            let tree = AddedValueSet::Unlisted(Box::leak(Box::new(resource.to_tree())));
            self.value_sets.add(kept(url), kept(version), tree);
        }
    }

    /// Takes in many definitions in whatever order they come, so that each finds its base; gives
    /// those that were not taken in, by position, with the reason.
    pub fn add_all(&mut self, resources: &[Element<'_>]) -> Vec<(usize, LoadFault)> {
        let mut lost = Vec::new();
        let mut waiting: Vec<usize> = (0..resources.len()).collect();
        let mut open: Vec<&str> = resources.iter().filter_map(profile_url).collect();
        loop {
            let before = waiting.len();
            let mut still = Vec::new();
            for at in waiting {
                let Some(resource) = resources.get(at) else {
                    continue;
                };
                // One of the same URL may be known already, in another version.
                if let Some(base) = base_url(resource).filter(|base| open.contains(base)) {
                    still.push((at, LoadFault::UnknownBase(base.to_owned())));
                    continue;
                }
                match self.add(*resource) {
                    Ok(()) => close(&mut open, profile_url(resource)),
                    Err(fault) if fault.may_pass() => still.push((at, fault)),
                    Err(fault) => {
                        // The definition of a type needs no loading: what is based on it waits for nothing.
                        if fault == LoadFault::NotAProfile {
                            close(&mut open, profile_url(resource));
                        }
                        lost.push((at, fault));
                    }
                }
            }
            // Another round helps only where something came in during this one.
            if still.is_empty() || still.len() == before {
                lost.extend(still);
                lost.sort_by_key(|(at, _)| *at);
                return lost;
            }
            waiting = still.into_iter().map(|(at, _)| at).collect();
        }
    }
}

impl LoadFault {
    /// Whether it may be gone once other definitions are loaded.
    fn may_pass(&self) -> bool {
        matches!(self, Self::UnknownBase(_) | Self::NotListable)
    }
}

/// The URL of a profile.
fn profile_url<'t>(resource: &Element<'t>) -> Option<&'t str> {
    let text = |name| resource.get(name).and_then(Element::as_str);
    text("url").filter(|_| text("resourceType") == Some("StructureDefinition"))
}

/// The URL of what a profile is based on, whichever version it names; nothing where that has the profile's own.
fn base_url<'t>(resource: &Element<'t>) -> Option<&'t str> {
    let own = profile_url(resource)?;
    let base = resource.get("baseDefinition").and_then(Element::as_str)?;
    let (base, _) = split(base);
    (base != own).then_some(base)
}

/// Takes one of these URLs off the list.
fn close(open: &mut Vec<&str>, url: Option<&str>) {
    if let Some(at) = open.iter().position(|open| Some(*open) == url) {
        open.swap_remove(at);
    }
}

/// The version of a definition; empty where it has none.
fn version(resource: Element<'_>) -> &str {
    let version = resource.get("version").and_then(Element::as_str);
    version.unwrap_or_default()
}

fn value_set(url: &str, codes: compose::Codes) -> ValueSet {
    let systems: Vec<_> = codes
        .into_iter()
        .map(|(system, codes)| {
            let codes: Vec<_> = codes.iter().map(|code| kept(code)).collect();
            SystemCodes {
                system: kept(&system),
                codes: Box::leak(codes.into_boxed_slice()),
            }
        })
        .collect();
    ValueSet {
        url: kept(url),
        systems: Box::leak(systems.into_boxed_slice()),
    }
}

/// The items of a property that is an array.
pub(super) fn items<'t>(of: Element<'t>, name: &str) -> impl Iterator<Item = Element<'t>> {
    let list = of.get(name).filter(|l| l.kind() == Kind::Array);
    list.into_iter().flat_map(Element::items)
}

/// A text that lives as long as the process.
pub(super) fn kept(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}

/// A list that lives as long as the process.
pub(super) fn list<T>(items: Vec<T>) -> &'static [T] {
    Box::leak(items.into_boxed_slice())
}

/// Whether a canonical URL is that of a type of R4 itself.
pub(super) fn is_r4_type(canonical: &str) -> bool {
    r4_type(canonical).is_some()
}
