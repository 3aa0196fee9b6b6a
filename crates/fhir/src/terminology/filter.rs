//! `ValueSet.compose.include.filter`: the codes of a system that pass.

use cresset_model::Element;

use super::codes::Codes;
use crate::fault::{Fault, Kind};

/// The codes of `codes` that pass one filter.
///
/// # Errors
/// [`Kind::NotSupported`] for a property or an operation that is not served.
pub(super) fn passing(codes: &Codes, filter: Element<'_>) -> Result<Vec<String>, Fault> {
    let text = |name| {
        filter
            .get(name)
            .and_then(Element::as_str)
            .unwrap_or_default()
    };
    let (property, op, value) = (text("property"), text("op"), text("value"));
    let all = codes.all().into_iter();
    let passes: Box<dyn Fn(&str) -> bool> = match (property, op) {
        ("concept" | "code", "is-a") => Box::new(|c| c == value || codes.subsumes(value, c)),
        ("concept" | "code", "descendent-of") => Box::new(|c| codes.subsumes(value, c)),
        ("concept" | "code", "is-not-a") => Box::new(|c| c != value && !codes.subsumes(value, c)),
        ("concept" | "code", "=") => Box::new(|c| c == value),
        ("concept" | "code", "in") => Box::new(|c| value.split(',').any(|v| v.trim() == c)),
        ("concept" | "code", "not-in") => Box::new(|c| value.split(',').all(|v| v.trim() != c)),
        ("parent", "=") => Box::new(|c| codes.known(c).is_some_and(|k| k.parents.contains(&value))),
        _ => {
            let text = "The value set filters by something other than concept, code or parent, which is not served";
            return Err(Fault::coded(Kind::BusinessRule, "not-supported", text));
        }
    };
    Ok(all.filter(|c| passes(c)).map(str::to_owned).collect())
}
