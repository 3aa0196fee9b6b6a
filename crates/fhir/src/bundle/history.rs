//! The Bundle of a history: each version with the interaction that made it.

use cresset_store::store::Method;
use cresset_store::{HistoryPage, Version};

use super::{Link, write};
use crate::instant;

/// Writes one page of a history.
pub fn history(page: &HistoryPage, links: &[Link], base: &str) -> Vec<u8> {
    let bodies: usize = page
        .versions
        .iter()
        .map(|v| v.body.len() + base.len() + 320)
        .sum();
    let mut out = Vec::with_capacity(bodies + 512);
    write::head("history", page.total, links, &mut out);
    write::entries(&page.versions, &mut out, |version, out| {
        entry(version, base, out);
    });
    out
}

fn entry(version: &Version, base: &str, out: &mut Vec<u8>) {
    let (resource_type, id) = (version.resource_type.name(), version.id.as_str());
    write::full_url(base, resource_type, id, out);
    if version.method != Method::Delete {
        out.extend_from_slice(b",\"resource\":");
        out.extend_from_slice(&version.body);
    }
    let (method, url, status) = match version.method {
        Method::Create => ("POST", resource_type.to_owned(), "201 Created"),
        Method::Update => (
            "PUT",
            format!("{resource_type}/{id}"),
            update_status(version.version),
        ),
        Method::Delete => ("DELETE", format!("{resource_type}/{id}"), "204 No Content"),
    };
    let request = format!(",\"request\":{{\"method\":\"{method}\",\"url\":\"{url}\"}}");
    let response = format!(
        ",\"response\":{{\"status\":\"{status}\",\"etag\":\"W/\\\"{}\\\"\",\"lastModified\":\"{}\"}}",
        version.version,
        instant::text(version.last_updated),
    );
    out.extend_from_slice(request.as_bytes());
    out.extend_from_slice(response.as_bytes());
}

/// An update that made the first version created the resource.
fn update_status(version: u64) -> &'static str {
    if version == 1 {
        "201 Created"
    } else {
        "200 OK"
    }
}
