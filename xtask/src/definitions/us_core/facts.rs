//! What the published profiles ask beyond R4, in the shape of our own data.

mod base;

use std::collections::BTreeSet;

use cresset_definitions::{TypeDef, package::Package, r4};
use serde::de::DeserializeOwned;
use serde_json::Value;

use base::Base;

use super::published::{Constraint, Element, SearchParameter, Slicing, StructureDefinition, Type};
use super::written::{
    WrittenElement, WrittenParameter, WrittenProfile, WrittenRule, WrittenSlicing,
};
use crate::definitions::{Error, tail};

/// The facts of every profile in the package.
pub(crate) fn profiles(package: &Package) -> Result<Vec<WrittenProfile>, Error> {
    let published: Vec<StructureDefinition> = all(package, "StructureDefinition")?;
    let mut profiles: Vec<_> = published.iter().map(profile).collect();
    profiles.sort_by(|a, b| a.url.cmp(&b.url));
    Ok(profiles)
}

fn all<T: DeserializeOwned>(package: &Package, resource_type: &str) -> Result<Vec<T>, Error> {
    let of_type = package
        .resources
        .iter()
        .filter(|r| r.resource_type == resource_type);
    of_type
        .map(|r| Ok(serde_json::from_slice(&r.json)?))
        .collect()
}

/// Where our account of a profile differs from theirs, one sentence each.
pub(crate) fn differences(ours: &WrittenProfile, theirs: &WrittenProfile) -> Vec<String> {
    let mut found = Vec::new();
    if (&ours.type_name, &ours.base) != (&theirs.type_name, &theirs.base) {
        found.push(format!("{}: type or base differ", ours.url));
    }
    let by_id = |p: &WrittenProfile, id: &str| p.elements.iter().find(|e| e.id == id).cloned();
    let ids: BTreeSet<_> = ours
        .elements
        .iter()
        .chain(&theirs.elements)
        .map(|e| &e.id)
        .collect();
    for id in ids {
        let (ours_here, theirs_here) = (by_id(ours, id), by_id(theirs, id));
        if ours_here != theirs_here {
            let url = &ours.url;
            found.push(format!(
                "{url} {id}: ours {ours_here:?}, theirs {theirs_here:?}"
            ));
        }
    }
    found
}

/// Search parameters of the package that neither R4 nor our data has, or that differ without reason.
pub(crate) fn parameter_differences(
    package: &Package,
    ours: &[WrittenParameter],
) -> Result<Vec<String>, Error> {
    let published: Vec<SearchParameter> = all(package, "SearchParameter")?;
    let mut found = Vec::new();
    for theirs in &published {
        let base = theirs.base.first().map(String::as_str).unwrap_or_default();
        match ours.iter().find(|p| p.url == theirs.url) {
            Some(p) if (p.code.as_str(), p.resource_type.as_str()) != (&theirs.code, base) => {
                found.push(format!("{}: code or type differ", p.url));
            }
            Some(p) if p.search_type != theirs.search_type => {
                found.push(format!("{}: search type differs", p.url));
            }
            Some(p) if p.expression != theirs.expression && p.reason.is_none() => {
                found.push(format!("{}: expression differs without a reason", p.url));
            }
            Some(_) => {}
            None => {
                let in_r4 = cresset_definitions::ResourceType::parse(base)
                    .and_then(|t| r4().search_parameter(t, &theirs.code));
                if in_r4.is_none() {
                    found.push(format!("{} is missing", theirs.url));
                }
            }
        }
    }
    Ok(found)
}

fn profile(definition: &StructureDefinition) -> WrittenProfile {
    let elements = &definition.snapshot.element;
    let nothing = |id: &str| WrittenElement {
        id: id.to_owned(),
        ..WrittenElement::default()
    };
    let asked = elements
        .iter()
        .filter(|e| Base::exists(&definition.type_name, &e.id))
        .map(|e| element(definition, e))
        .filter(|e| *e != nothing(&e.id));
    WrittenProfile {
        url: definition.url.clone(),
        type_name: definition.type_name.clone(),
        base: definition.base_definition.clone(),
        elements: asked.collect(),
    }
}

