//! Carrying out what was asked for, beside the connections.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use cresset_auth::BearerError;
use cresset_fhir::{Fault, Kind};
use cresset_store::{Error, JobAnswer, Lease, Stage, Taken};
use http::StatusCode;

use super::Replay;
use super::kept::{Asked, answered, refused};
use super::kick_off::after;
use crate::app::App;
use crate::audit::{self, Happening, Occasion};
use crate::correlation::Correlation;
use crate::envelope::Envelope;
use crate::extract::body;
use crate::failure::Failure;
use crate::instance::OpenInstance;

/// How often a request is begun before it is given up: it may be what its nodes die of.
const BEGUN_MAX: u32 = 3;
/// Jobs of an instance that are gone on with at one sweep; the next one finds the rest.
const AT_ONCE: u64 = 16;
/// Signs of life within one lease.
const SIGNS: u64 = 3;

const INTERRUPTED: &str = "The node that carried out this batch ended before all was done. It is not carried out again: some of its entries may have been; look at what they name";
const GIVEN_UP: &str =
    "Each node that carried out this request ended before it was done; nothing was changed";
const REVOKED: &str =
    "What allowed this request was revoked before it was carried out; nothing was done";

/// Carries out one job of an instance as soon as this node does less than it may, for this instance and
/// for all.
pub(crate) fn begin(app: &App, instance: &Arc<OpenInstance>) {
    instance.note_jobs();
    let (app, instance) = (app.clone(), instance.clone());
    tokio::spawn(async move {
        // That of the instance first: none keeps the others from working by having much to do.
        let own = instance.workers().acquire().await;
        let of_node = app.workers().acquire().await;
        if own.is_ok() && of_node.is_ok() {
            take_one(&app, &instance).await;
        }
    });
}

/// The same, where this node does less than it may now.
pub(crate) fn go_on(app: &App, instance: &Arc<OpenInstance>) {
    if instance.workers().available_permits() > 0 && app.workers().available_permits() > 0 {
        begin(app, instance);
    }
}

/// Waits until nobody of this node is at anything; nothing is begun any more once it drains.
pub(crate) async fn finish(app: &App) {
    let all = u32::try_from(app.limits().jobs_at_once_node_max).unwrap_or(u32::MAX);
    // It fails when they are closed, which they never are.
    let _all = app.workers().acquire_many(all).await;
}

/// Forgets what is over, and goes on with what nobody is at, of the instances that may have jobs.
pub(crate) async fn sweep(app: &App) {
    let now = app.platform().clock.now();
    for instance in app.instances().with_jobs() {
        match instance.tidy_jobs(now).await {
            Ok(waiting) => (0..waiting.min(AT_ONCE)).for_each(|_| go_on(app, &instance)),
            Err(error) => {
                tracing::warn!(instance = %instance.name, %error, "jobs were not looked for");
            }
        }
    }
}

async fn take_one(app: &App, instance: &Arc<OpenInstance>) {
    // Whoever comes next goes on with what waits.
    if app.is_draining() {
        return;
    }
    let now = app.platform().clock.now();
    match instance.store.take_job(now, held_until(app)).await {
        Ok(Some(taken)) => carry_out(app, instance, taken).await,
        Ok(None) => {}
        Err(error) => tracing::warn!(instance = %instance.name, %error, "no job was taken"),
    }
}

fn held_until(app: &App) -> cresset_base::Timestamp {
    let lease_ms = i64::try_from(app.limits().job_lease_ms).unwrap_or(i64::MAX);
    after(app.platform().clock.now(), lease_ms)
}

async fn carry_out(app: &App, instance: &Arc<OpenInstance>, taken: Taken) {
    let lease = taken.lease.clone();
    let answer = tokio::select! {
        answer = answer(app, instance, taken) => answer,
        () = hold(app, instance, &lease) => {
            tracing::debug!(instance = %instance.name, "a job was cancelled or taken over");
            return;
        }
    };
    for _ in 0..SIGNS {
        match instance.store.finish_job(&lease, answer.clone()).await {
            Err(Error::Busy) => tokio::time::sleep(sign_every(app)).await,
            Err(error) => {
                tracing::warn!(instance = %instance.name, %error, "an answer was not kept");
                return;
            }
            // Where the lease was lost, somebody else answers.
            Ok(_) => return,
        }
    }
}

fn sign_every(app: &App) -> Duration {
    Duration::from_millis(app.limits().job_lease_ms / SIGNS)
}

