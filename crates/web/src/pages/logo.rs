//! `/[instance]/logos/[client_id]/[digest]`: the pictures of apps.

use axum::body::Body;
use axum::extract::Path;
use axum::response::Response;
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};

use super::assets::FOR_EVER;
use super::lost::no_such_page;
use crate::extract::Instance;
use crate::failure::Failure;

/// A picture runs nothing and loads nothing, whatever a browser takes it for.
const POLICY: HeaderValue = HeaderValue::from_static("default-src 'none'; sandbox");

/// The picture, to whoever has its address.
pub(crate) async fn logo(
    Instance(instance): Instance,
    Path((_, client_id, digest)): Path<(String, String, String)>,
) -> Result<Response, Failure> {
    let Some(logo) = instance.auth.logo(&client_id, &digest).await? else {
        return no_such_page();
    };
    let mut response = Response::new(Body::from(logo.content));
    let headers = response.headers_mut();
    let media_type = HeaderValue::from_static(logo.form.media_type());
    headers.insert(CONTENT_TYPE, media_type);
    headers.insert(CONTENT_SECURITY_POLICY, POLICY);
    headers.insert(CACHE_CONTROL, FOR_EVER);
    Ok(response)
}
