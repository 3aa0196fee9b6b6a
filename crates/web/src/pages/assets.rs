//! Style sheets and pictures, embedded in the binary.

use axum::body::Body;
use axum::extract::Path;
use axum::response::Response;
use bytes::Bytes;
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, VARY};

use super::lost::no_such_page;
use crate::failure::Failure;

/// Name, type and content of every asset.
const ASSETS: [(&str, &str, &[u8]); 3] = [
    (
        "pico-2.1.1.min.css",
        "text/css; charset=utf-8",
        include_bytes!("../../assets/pico-2.1.1.min.css"),
    ),
    (
        "cresset.css",
        "text/css; charset=utf-8",
        include_bytes!("../../assets/cresset.css"),
    ),
    (
        "cresset.svg",
        "image/svg+xml",
        include_bytes!("../../assets/cresset.svg"),
    ),
];

/// `GET /assets/[file]`
pub(crate) async fn asset(Path(file): Path<String>) -> Result<Response, Failure> {
    let Some((_, media_type, content)) = ASSETS.iter().find(|(name, _, _)| *name == file) else {
        return no_such_page();
    };
    let mut response = Response::new(Body::from(Bytes::from_static(content)));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(
        CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=3600"),
    );
    headers.insert(VARY, HeaderValue::from_static("Accept-Encoding"));
    Ok(response)
}