/// Says again and again that the job is being carried out; ends when it is no longer held.
async fn hold(app: &App, instance: &OpenInstance, lease: &Lease) {
    let mut signs: u64 = 0;
    loop {
        tokio::time::sleep(sign_every(app)).await;
        signs += 1;
        let seconds = signs * app.limits().job_lease_ms / SIGNS / 1_000;
        let progress = format!("under way for {seconds} s");
        let held = instance.store.hold_job(lease, held_until(app), &progress);
        // A store that is away for a moment takes nothing from anybody.
        if matches!(held.await, Ok(false)) {
            return;
        }
    }
}

/// What the job is answered with; nothing where what was committed is the answer.
async fn answer(app: &App, instance: &Arc<OpenInstance>, taken: Taken) -> Option<JobAnswer> {
    match taken.before {
        Stage::Committed | Stage::Done => return None,
        Stage::BegunOnce => return Some(refused(Kind::Exception, INTERRUPTED)),
        Stage::Waiting | Stage::Begun if taken.lease.number > BEGUN_MAX => {
            return Some(refused(Kind::Exception, GIVEN_UP));
        }
        Stage::Waiting | Stage::Begun => {}
    }
    let lease = taken.lease.clone();
    let answer = replayed(app, instance, taken).await;
    let (is_well, answer) = answer.unwrap_or_else(|fault| {
        if let Some(detail) = &fault.detail {
            tracing::error!(instance = %instance.name, detail, "an asynchronous request failed");
        }
        let text = fault.issues.first().map_or("", |issue| &issue.text);
        (false, refused(fault.kind, text))
    });
    // Whatever went wrong after the commit, the changes were made, and that is what is told.
    if !is_well && is_committed(instance, &lease).await {
        return None;
    }
    Some(answer)
}

async fn is_committed(instance: &OpenInstance, lease: &Lease) -> bool {
    let state = instance.store.lookup_job(&lease.job).await;
    matches!(state, Ok(Some(state)) if state.stage == Stage::Committed)
}

/// Sends the kept request through the router, in the name of whoever asked; true when all went well.
async fn replayed(
    app: &App,
    instance: &Arc<OpenInstance>,
    taken: Taken,
) -> Result<(bool, JobAnswer), Fault> {
    let asked = Asked::parse(&taken.job.content)?;
    let instance = where_asked(app, instance, &taken.job.app).await;
    let instance = instance.map_err(|failure| failure.fault().clone())?;
    let correlation = Correlation::kept(&asked.correlation);
    let caller = match instance.auth.caller_of_mandate(&asked.mandate).await {
        Ok(caller) => Arc::new(caller),
        Err(BearerError::Store(error)) => return Err(error.into()),
        Err(_) => {
            let occasion = Occasion::of(correlation, asked.address);
            note_refusal(app, &instance, (&taken, &occasion)).await;
            return Ok((false, refused(Kind::Forbidden, REVOKED)));
        }
    };
    let mut request = asked.request(taken.job.body)?;
    let lease = taken.lease;
    let replay = Replay {
        instance,
        caller,
        lease,
    };
    request.extensions_mut().insert(replay);
    let time = Duration::from_millis(app.limits().job_ms_max);
    let envelope = Envelope::new(app.clone());
    let (response, whose) = envelope.carried_out(request, &correlation, time).await;
    let status = response.status();
    let body = read(app, response.into_body()).await?;
    Ok((status.is_success(), answered(status, whose.as_ref(), body)))
}

/// The practice as it is set now, at the base where the app is known.
async fn where_asked(
    app: &App,
    instance: &OpenInstance,
    client_id: &str,
) -> Result<Arc<OpenInstance>, Failure> {
    let practice = app.instances().open(instance.name.as_str()).await?;
    app.instances().where_known(&practice, client_id).await
}

async fn read(app: &App, from: axum::body::Body) -> Result<Bytes, Fault> {
    let max = app.limits().job_answer_bytes_max;
    body::read(from, max).await.map_err(|_| {
        let text = format!("The answer is longer than {max} bytes; ask for less at once");
        Fault::coded(Kind::TooLong, "too-costly", text)
    })
}

async fn note_refusal(app: &App, instance: &OpenInstance, (taken, occasion): (&Taken, &Occasion)) {
    let happening = Happening {
        app: Some(taken.job.app.clone()),
        ..Happening::new("async-work", StatusCode::FORBIDDEN, occasion)
    };
    if let Err(failure) = audit::record(app, instance, happening).await {
        let error = Failure::text(&failure);
        tracing::warn!(instance = %instance.name, error, "a refusal was not recorded");
    }
}
