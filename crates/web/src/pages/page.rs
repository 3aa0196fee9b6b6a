//! A template as an answer, with what keeps it harmless.

use askama::Template;
use axum::body::Body;
use axum::response::Response;
use cresset_fhir::Fault;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_FRAME_OPTIONS,
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use crate::failure::Failure;

/// Only our own style sheets and pictures; the design system draws some of its signs as `data:`. Forms lead
/// to these targets.
fn set_policy(headers: &mut HeaderMap, scripts: &str, targets: &str) {
    let policy = format!(
        "{scripts}default-src 'none'; style-src 'self'; img-src 'self' data:; form-action {targets}; \
         object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
    );
    // What cannot be said leaves the policy that stands there, which lets less.
    if let Ok(policy) = HeaderValue::try_from(policy) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
}

/// What a page may run that needs a script: our own.
const OWN_SCRIPT: &str = "script-src 'self'; ";

const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");

/// Renders a page.
pub(super) fn page(status: StatusCode, template: &impl Template) -> Result<Response, Failure> {
    let html = template
        .render()
        .map_err(|error| Failure::from(Fault::internal(error.to_string())))?;
    let mut response = Response::new(Body::from(html));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("text/html; charset=utf-8"),
    );
    set_form_targets(headers, "'self'");
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(OPENER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// Renders a page with a form on it. Its browser may say where the form stood: with `no-referrer`
/// it would name no origin.
pub(super) fn form_page(status: StatusCode, template: &impl Template) -> Result<Response, Failure> {
    let mut response = page(status, template)?;
    send_origin(&mut response);
    Ok(response)
}

/// Renders a page with a form on it that runs [our script](super::assets::SCRIPT)
/// (docs/adr/0049-passkeys.md).
pub(super) fn script_page(
    status: StatusCode,
    template: &impl Template,
) -> Result<Response, Failure> {
    let mut response = form_page(status, template)?;
    set_policy(response.headers_mut(), OWN_SCRIPT, "'self'");
    Ok(response)
}

/// Lets a browser say on the form of this page from where it is sent.
pub(super) fn send_origin(response: &mut Response) {
    let policy = HeaderValue::from_static("same-origin");
    response.headers_mut().insert(REFERRER_POLICY, policy);
}

/// Says where forms of a page may lead, redirections included.
pub(super) fn set_form_targets(headers: &mut HeaderMap, targets: &str) {
    set_policy(headers, "", targets);
}
