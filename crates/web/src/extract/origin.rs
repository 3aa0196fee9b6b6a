//! Where a form stood.

use http::header::{HOST, ORIGIN};
use http::{HeaderMap, HeaderValue, Uri};

/// Whether a browser says that the form stood on a page of this server. What says nothing is no
/// browser of today, and cannot be led here by a foreign page.
pub fn is_own_page(uri: &Uri, headers: &HeaderMap) -> bool {
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
