//! The answer to a write.

use axum::response::Response;
use bytes::Bytes;
use cresset_fhir::outcome;
use cresset_rules::{Location, Written};
use cresset_store::Version;
use http::header::LOCATION;
use http::{HeaderValue, StatusCode};

use crate::extract::Ask;
use crate::extract::prefer::Return;
use crate::render;

/// Status, `ETag`, `Last-Modified`, `Location` of what was created, and the body the caller prefers.
pub(super) fn written(
    ask: &Ask,
    status: StatusCode,
    version: &Version,
    wanted: Option<Return>,
) -> Response {
    let envelope = &ask.instance.fhir.rules().envelope;
    let unasked = match envelope.written {
        Written::Resource => Return::Representation,
        Written::Nothing => Return::Minimal,
    };
    let mut response = match wanted.unwrap_or(unasked) {
        Return::Representation => render::fhir(status, version.body.clone(), ask.layout),
        Return::Minimal => render::empty(status),
        Return::OperationOutcome => {
            let text = if status == StatusCode::CREATED {
                "Created"
            } else {
                "Updated"
            };
            render::fhir(status, Bytes::from(outcome::of_success(text)), ask.layout)
        }
    };
    render::version_headers(version, response.headers_mut());
    if status == StatusCode::CREATED {
        let base = &ask.instance.fhir.settings().base_url;
        let mut url = format!("{base}/{}/{}", version.resource_type, version.id);
        if envelope.location == Location::Version {
            url = format!("{url}/_history/{}", version.version);
        }
        if let Ok(location) = HeaderValue::try_from(url) {
            response.headers_mut().insert(LOCATION, location);
        }
    }
    response
}
