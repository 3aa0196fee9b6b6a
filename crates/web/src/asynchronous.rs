//! Requests that nobody waits for: `Prefer: respond-async` (RFC 7240 §4.1).
//!
//! [`kick_off()`] keeps the request as a job of the store and answers with the address at which its answer
//! will be. [`work`] takes jobs, each under a lease, and sends the kept request through the same router as
//! any other, in the name of whoever asked; what comes back is kept as the answer. The address is a route
//! like others ([`crate::fhir`]). Which requests may be long is decided here.

mod kept;
mod kick_off;
pub(crate) mod work;

use std::sync::Arc;

use axum::body::Body;
use cresset_auth::Caller;
use cresset_fhir::capabilities::operations;
use cresset_store::Lease;
use http::{Method, Request};

use crate::audit::Event;
use crate::extract::Prefer;
use crate::instance::OpenInstance;

pub(crate) use kept::{Asked, Head, committed};
pub(crate) use kick_off::kick_off;

/// A kept request on its way through the router.
#[derive(Clone)]
pub(crate) struct Replay {
    /// The practice it was asked of, at the base where it was.
    pub(crate) instance: Arc<OpenInstance>,
    /// Who asked for it, as the token stands now.
    pub(crate) caller: Arc<Caller>,
    /// What its job is held by.
    pub(crate) lease: Lease,
}

/// Whether a request is to be answered later. The preference is ignored where nothing is long, as any may
/// be (RFC 7240 §2).
pub(crate) fn is_wanted(request: &Request<Body>) -> bool {
    Prefer::of(request.headers()).asynchronous
        && may_be_long(request.method(), request.uri().path())
}

fn may_be_long(method: &Method, path: &str) -> bool {
    if method != Method::GET && method != Method::POST {
        return false;
    }
    let Some(event) = Event::of(method, path) else {
        return false;
    };
    match event.name() {
        "search-type" | "search-system" | "transaction" => true,
        "operation" => path
            .rsplit_once("/$")
            .is_some_and(|(_, name)| operations::may_be_long(name)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::may_be_long;
    use http::Method;

    #[test]
    fn searches_bundles_and_long_operations_may_be_long() {
        for (method, path, expect) in [
            (Method::GET, "/demo/fhir/Patient", true),
            (Method::GET, "/demo/fhir", true),
            (Method::GET, "/demo/fhir/Patient/1/Condition", true),
            (Method::POST, "/demo/fhir/Patient/_search", true),
            (Method::POST, "/demo/fhir/_search", true),
            (Method::POST, "/demo/fhir/Patient/1/*/_search", true),
            (Method::POST, "/demo/fhir", true),
            (Method::POST, "/demo/fhir/", true),
            (Method::GET, "/demo/fhir/Patient/1/$everything", true),
            (Method::POST, "/demo/fhir/Patient/$match", true),
            (Method::GET, "/demo/fhir/$graphql", false),
            (Method::POST, "/demo/fhir/Patient/1/$meta-add", false),
            (Method::HEAD, "/demo/fhir/Patient", false),
            (Method::GET, "/demo/fhir/Patient/1", false),
            (Method::POST, "/demo/fhir/Patient", false),
            (Method::PUT, "/demo/fhir/Patient/1", false),
            (Method::GET, "/demo/fhir/_async/1", false),
            (Method::GET, "/demo/fhir/metadata", false),
            (Method::POST, "/demo/auth/token/", false),
        ] {
            assert_eq!(may_be_long(&method, path), expect, "{method} {path}");
        }
    }
}
