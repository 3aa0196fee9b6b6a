//! What came of each entry, and the Bundle that says so.

use bytes::Bytes;
use cresset_store::{Version, Whose};

use crate::bundle::write;
use crate::fault::Fault;
use crate::{instant, outcome};

/// How much the answer to a change holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Return {
    /// Only status, location and version of each.
    Minimal,
    /// The resources too.
    Representation,
    /// Words.
    OperationOutcome,
}

/// What came of one entry.
#[derive(Debug)]
pub(crate) enum Reply {
    /// A change, and the version that is current now. Without a body when the caller may not see it.
    Written(u16, Version),
    /// A version that was read, and the part of it that was asked for.
    Read(Version, Bytes),
    /// The caller holds the version already.
    NotModified(Version),
    /// Another resource, such as a page of a search or a history, and whose records it shows.
    Document(Bytes, Whose),
    /// No more than a status.
    Status(u16),
    /// It was refused.
    Failed(Fault),
}

impl Reply {
    /// Its status.
    pub(crate) fn status(&self) -> u16 {
        match self {
            Self::Written(status, _) | Self::Status(status) => *status,
            Self::Read(..) | Self::Document(..) => 200,
            Self::NotModified(_) => 304,
            Self::Failed(fault) => fault.kind.status(),
        }
    }

    /// Bytes of what it holds.
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Self::Read(_, body) | Self::Document(body, _) => body.len(),
            _ => 0,
        }
    }

    /// The same without what it holds (HEAD).
    pub(crate) fn without_body(self) -> Self {
        match self {
            Self::Read(version, _) => Self::Read(version, Bytes::new()),
            Self::Document(..) => Self::Status(200),
            other => other,
        }
    }
}

/// A Bundle of type `batch-response` or `transaction-response`: one entry for each of the request's.
pub(crate) fn bundle(bundle_type: &str, replies: &[Reply], base: &str, wanted: Return) -> Vec<u8> {
    let bytes: usize = replies.iter().map(|reply| reply.bytes() + 256).sum();
    let mut out = Vec::with_capacity(bytes + 64);
    write::head(bundle_type, None, &[], &mut out);
    write::entries(replies, &mut out, |reply, out| {
        entry(reply, base, wanted, out);
    });
    out
}

fn entry(reply: &Reply, base: &str, wanted: Return, out: &mut Vec<u8>) {
    let status = format!("{} {}", reply.status(), reason(reply.status()));
    match reply {
        Reply::Written(_, version) => {
            full_url(version, base, out);
            if wanted == Return::Representation {
                resource(&version.body, out);
            }
            response(&status, Some((version, base)), out);
            if wanted == Return::OperationOutcome {
                told(&outcome::of_success(reason(reply.status())), out);
            }
        }
        Reply::Read(version, body) => {
            full_url(version, base, out);
            resource(body, out);
            response(&status, Some((version, base)), out);
        }
        Reply::NotModified(version) => {
            full_url(version, base, out);
            response(&status, Some((version, base)), out);
        }
        Reply::Document(body, _) => {
            out.extend_from_slice(b"\"resource\":");
            out.extend_from_slice(body);
            response(&status, None, out);
        }
        Reply::Status(_) => {
            response(&status, None, out);
            if wanted == Return::OperationOutcome {
                told(&outcome::of_success(reason(reply.status())), out);
            }
        }
        Reply::Failed(fault) => {
            response(&status, None, out);
            told(&outcome::of_fault(fault), out);
        }
    }
    out.push(b'}');
}

fn full_url(version: &Version, base: &str, out: &mut Vec<u8>) {
    write::full_url(base, version.resource_type.name(), version.id.as_str(), out);
}

fn resource(body: &[u8], out: &mut Vec<u8>) {
    if !body.is_empty() {
        out.extend_from_slice(b",\"resource\":");
        out.extend_from_slice(body);
    }
}

/// `"response":{"status":…`, left open.
fn response(status: &str, version: Option<(&Version, &str)>, out: &mut Vec<u8>) {
    if out.last() != Some(&b'{') {
        out.push(b',');
    }
    out.extend_from_slice(format!("\"response\":{{\"status\":\"{status}\"").as_bytes());
    if let Some((version, base)) = version {
        let written = format!(
            ",\"location\":\"{base}/{}/{}/_history/{number}\",\"etag\":\"W/\\\"{number}\\\"\",\"lastModified\":\"{}\"",
            version.resource_type,
            version.id,
            instant::text(version.last_updated),
            number = version.version,
        );
        out.extend_from_slice(written.as_bytes());
    }
}

fn told(outcome: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(b",\"outcome\":");
    out.extend_from_slice(outcome);
}

/// The words R4 puts behind the number in `Bundle.entry.response.status`.
pub(crate) const fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        204 => "No Content",
        304 => "Not Modified",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        406 => "Not Acceptable",
        409 => "Conflict",
        410 => "Gone",
        412 => "Precondition Failed",
        413 => "Content Too Large",
        415 => "Unsupported Media Type",
        422 => "Unprocessable Content",
        429 => "Too Many Requests",
        503 => "Service Unavailable",
        507 => "Insufficient Storage",
        _ => "Internal Server Error",
    }
}