fn element(definition: &StructureDefinition, e: &Element) -> WrittenElement {
    let base = Base::at(&definition.type_name, &e.id);
    // The root of a profile repeats the cardinality of nothing.
    let root = !e.id.contains('.');
    let slice = e.slice_name.is_some();
    let own = |prefix: &str| {
        let found = e.rest.iter().find(|(k, _)| k.starts_with(prefix));
        found.map(|(_, v): (_, &Value)| v.clone())
    };
    WrittenElement {
        id: e
            .id
            .split_once('.')
            .map(|(_, id)| id.to_owned())
            .unwrap_or_default(),
        min: (!root && (slice || e.min != base.min)).then_some(e.min),
        max: (!root && (slice || e.max != base.max)).then(|| e.max.clone()),
        must_support: e.must_support,
        uscdi: !e.must_support
            && e.extension
                .iter()
                .any(|x| tail(&x.url) == "uscdi-requirement"),
        types: types(&e.types, &base),
        profiles: e
            .types
            .iter()
            .flat_map(|t| &t.profile)
            .filter(|p| tail(p) != "SimpleQuantity")
            .cloned()
            .collect(),
        targets: targets(&e.types, &base),
        binding: binding(e, &base),
        fixed: own("fixed"),
        pattern: own("pattern"),
        slicing: e
            .slicing
            .as_ref()
            .filter(|_| has_slices(definition, e))
            .map(slicing),
        rules: e
            .constraint
            .iter()
            .filter(|c| !is_of_r4(&c.key))
            .filter_map(rule)
            .collect(),
    }
}

fn types(published: &[Type], base: &Base) -> Vec<String> {
    let names: BTreeSet<_> = published.iter().map(|t| t.code.as_str()).collect();
    let marked = published.iter().any(Type::must_support);
    if published.is_empty() || names.iter().any(|n| n.contains('/')) {
        return Vec::new();
    }
    if !marked
        && (base.types.is_empty() || names == base.types.iter().map(String::as_str).collect())
    {
        return Vec::new();
    }
    published
        .iter()
        .map(|t| {
            if t.must_support() {
                format!("!{}", t.code)
            } else {
                t.code.clone()
            }
        })
        .collect()
}

fn targets(published: &[Type], base: &Base) -> Vec<String> {
    let marked = published
        .iter()
        .flat_map(Type::targets)
        .any(|(_, marked)| marked);
    let all: Vec<_> = published.iter().flat_map(Type::targets).collect();
    let core = "http://hl7.org/fhir/StructureDefinition/";
    let names: Option<BTreeSet<_>> = all
        .iter()
        .map(|(url, _)| url.strip_prefix(core).map(str::to_owned))
        .collect();
    // `Resource` is how the publication says what an empty list says in the tables: any type.
    let same =
        |n: BTreeSet<String>| n == base.targets || n == BTreeSet::from(["Resource".to_owned()]);
    if all.is_empty() || (!marked && names.is_some_and(same)) {
        return Vec::new();
    }
    all.into_iter()
        .map(|(url, marked)| {
            if marked {
                format!("!{url}")
            } else {
                url.to_owned()
            }
        })
        .collect()
}

fn binding(e: &Element, base: &Base) -> Option<(String, String)> {
    let b = e.binding.as_ref()?;
    let url = b.value_set.as_deref()?.split('|').next()?.to_owned();
    let found = (b.strength.clone(), url);
    (base.binding.as_ref() != Some(&found)).then_some(found)
}

/// Whether some element is a slice of this one.
fn has_slices(definition: &StructureDefinition, e: &Element) -> bool {
    let slice = |other: &Element| {
        other.path == e.path
            && other
                .id
                .strip_prefix(&e.id)
                .is_some_and(|r| r.starts_with(':'))
    };
    definition.snapshot.element.iter().any(slice)
}

fn slicing(s: &Slicing) -> WrittenSlicing {
    WrittenSlicing {
        by: s
            .discriminator
            .iter()
            .map(|d| (d.kind.clone(), d.path.clone()))
            .collect(),
        closed: s.rules == "closed",
        ordered: s.ordered,
    }
}

fn rule(c: &Constraint) -> Option<WrittenRule> {
    Some(WrittenRule {
        key: c.key.clone(),
        severity: c.severity.clone(),
        human: c.human.clone(),
        expression: c.expression.clone()?,
    })
}

/// Whether R4 itself states a rule of this key.
fn is_of_r4(key: &str) -> bool {
    let states = |t: &TypeDef| {
        let of_elements = t.elements.iter().flat_map(|e| e.constraints);
        t.constraints
            .iter()
            .chain(of_elements)
            .any(|c| c.key == key)
    };
    r4().types().iter().any(states)
}
