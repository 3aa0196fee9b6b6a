//! `GET /health`

use axum::extract::State;
use axum::response::Response;
use http::header::CACHE_CONTROL;
use http::{HeaderValue, StatusCode};

use crate::app::App;
use crate::failure::Failure;
use crate::render;

/// 200 while the server answers and can see its instances; 503 otherwise, and once it is about to end.
pub(crate) async fn health(State(app): State<App>) -> Result<Response, Failure> {
    let instances = app.platform().instances.list().await?.len();
    let (status, word) = if app.is_draining() {
        (StatusCode::SERVICE_UNAVAILABLE, "draining")
    } else {
        (StatusCode::OK, "ok")
    };
    let body = format!("{{\"status\":\"{word}\",\"instances\":{instances}}}");
    let mut response = render::json(status, body.into_bytes());
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
