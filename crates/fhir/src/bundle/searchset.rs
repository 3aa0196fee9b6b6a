//! The Bundle of a search: stored bytes spliced between a few strokes.

use cresset_store::{SearchPage, Version};

use super::{Link, write};
use crate::outcome;

/// Bytes of an entry besides its resource, its type and its id.
const ENTRY_BYTES: usize = 96;

/// Writes one page of a search.
pub fn searchset(page: &SearchPage, links: &[Link], base: &str) -> Vec<u8> {
    let versions = page.matches.iter().chain(&page.included);
    let bodies: usize = versions
        .map(|m| m.body.len() + base.len() + ENTRY_BYTES + 64)
        .sum();
    let heads: usize = links.iter().map(|link| link.url.len() + 40).sum();
    let mut out = Vec::with_capacity(bodies + heads + 128);
    write::head("searchset", page.total, links, &mut out);
    let matches = page.matches.iter().map(Entry::Match);
    let included = page.included.iter().map(Entry::Include);
    let cut = page.is_cut.then_some(Entry::Cut);
    let entries: Vec<Entry<'_>> = matches.chain(included).chain(cut).collect();
    write::entries(&entries, &mut out, |entry, out| entry.write(base, out));
    out
}

/// One entry by its `search.mode`.
enum Entry<'a> {
    Match(&'a Version),
    Include(&'a Version),
    /// Says that not everything is included.
    Cut,
}

impl Entry<'_> {
    fn write(&self, base: &str, out: &mut Vec<u8>) {
        let (version, mode) = match self {
            Self::Match(version) => (version, "match"),
            Self::Include(version) => (version, "include"),
            Self::Cut => {
                out.extend_from_slice(b"\"resource\":");
                out.extend_from_slice(&outcome::of_cut_includes());
                out.extend_from_slice(b",\"search\":{\"mode\":\"outcome\"}");
                return;
            }
        };
        write::full_url(base, version.resource_type.name(), version.id.as_str(), out);
        out.extend_from_slice(b",\"resource\":");
        out.extend_from_slice(&version.body);
        for part in [",\"search\":{\"mode\":\"", mode, "\"}"] {
            out.extend_from_slice(part.as_bytes());
        }
    }
}
