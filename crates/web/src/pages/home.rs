//! `GET /`

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use super::page::page;
use super::site::Site;
use crate::app::App;
use crate::failure::Failure;

#[derive(Template)]
#[template(path = "home.html")]
struct Home {
    instances: Vec<Site>,
}

/// What is running.
pub(crate) async fn home(State(app): State<App>) -> Result<Response, Failure> {
    let instances = Site::all(&app).await?;
    page(StatusCode::OK, &Home { instances })
}
