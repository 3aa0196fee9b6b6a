//! Listing the codes of a value set from what is loaded (`ValueSet.compose`, or its expansion).

use std::collections::{BTreeMap, BTreeSet};

use cresset_definitions::ValueSet;
use cresset_model::Element;

use super::{CODES_MAX, LoadFault, items, value_set};
use crate::profiles::{Profiles, built_in_code_system};

/// Codes by system.
pub(super) type Codes = BTreeMap<String, BTreeSet<String>>;

/// The value set with its codes.
pub(super) fn list(known: &Profiles, resource: Element<'_>) -> Result<ValueSet, LoadFault> {
    let url = resource.get("url").and_then(Element::as_str);
    let url = url.ok_or(LoadFault::Missing("url"))?;
    let codes = match (resource.get("compose"), resource.get("expansion")) {
        (Some(compose), _) => composed(known, compose),
        (None, Some(expansion)) => expanded(expansion),
        (None, None) => return Err(LoadFault::Missing("compose")),
    };
    let codes = match (codes, resource.get("expansion")) {
        (Err(LoadFault::NotListable), Some(expansion)) => expanded(expansion)?,
        (codes, _) => codes?,
    };
    if codes.values().map(BTreeSet::len).sum::<usize>() > CODES_MAX {
        return Err(LoadFault::TooLarge(CODES_MAX));
    }
    Ok(value_set(url, codes))
}

fn composed(known: &Profiles, compose: Element<'_>) -> Result<Codes, LoadFault> {
    let mut codes = Codes::new();
    for include in items(compose, "include") {
        for (system, more) in included(known, include)? {
            codes.entry(system).or_default().extend(more);
        }
    }
    for exclude in items(compose, "exclude") {
        for (system, fewer) in included(known, exclude)? {
            if let Some(kept) = codes.get_mut(&system) {
                kept.retain(|code| !fewer.contains(code));
            }
        }
    }
    codes.retain(|_, codes| !codes.is_empty());
    Ok(codes)
}

/// What is both in the part of a system and in every value set that is named.
fn included(known: &Profiles, include: Element<'_>) -> Result<Codes, LoadFault> {
    let mut parts = Vec::new();
    if let Some(system) = include.get("system").and_then(Element::as_str) {
        let codes = of_system(known, system, include)?;
        parts.push(Codes::from([(system.to_owned(), codes)]));
    }
    for url in items(include, "valueSet").filter_map(Element::as_str) {
        let set = known.value_set(url).ok_or(LoadFault::NotListable)?;
        let by_system = set.systems.iter().map(|s| {
            let codes = s.codes.iter().map(|c| (*c).to_owned()).collect();
            (s.system.to_owned(), codes)
        });
        parts.push(by_system.collect());
    }
    let common = |a: Codes, b: Codes| {
        let both = a.into_iter().filter_map(|(system, codes)| {
            let other = b.get(&system)?;
            Some((system, codes.intersection(other).cloned().collect()))
        });
        both.collect()
    };
    parts
        .into_iter()
        .reduce(common)
        .ok_or(LoadFault::NotListable)
}

fn of_system(
    known: &Profiles,
    system: &str,
    include: Element<'_>,
) -> Result<BTreeSet<String>, LoadFault> {
    let mut listed = items(include, "concept").peekable();
    if listed.peek().is_some() {
        let code = |c: Element<'_>| c.get("code").and_then(Element::as_str).map(str::to_owned);
        return Ok(listed.filter_map(code).collect());
    }
    if items(include, "filter").next().is_some() {
        return Err(LoadFault::NotListable);
    }
    let version = include.get("version").and_then(Element::as_str);
    let canonical = version.map(|version| format!("{system}|{version}"));
    let canonical = canonical.as_deref().unwrap_or(system);
    let added = known.code_systems.get(canonical);
    let found = added.or_else(|| built_in_code_system(canonical));
    let complete = found.filter(|s| s.complete).ok_or(LoadFault::NotListable)?;
    let codes = complete.concepts.iter().map(|c| c.code.to_owned());
    Ok(codes.collect())
}

/// The codes of an expansion that somebody else made.
fn expanded(expansion: Element<'_>) -> Result<Codes, LoadFault> {
    let mut codes = Codes::new();
    let mut open: Vec<Element<'_>> = items(expansion, "contains").collect();
    while let Some(entry) = open.pop() {
        let text = |name| entry.get(name).and_then(Element::as_str);
        if let (Some(system), Some(code)) = (text("system"), text("code")) {
            let of_system = codes.entry(system.to_owned()).or_default();
            of_system.insert(code.to_owned());
        }
        open.extend(items(entry, "contains"));
    }
    if codes.is_empty() {
        Err(LoadFault::NotListable)
    } else {
        Ok(codes)
    }
}
