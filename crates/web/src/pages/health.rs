//! `GET /health`

use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use http::header::CACHE_CONTROL;
use http::{HeaderValue, StatusCode};
use tokio::time::timeout;

use crate::app::App;
use crate::render;

/// How long the registry may take to say which instances there are.
const PATIENCE: Duration = Duration::from_secs(1);

/// 200 while the server answers; 503 once it is about to end. What is away for all nodes is told and
/// changes no status: a node taken out for it would be missed for what it can still serve.
pub(crate) async fn health(State(app): State<App>) -> Response {
    let instances = &app.platform().instances;
    let listed = timeout(PATIENCE, instances.list()).await;
    let count = match &listed {
        Ok(Ok(names)) => names.len().to_string(),
        Ok(Err(_)) | Err(_) => "null".to_owned(),
    };
    // Names that were read before are listed while it is away.
    let registry = match instances.is_registry_away() {
        None => "",
        Some(false) if listed.is_ok() => r#","registry":"reachable""#,
        Some(_) => r#","registry":"away""#,
    };
    let (status, word) = if app.is_draining() {
        (StatusCode::SERVICE_UNAVAILABLE, "draining")
    } else {
        (StatusCode::OK, "ok")
    };
    let body = format!(r#"{{"status":"{word}","instances":{count}{registry}}}"#);
    let mut response = render::json(status, body.into_bytes());
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
