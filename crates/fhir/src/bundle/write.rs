//! The few strokes every Bundle is written with.

use cresset_model::write_string;

use crate::bundle::Link;

/// Appends `{"resourceType":"Bundle","type":…,"total":…,"link":[…]`.
pub(crate) fn head(bundle_type: &str, total: Option<u64>, links: &[Link], out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"resourceType\":\"Bundle\",\"type\":\"");
    out.extend_from_slice(bundle_type.as_bytes());
    out.push(b'"');
    if let Some(total) = total {
        out.extend_from_slice(format!(",\"total\":{total}").as_bytes());
    }
    for (i, link) in links.iter().enumerate() {
        out.extend_from_slice(if i == 0 { b",\"link\":[" } else { b"," });
        out.extend_from_slice(b"{\"relation\":\"");
        out.extend_from_slice(link.relation.code().as_bytes());
        out.extend_from_slice(b"\",\"url\":");
        write_string(&link.url, out);
        out.push(b'}');
    }
    if !links.is_empty() {
        out.push(b']');
    }
}

/// Appends `"entry":[…]` with one entry per item, or nothing for no items, and closes the Bundle.
pub(crate) fn entries<T>(items: &[T], out: &mut Vec<u8>, mut entry: impl FnMut(&T, &mut Vec<u8>)) {
    for (i, item) in items.iter().enumerate() {
        out.extend_from_slice(if i == 0 { b",\"entry\":[{" } else { b",{" });
        entry(item, out);
        out.push(b'}');
    }
    out.extend_from_slice(if items.is_empty() { b"}" } else { b"]}" });
}

/// Appends `"fullUrl":"[base]/[type]/[id]"`.
pub(crate) fn full_url(base: &str, resource_type: &str, id: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(b"\"fullUrl\":\"");
    for part in [base, "/", resource_type, "/", id] {
        out.extend_from_slice(part.as_bytes());
    }
    out.push(b'"');
}
