//! Taking a request for later.

use axum::body::Body;
use axum::extract::FromRequestParts;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cresset_base::{Rng, Timestamp};
use cresset_fhir::Kind;
use cresset_store::Job;
use http::header::CONTENT_LOCATION;
use http::{HeaderName, HeaderValue, Request, StatusCode};

use super::kept::Asked;
use super::work;
use crate::app::App;
use crate::correlation::Correlation;
use crate::extract::{Ask, Pairs, body};
use crate::failure::Failure;
use crate::render;

const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");
const RESPOND_ASYNC: HeaderValue = HeaderValue::from_static("respond-async");

/// Keeps a request, and answers 202 with the address at which its answer will be.
///
/// # Errors
/// As for any request without a token; 400 where files are asked for, 413 for too long a body, 429 when
/// the app has as many requests as it may.
pub(crate) async fn kick_off(
    app: &App,
    request: Request<Body>,
    correlation: &Correlation,
) -> Result<Response, Failure> {
    let (mut parts, body) = request.into_parts();
    let ask = Ask::from_request_parts(&mut parts, app).await?;
    let Pairs(pairs) = Pairs::from_request_parts(&mut parts, app).await?;
    // R5 async-bundle: who asks for files must not be given a Bundle instead.
    if pairs.iter().any(|(name, _)| name == "_outputFormat") {
        let text = "_outputFormat asks for files, which only bulk export gives; leave it out to be answered with a Bundle";
        return Err(Failure::new(Kind::Value, text));
    }
    let limits = app.limits();
    let body = body::read(body, limits.body_bytes_max).await?;
    let now = app.platform().clock.now();
    let id = fresh_id(&*app.platform().rng);
    let job = Job {
        id: id.clone(),
        app: ask.caller.client_id.clone(),
        content: Asked::of(&parts, &ask, correlation).text()?,
        body,
        asked: now,
        kept_until: after(now, i64::from(limits.job_kept_s) * 1_000),
    };
    let at_most = limits.jobs_per_app_max;
    if !ask.instance.store.add_job(job, at_most).await? {
        let text = format!(
            "An app has at most {at_most} asynchronous requests; wait for some to be done, and DELETE those whose answers you have"
        );
        return Err(Failure::new(Kind::Throttled, text));
    }
    work::begin(app, &ask.instance);
    Ok(taken(&ask, &id))
}

fn taken(ask: &Ask, id: &str) -> Response {
    let mut response = render::empty(StatusCode::ACCEPTED);
    let base = &ask.instance.fhir.settings().base_url;
    let headers = response.headers_mut();
    if let Ok(address) = HeaderValue::try_from(format!("{base}/_async/{id}")) {
        headers.insert(CONTENT_LOCATION, address);
    }
    headers.insert(PREFERENCE_APPLIED, RESPOND_ASYNC);
    response
}

/// 256 random bits: nobody comes upon an address that was not given to them.
fn fresh_id(rng: &dyn Rng) -> String {
    let mut bytes = [0; 32];
    rng.fill(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// So many milliseconds later.
pub(super) fn after(now: Timestamp, ms: i64) -> Timestamp {
    let then = now.as_millisecond().saturating_add(ms);
    Timestamp::from_millisecond(then).unwrap_or(Timestamp::MAX)
}
