//! Whether two documents say the same: members in any order, everything else exactly.

use cresset_model::{Bounds, Element, Kind, parse};
use cresset_xml::{Layout, read, write};

/// Puts a resource into XML and back, both layouts, and compares.
///
/// # Errors
/// In words, where and how it is not the same.
pub(crate) fn there_and_back(json: &[u8]) -> Result<(), String> {
    let bounds = Bounds::default();
    let before = parse(json, bounds).map_err(|e| e.to_string())?;
    for layout in [Layout::Compact, Layout::Pretty] {
        let xml = write(&before, layout).map_err(|e| e.to_string())?;
        let back = read(&xml, bounds).map_err(|e| e.to_string())?;
        let after = parse(&back, bounds).map_err(|e| e.to_string())?;
        same("", before.root(), after.root())?;
    }
    Ok(())
}

fn same(at: &str, left: Element<'_>, right: Element<'_>) -> Result<(), String> {
    let differ = |what: &str| Err(format!("{at}: {what}"));
    if left.kind() != right.kind() || left.len() != right.len() {
        return differ(&format!("{left:?} is not {right:?}"));
    }
    match left.kind() {
        Kind::Object => left.members().try_for_each(|(name, value)| {
            let here = format!("{at}.{name}");
            match right.get(name) {
                Some(other) => same(&here, value, other),
                None => Err(format!("{here} is gone")),
            }
        }),
        Kind::Array => left
            .items()
            .zip(right.items())
            .enumerate()
            .try_for_each(|(n, (l, r))| same(&format!("{at}[{n}]"), l, r)),
        // The white space around a narrative is not part of it.
        Kind::String if left.as_str().map(str::trim) == right.as_str().map(str::trim) => Ok(()),
        Kind::String => differ(&format!("{:?} is not {:?}", left.as_str(), right.as_str())),
        Kind::Number if left.number() == right.number() => Ok(()),
        Kind::Bool if left.as_bool() == right.as_bool() => Ok(()),
        Kind::Null => Ok(()),
        _ => differ("another value"),
    }
}
