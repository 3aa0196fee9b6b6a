//! `POST /[instance]/sandbox-token`

use askama::Template;
use axum::response::Response;
use cresset_auth::sandbox::LIFETIME_S;
use cresset_fhir::Kind;
use http::header::{HOST, ORIGIN, REFERRER_POLICY};
use http::{HeaderMap, HeaderValue, StatusCode, Uri};

use super::page::page;
use crate::extract::Instance;
use crate::failure::Failure;

#[derive(Template)]
#[template(path = "sandbox_token.html")]
struct SandboxToken<'a> {
    name: &'a str,
    fhir: &'a str,
    token: &'a str,
    minutes: u32,
}

/// A fresh token to read with, shown once. Nobody is asked who they are, so only an instance
/// whose data is made up has this, and only its own page may ask for it.
pub(crate) async fn sandbox_token(
    Instance(instance): Instance,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    if !instance.sandbox {
        return Err(not_given());
    }
    if !is_own_page(&uri, &headers) {
        let text = "Only the page of this practice may ask for a sandbox token";
        return Err(Failure::new(Kind::Forbidden, text));
    }
    let issued = instance.auth.sandbox_token().await?.ok_or_else(not_given)?;
    let shown = SandboxToken {
        name: instance.name.as_str(),
        fhir: &instance.fhir.settings().base_url,
        token: issued.access_token.expose(),
        minutes: issued.expires_in / 60,
    };
    page(StatusCode::OK, &shown)
}

/// Lets a browser say on the form of this page from where it is sent: with `no-referrer` it would
/// name no origin.
pub(super) fn send_origin(response: &mut Response) {
    let policy = HeaderValue::from_static("same-origin");
    response.headers_mut().insert(REFERRER_POLICY, policy);
}

/// How long a sandbox token lives, in minutes.
pub(super) const LIFETIME_MINUTES: u32 = LIFETIME_S / 60;

fn not_given() -> Failure {
    Failure::new(Kind::NotFound, "There is nothing at this address")
}

/// Whether a browser says that the form stood on a page of this server. What says nothing is no
/// browser of today, and cannot be led here by a foreign page.
fn is_own_page(uri: &Uri, headers: &HeaderMap) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin";
    }
    let Some(origin) = headers.get(ORIGIN) else {
        return true;
    };
    let host = uri
        .authority()
        .map(|authority| authority.as_str().as_bytes())
        .or_else(|| headers.get(HOST).map(HeaderValue::as_bytes));
    let origin = origin.as_bytes();
    let from = origin
        .strip_prefix(b"https://")
        .or_else(|| origin.strip_prefix(b"http://"));
    matches!((from, host), (Some(from), Some(host)) if from.eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests {
    use super::is_own_page;
    use http::{HeaderMap, HeaderName, HeaderValue, Uri};

    fn check(uri: &'static str, headers: &[(&'static str, &'static str)], expect: bool) {
        let map: HeaderMap = headers
            .iter()
            .map(|&(name, value)| {
                (
                    HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                )
            })
            .collect();
        let uri = Uri::from_static(uri);
        assert_eq!(is_own_page(&uri, &map), expect, "{uri} {headers:?}");
    }

    #[test]
    fn a_browser_says_where_the_form_stood() {
        let path = "/demo/sandbox-token";
        check(path, &[], true);
        for (site, expect) in [
            ("same-origin", true),
            ("same-site", false),
            ("cross-site", false),
            ("none", false),
        ] {
            check(path, &[("sec-fetch-site", site)], expect);
        }
        for (origin, expect) in [
            ("https://ehr.example", true),
            ("http://EHR.example", true),
            ("https://ehr.example:8443", false),
            ("https://evil.example", false),
            ("https://ehr.example.evil.example", false),
            ("null", false),
        ] {
            check(path, &[("origin", origin), ("host", "ehr.example")], expect);
            let whole = "https://ehr.example/demo/sandbox-token";
            check(whole, &[("origin", origin)], expect);
        }
        check(path, &[("origin", "https://ehr.example")], false);
    }
}
