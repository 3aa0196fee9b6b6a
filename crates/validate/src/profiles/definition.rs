//! A `StructureDefinition` into the compact form: what it and its bases ask beyond R4.

mod element;

use cresset_definitions::profile::{Profile, ProfileElement};
use cresset_definitions::r4;
use cresset_fhirpath::Program;
use cresset_model::Element;

use super::Profiles;
use super::load::{ELEMENTS_MAX, LoadFault, is_r4_type, items, kept, list};

/// Reads a profile; its base's demands come first, so that it stands for itself.
pub(super) fn read(known: &Profiles, resource: Element<'_>) -> Result<Profile, LoadFault> {
    let text = |name| resource.get(name).and_then(Element::as_str);
    let url = text("url").ok_or(LoadFault::Missing("url"))?;
    let type_name = text("type").ok_or(LoadFault::Missing("type"))?;
    if text("derivation") != Some("constraint") {
        return Err(LoadFault::NotAProfile);
    }
    if r4().type_named(type_name).is_none() {
        return Err(LoadFault::UnknownType(type_name.to_owned()));
    }
    let base = text("baseDefinition").ok_or(LoadFault::Missing("baseDefinition"))?;
    let mut elements = match inherited(known, base) {
        Some(inherited) => {
            let own = part(resource, "differential")?;
            merged(inherited, own)
        }
        // Without its base only a snapshot says everything.
        None => part(resource, "snapshot").map_err(|_| LoadFault::UnknownBase(base.to_owned()))?,
    };
    elements.retain(element::asks_something);
    check_rules(&elements)?;
    Ok(Profile {
        url: kept(url),
        name: kept(url.rsplit('/').next().unwrap_or(url)),
        type_name: r4().type_named(type_name).map_or("", |t| t.name),
        base: kept(base),
        elements: list(elements),
    })
}

/// What the base asks; nothing for a type of R4, `None` for a base that is not known.
fn inherited(known: &Profiles, base: &str) -> Option<&'static [ProfileElement]> {
    match known.profile(base) {
        Some(profile) => Some(profile.elements),
        None => is_r4_type(base).then_some(&[]),
    }
}

/// The elements of the differential or the snapshot.
fn part(resource: Element<'_>, name: &'static str) -> Result<Vec<ProfileElement>, LoadFault> {
    let part = resource.get(name).ok_or(LoadFault::Missing(name))?;
    let mut elements = Vec::new();
    for published in items(part, "element") {
        if elements.len() >= ELEMENTS_MAX {
            return Err(LoadFault::TooLarge(ELEMENTS_MAX));
        }
        elements.extend(element::read(published));
    }
    Ok(elements)
}

/// The base's elements, each narrowed by what the differential says of the same id.
fn merged(base: &[ProfileElement], own: Vec<ProfileElement>) -> Vec<ProfileElement> {
    let mut all = base.to_vec();
    let mut places: std::collections::BTreeMap<&str, usize> =
        all.iter().enumerate().map(|(at, e)| (e.id, at)).collect();
    for element in own {
        if let Some(inherited) = places.get(element.id).and_then(|at| all.get_mut(*at)) {
            element::narrow(inherited, element);
        } else {
            places.insert(element.id, all.len());
            all.push(element);
        }
    }
    all
}

/// Refuses a profile with a rule nobody could run.
fn check_rules(elements: &[ProfileElement]) -> Result<(), LoadFault> {
    for constraint in elements.iter().flat_map(|e| e.constraints) {
        if let Err(fault) = Program::compile(constraint.expression) {
            return Err(LoadFault::Rule {
                key: constraint.key.to_owned(),
                why: fault.to_string(),
            });
        }
    }
    Ok(())
}
