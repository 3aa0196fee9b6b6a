//! The answer to a transaction.

use cresset_store::{Version, Written};

use super::Return;
use crate::bundle::write;
use crate::instant;

/// A Bundle of type `transaction-response`: one entry per change, in order.
pub(super) fn response(written: &[Written], base: &str, wanted: Return) -> Vec<u8> {
    let mut out = Vec::with_capacity(256 * written.len() + 64);
    write::head("transaction-response", None, &[], &mut out);
    write::entries(written, &mut out, |written, out| match written {
        Written::Created(version) => entry(version, "201 Created", base, wanted, out),
        Written::Updated(version) | Written::Unchanged(version) => {
            entry(version, "200 OK", base, wanted, out);
        }
        Written::Deleted(_) | Written::NothingToDelete => {
            out.extend_from_slice(b"\"response\":{\"status\":\"204 No Content\"}");
        }
    });
    out
}

fn entry(version: &Version, status: &str, base: &str, wanted: Return, out: &mut Vec<u8>) {
    let (resource_type, id) = (version.resource_type.name(), version.id.as_str());
    write::full_url(base, resource_type, id, out);
    if wanted == Return::Representation {
        out.extend_from_slice(b",\"resource\":");
        out.extend_from_slice(&version.body);
    }
    let response = format!(
        ",\"response\":{{\"status\":\"{status}\",\"location\":\"{base}/{resource_type}/{id}/_history/{number}\",\
         \"etag\":\"W/\\\"{number}\\\"\",\"lastModified\":\"{at}\"}}",
        number = version.version,
        at = instant::text(version.last_updated),
    );
    out.extend_from_slice(response.as_bytes());
}
