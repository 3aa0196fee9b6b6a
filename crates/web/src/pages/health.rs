//! `GET /health`

use axum::extract::State;
use axum::response::Response;
use http::header::CACHE_CONTROL;
use http::{HeaderValue, StatusCode};

use crate::app::App;
use crate::failure::Failure;
use crate::render;

/// 200 while the server answers and can see its instances; 503 otherwise.
pub(crate) async fn health(State(app): State<App>) -> Result<Response, Failure> {
    let instances = app.platform().instances.list().await?.len();
    let body = format!("{{\"status\":\"ok\",\"instances\":{instances}}}");
    let mut response = render::json(StatusCode::OK, body.into_bytes());
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
