//! The Bundle of a search: stored bytes spliced between a few strokes.

use cresset_store::SearchPage;

use super::{Link, write};

/// Bytes of an entry besides its resource, its type and its id.
const ENTRY_BYTES: usize = 96;

/// Writes one page of a search.
pub fn searchset(page: &SearchPage, links: &[Link], base: &str) -> Vec<u8> {
    let bodies: usize = page
        .matches
        .iter()
        .map(|m| m.body.len() + base.len() + ENTRY_BYTES + 64)
        .sum();
    let heads: usize = links.iter().map(|link| link.url.len() + 40).sum();
    let mut out = Vec::with_capacity(bodies + heads + 128);
    write::head("searchset", page.total, links, &mut out);
    write::entries(&page.matches, &mut out, |version, out| {
        write::full_url(base, version.resource_type.name(), version.id.as_str(), out);
        out.extend_from_slice(b",\"resource\":");
        out.extend_from_slice(&version.body);
        out.extend_from_slice(b",\"search\":{\"mode\":\"match\"}");
    });
    out
}
