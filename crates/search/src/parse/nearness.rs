//! What somebody who mistyped a parameter may have meant.

use cresset_definitions::{ResourceType, r4};

use super::Context;
use super::fault::{FaultKind, SearchFault, short};

/// Most suggestions, and most edits that still count as mistyping.
const SUGGESTED_MAX: usize = 3;
const EDITS_MAX: usize = 2;

/// By which other servers are asked for a page that begins somewhere.
const OFFSET: &str = "_offset";

/// The fault of naming a parameter that the type does not have.
pub(super) fn unknown(
    resource_type: ResourceType,
    code: &str,
    context: &Context<'_>,
) -> SearchFault {
    let own = r4().search_parameters_of(resource_type).iter();
    let defined = context.unindexed.defined().parameters_of(resource_type);
    let codes = own.map(|p| p.code).chain(defined.map(|p| p.code));
    let near = nearest(code, codes);
    let shown = short(code);
    let hint = match near.as_slice() {
        _ if code == OFFSET => {
            "Follow the links of a page to the next one; _count says how long a page is.".to_owned()
        }
        [] => "The capability statement lists those it has.".to_owned(),
        [only] => format!("Did you mean '{only}'?"),
        several => format!("Did you mean one of '{}'?", several.join("', '")),
    };
    let sentence = format!("{resource_type} has no search parameter '{shown}'. {hint}");
    SearchFault::new(FaultKind::Unknown, code, sentence)
}

/// Those within the fewest edits, or else those that begin or end alike.
fn nearest<'c>(code: &str, codes: impl Iterator<Item = &'c str>) -> Vec<&'c str> {
    if code.len() > 64 {
        return Vec::new();
    }
    let code = code.to_ascii_lowercase();
    let alike = EDITS_MAX + 1;
    let distances = codes.filter_map(|known| {
        let lower = known.to_ascii_lowercase();
        let edits = edits(code.as_bytes(), lower.as_bytes());
        let part = code.len() > 3 && (lower.starts_with(&code) || lower.ends_with(&code));
        if edits <= EDITS_MAX.min(code.len() / 2) {
            Some((edits, known))
        } else {
            part.then_some((alike, known))
        }
    });
    let distances: Vec<(usize, &str)> = distances.collect();
    let least = distances.iter().map(|(distance, _)| *distance).min();
    let nearest = distances
        .into_iter()
        .filter(|(distance, _)| Some(*distance) == least);
    nearest
        .take(SUGGESTED_MAX)
        .map(|(_, known)| known)
        .collect()
}

/// How many insertions, deletions and replacements turn one into the other.
fn edits(from: &[u8], to: &[u8]) -> usize {
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.iter().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (above, b) in row.iter_mut().skip(1).zip(to) {
            let here = (left + 1)
                .min(*above + 1)
                .min(diagonal + usize::from(a != b));
            diagonal = std::mem::replace(above, here);
            left = here;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}
