//! `[base]/_async/[job]`: how far a request is that nobody waited for, and its answer

use axum::extract::{RawPathParams, State};
use axum::response::Response;
use bytes::Bytes;
use cresset_auth::{BearerError, Standing};
use cresset_base::Timestamp;
use cresset_fhir::{Fault, Kind, bundle};
use cresset_store::{JobState, Stage, Whose};
use http::header::RETRY_AFTER;
use http::{HeaderName, HeaderValue, StatusCode};

use crate::app::App;
use crate::asynchronous::{Asked, Head, work};
use crate::audit::{Happening, Occasion, record};
use crate::extract::Ask;
use crate::failure::Failure;
use crate::render;

const X_PROGRESS: HeaderName = HeaderName::from_static("x-progress");
/// Longest time somebody is told to wait before asking again, in seconds.
const WAIT_S_MAX: i64 = 30;

/// 202 with how far it is, or 200 with the answer.
pub(crate) async fn async_answer(
    State(app): State<App>,
    occasion: Occasion,
    ask: Ask,
    params: RawPathParams,
) -> Result<Response, Failure> {
    let id = id(&params);
    let now = app.platform().clock.now();
    let state = found(&ask, id, now).await;
    let state = noted(&app, &ask, &occasion, state).await?;
    if state.stage != Stage::Done {
        if state.held_until <= now {
            work::go_on(&app, &ask.instance);
        }
        return Ok(under_way(&state, now));
    }
    let answer = ask.instance.store.job_answer(id).await?;
    let answer = answer.ok_or_else(unknown)?;
    let head = Head::parse(&answer.head)?;
    let whose = match head.whose() {
        Some(whose) => whose,
        None => ask.instance.fhir.whose_in(ask.access(), &answer.body)?,
    };
    let happening = happening("async-answer", StatusCode::OK, (&ask, &occasion), whose);
    record(&app, &ask.instance, happening).await?;
    let body = bundle::asynchronous::response(head.status, &answer.body);
    Ok(render::fhir(StatusCode::OK, Bytes::from(body), ask.layout))
}

/// Ends the request wherever it is, and forgets its answer.
pub(crate) async fn async_cancel(
    State(app): State<App>,
    occasion: Occasion,
    ask: Ask,
    params: RawPathParams,
) -> Result<Response, Failure> {
    let id = id(&params);
    let state = found(&ask, id, app.platform().clock.now()).await;
    noted(&app, &ask, &occasion, state).await?;
    ask.instance.store.remove_job(id).await?;
    let status = StatusCode::ACCEPTED;
    let nobody = Whose::default();
    let happening = happening("async-cancel", status, (&ask, &occasion), nobody);
    record(&app, &ask.instance, happening).await?;
    Ok(render::empty(status))
}

fn id(params: &RawPathParams) -> &str {
    params.iter().last().map_or("", |(_, value)| value)
}

/// A request of this caller. To whoever is not the same app, for the same person and patient, there is
/// none; and what allowed it must allow it still.
async fn found(ask: &Ask, id: &str, now: Timestamp) -> Result<JobState, Failure> {
    let state = ask.instance.store.lookup_job(id).await?;
    let state = state.filter(|state| state.app == ask.caller.client_id);
    let state = state.ok_or_else(unknown)?;
    let asked = Asked::parse(&state.content)?;
    let auth = &ask.instance.auth;
    let of = match auth.caller_of_mandate(&asked.mandate).await {
        Ok(caller) => caller,
        Err(BearerError::Store(error)) => return Err(error.into()),
        Err(_) => {
            let text = "What allowed this request was revoked; its answer is given to nobody";
            return Err(Failure::new(Kind::Forbidden, text));
        }
    };
    match auth.standing(&ask.caller, &of)? {
        Standing::Same => {}
        Standing::Narrower => {
            let text = "This token allows less than the one the request was made with";
            return Err(Failure::new(Kind::Forbidden, text));
        }
        Standing::Stranger => return Err(unknown()),
    }
    if state.kept_until <= now {
        let text = "The answer is kept no longer; make the request again";
        return Err(Failure::new(Kind::Deleted, text));
    }
    Ok(state)
}

fn unknown() -> Failure {
    Fault::new(Kind::NotFound, "There is no asynchronous request here").into()
}

/// Records who was refused.
async fn noted(
    app: &App,
    ask: &Ask,
    occasion: &Occasion,
    state: Result<JobState, Failure>,
) -> Result<JobState, Failure> {
    if let Err(failure) = &state {
        let nobody = Whose::default();
        let happening = happening("async-answer", failure.status(), (ask, occasion), nobody);
        record(app, &ask.instance, happening).await?;
    }
    state
}

fn happening<'h>(
    name: &'static str,
    status: StatusCode,
    (ask, occasion): (&Ask, &'h Occasion),
    whose: Whose,
) -> Happening<'h> {
    Happening {
        app: Some(ask.caller.client_id.clone()),
        subject: ask.caller.user.clone(),
        whose,
        ..Happening::new(name, status, occasion)
    }
}

fn under_way(state: &JobState, now: Timestamp) -> Response {
    let mut response = render::empty(StatusCode::ACCEPTED);
    let headers = response.headers_mut();
    let progress = match state.stage {
        Stage::Waiting => "waiting",
        _ if state.progress.is_empty() => "under way",
        _ => &state.progress,
    };
    if let Ok(progress) = HeaderValue::try_from(progress) {
        headers.insert(X_PROGRESS, progress);
    }
    // What takes long already is asked for less often.
    let since_s = (now.as_millisecond() - state.asked.as_millisecond()) / 1_000;
    let wait_s = (since_s / 4).clamp(1, WAIT_S_MAX);
    headers.insert(RETRY_AFTER, HeaderValue::from(wait_s));
    response
}
