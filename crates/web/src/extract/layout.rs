//! `_pretty`.

use crate::render::Layout;

/// The layout a query asks for.
pub fn of_query(query: Option<&str>) -> Layout {
    let asked = query.is_some_and(|query| query.split('&').any(|pair| pair == "_pretty=true"));
    if asked {
        Layout::Pretty
    } else {
        Layout::Compact
    }
}
