//! `GET /[instance]/`

use askama::Template;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use cresset_access::{Access, SystemReason};
use http::StatusCode;

use super::number::grouped;
use super::page::{page, send_origin};
use super::sandbox::LIFETIME_MINUTES;
use crate::extract::Instance;
use crate::failure::Failure;

#[derive(Template)]
#[template(path = "dashboard.html")]
struct Dashboard<'a> {
    name: &'a str,
    fhir: &'a str,
    auth: &'a str,
    /// Whether practices stand behind it.
    is_front: bool,
    total: String,
    counts: Vec<Count>,
    /// How long a token from the button lives, where there is one.
    sandbox_minutes: Option<u32>,
}

struct Count {
    name: &'static str,
    shown: String,
    /// Of the most frequent type, at least one so that the bar is seen.
    percent: u64,
}

/// How many records of each type there are, most first, and where the instance is found.
pub(crate) async fn dashboard(Instance(instance): Instance) -> Result<Response, Failure> {
    let access = Access::system(SystemReason::OperatorCounts);
    let mut counts = instance.store.counts(&access).await?;
    counts.sort_by_key(|&(resource_type, count)| (std::cmp::Reverse(count), resource_type));
    let most = counts.first().map_or(1, |&(_, count)| count.max(1));
    let settings = instance.fhir.settings();
    let dashboard = Dashboard {
        name: instance.name.as_str(),
        fhir: &settings.base_url,
        auth: &settings.auth_url,
        is_front: instance.is_front(),
        total: grouped(counts.iter().map(|(_, count)| count).sum()),
        counts: counts
            .into_iter()
            .map(|(resource_type, count)| Count {
                name: resource_type.name(),
                shown: grouped(count),
                percent: (count * 100 / most).max(1),
            })
            .collect(),
        sandbox_minutes: instance.sandbox.then_some(LIFETIME_MINUTES),
    };
    let mut response = page(StatusCode::OK, &dashboard)?;
    if instance.sandbox {
        send_origin(&mut response);
    }
    Ok(response)
}

/// The dashboard's address ends in a slash.
pub(crate) async fn to_dashboard(Path(name): Path<String>, Instance(_): Instance) -> Response {
    Redirect::permanent(&format!("/{name}/")).into_response()
}
