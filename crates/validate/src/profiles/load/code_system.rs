//! A `CodeSystem` into the compact form: its codes, and which stands above which.

use std::collections::BTreeMap;

use cresset_definitions::{CodeSystem, Concept};
use cresset_model::Element;

use super::{CODES_MAX, LoadFault, items, kept, list};

/// Most codes of a system in which codes stand above others.
const ORDERED_CODES_MAX: usize = 1 << u16::BITS;

/// What is said of a code.
#[derive(Default)]
struct Said<'t> {
    display: Option<&'t str>,
    parents: Vec<&'t str>,
}

pub(super) fn read(resource: Element<'_>) -> Result<CodeSystem, LoadFault> {
    let text = |name| text(resource, name);
    let url = text("url").ok_or(LoadFault::Missing("url"))?;
    Ok(CodeSystem {
        url: kept(url),
        name: kept(text("name").unwrap_or_default()),
        version: kept(text("version").unwrap_or_default()),
        complete: text("content") == Some("complete"),
        case_sensitive: resource.get("caseSensitive").and_then(Element::as_bool) == Some(true),
        concepts: list(concepts(&said(resource)?)?),
    })
}

/// Every code, wherever it is nested.
fn said(resource: Element<'_>) -> Result<BTreeMap<&str, Said<'_>>, LoadFault> {
    let mut codes: BTreeMap<&str, Said<'_>> = BTreeMap::new();
    let mut open: Vec<(Element<'_>, Option<&str>)> =
        items(resource, "concept").map(|c| (c, None)).collect();
    while let Some((concept, above)) = open.pop() {
        let Some(code) = text(concept, "code") else {
            continue;
        };
        open.extend(items(concept, "concept").map(|c| (c, Some(code))));
        let stated = items(concept, "property")
            .filter(|p| matches!(text(*p, "code"), Some("parent" | "subsumedBy")))
            .filter_map(|p| text(p, "valueCode"));
        let said = codes.entry(code).or_default();
        said.display = text(concept, "display");
        said.parents.extend(above.into_iter().chain(stated));
        if codes.len() > CODES_MAX {
            return Err(LoadFault::TooLarge(CODES_MAX));
        }
    }
    Ok(codes)
}

fn text<'t>(of: Element<'t>, name: &str) -> Option<&'t str> {
    of.get(name).and_then(Element::as_str)
}

/// The codes in their order, each with the positions of those above it.
fn concepts(codes: &BTreeMap<&str, Said<'_>>) -> Result<Vec<Concept>, LoadFault> {
    let is_ordered = codes.values().any(|said| !said.parents.is_empty());
    if is_ordered && codes.len() > ORDERED_CODES_MAX {
        return Err(LoadFault::TooLarge(ORDERED_CODES_MAX));
    }
    let places: BTreeMap<&str, u16> = codes.keys().copied().zip(0..=u16::MAX).collect();
    let concept = |(code, said): (&&str, &Said<'_>)| {
        let above = said.parents.iter();
        Concept {
            code: kept(code),
            display: kept(said.display.unwrap_or_default()),
            parents: list(above.filter_map(|code| places.get(code).copied()).collect()),
        }
    };
    Ok(codes.iter().map(concept).collect())
}
