//! `/[instance]/auth/registrations/`: links for developers, and what became of them, for the
//! practice's administrators.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use cresset_auth::RegistrationError;
use cresset_fhir::Kind;
use cresset_store::registration::{Registration, Stage};
use http::StatusCode;

use super::applications::{client_type, day};
use super::page::form_page;
use crate::app::App;
use crate::audit::{self, Occasion};
use crate::extract::{Administrator, SafeForm, SignedIn};
use crate::failure::Failure;

/// How long a link lives unless the administrator says otherwise.
const DAYS: i64 = 14;

#[derive(Template)]
#[template(path = "registrations.html")]
struct List<'a> {
    name: &'a str,
    form_token: &'a str,
    /// What stood in the form, or of the link that was made.
    note: &'a str,
    days: &'a str,
    error: Option<String>,
    /// Shown this once.
    link: Option<String>,
    until: String,
    lines: Vec<Line<'a>>,
}

struct Line<'a> {
    id: &'a str,
    note: &'a str,
    app: &'a str,
    state: &'static str,
    waits: bool,
    made: String,
}

fn line(registration: &Registration) -> Line<'_> {
    let request = registration.request.as_ref();
    Line {
        id: &registration.id,
        note: &registration.note,
        app: request.map_or("", |request| &request.name),
        state: state(registration.stage),
        waits: registration.stage == Stage::Submitted,
        made: day(registration.created),
    }
}

fn state(stage: Stage) -> &'static str {
    match stage {
        Stage::Open => "The link waits for its developer",
        Stage::Submitted => "The request waits for you",
        Stage::Approved => "Approved; the developer has not come for it yet",
        Stage::Collected => "Approved; the developer has the secret",
        Stage::Denied => "Denied",
        Stage::Withdrawn => "The link was taken back",
    }
}

/// Every registration, and the form for a new link.
pub(crate) async fn registrations(
    Administrator(signed_in): Administrator,
) -> Result<Response, Failure> {
    let days = DAYS.to_string();
    list(&signed_in, StatusCode::OK, ("", &days), None).await
}

/// What came of a wish for a link.
enum Made {
    Link { address: String, until: String },
    Error(RegistrationError),
}

async fn list(
    signed_in: &SignedIn,
    status: StatusCode,
    (note, days): (&str, &str),
    made: Option<Made>,
) -> Result<Response, Failure> {
    let instance = &signed_in.instance;
    let found = instance.auth.list_registrations().await.map_err(failed)?;
    let (link, until, error) = match made {
        Some(Made::Link { address, until }) => (Some(address), until, None),
        Some(Made::Error(error)) => (None, String::new(), Some(error.to_string())),
        None => (None, String::new(), None),
    };
    let page = List {
        name: instance.name.as_str(),
        form_token: &signed_in.form_token,
        note,
        days,
        error,
        link,
        until,
        lines: found.iter().map(line).collect(),
    };
    form_page(status, &page)
}

/// Makes a link and shows it this once.
pub(crate) async fn make_registration(
    State(app): State<App>,
    Administrator(signed_in): Administrator,
    occasion: Occasion,
    form: SafeForm,
) -> Result<Response, Failure> {
    let (note, days) = (form.value("note"), form.value("days"));
    let auth = &signed_in.instance.auth;
    let by = &signed_in.who.user.id;
    let lives = days.trim().parse().unwrap_or_default();
    let added = auth.add_registration(by, note, lives);
    let what = ("registration-link", &occasion);
    let (status, made) = match audit::noted_by(&app, &signed_in, what, added).await? {
        Ok((registration, link)) => {
            let base = auth.settings().issuer.trim_end_matches("/auth");
            let address = format!("{base}/register/{}", link.expose());
            let until = day(registration.expires);
            (StatusCode::OK, Made::Link { address, until })
        }
        Err(RegistrationError::Store(error)) => return Err(error.into()),
        Err(error) => (StatusCode::UNPROCESSABLE_ENTITY, Made::Error(error)),
    };
    list(&signed_in, status, (note, days), Some(made)).await
}

#[derive(Template)]
#[template(path = "registration.html")]
struct One<'a> {
    name: &'a str,
    form_token: &'a str,
    registration: &'a Registration,
    state: &'static str,
    made: String,
    waits: bool,
    open: bool,
    kind: &'static str,
    /// As they are to be approved.
    scopes: &'a str,
    error: Option<String>,
    wrong: &'static str,
}

/// One registration, and what can be decided of it.
pub(crate) async fn registration(
    Administrator(signed_in): Administrator,
    Path((_, id)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let found = signed_in.instance.auth.registration(&id).await;
    one(&signed_in, &found.map_err(failed)?, None, None)
}

fn one(
    signed_in: &SignedIn,
    registration: &Registration,
    scopes: Option<&str>,
    error: Option<&RegistrationError>,
) -> Result<Response, Failure> {
    let request = registration.request.as_ref();
    let page = One {
        name: signed_in.instance.name.as_str(),
        form_token: &signed_in.form_token,
        registration,
        state: state(registration.stage),
        made: day(registration.created),
        waits: registration.stage == Stage::Submitted,
        open: registration.stage == Stage::Open,
        kind: request.map_or("", |request| client_type(&request.details)),
        scopes: scopes
            .or(request.map(|request| request.scopes.as_str()))
            .unwrap_or_default(),
        error: error.map(ToString::to_string),
        wrong: match error {
            Some(RegistrationError::Reason) => "reason",
            Some(_) => "scopes",
            None => "",
        },
    };
    let status = error.map_or(StatusCode::OK, |_| StatusCode::UNPROCESSABLE_ENTITY);
    form_page(status, &page)
}

/// Registers the app that was asked for: at the front, where the practice stands behind one.
pub(crate) async fn approve_registration(
    State(app): State<App>,
    Administrator(signed_in): Administrator,
    Path((_, id)): Path<(String, String)>,
    occasion: Occasion,
    form: SafeForm,
) -> Result<Response, Failure> {
    let front = app.instances().at_front(&signed_in.instance).await?;
    let auth = &front.as_ref().unwrap_or(&signed_in.instance).auth;
    let by = &signed_in.who.user.id;
    let scopes = form.value("scopes");
    let done = async { auth.approve_registration(&id, by, scopes).await.map(drop) };
    let what = ("registration-approve", id.as_str());
    decided(&app, &signed_in, (what, Some(scopes)), &occasion, done).await
}

/// Says no to what was asked for.
pub(crate) async fn deny_registration(
    State(app): State<App>,
    Administrator(signed_in): Administrator,
    Path((_, id)): Path<(String, String)>,
    occasion: Occasion,
    form: SafeForm,
) -> Result<Response, Failure> {
    let (auth, by) = (&signed_in.instance.auth, &signed_in.who.user.id);
    let done = auth.deny_registration(&id, by, form.value("reason"));
    let what = ("registration-deny", id.as_str());
    decided(&app, &signed_in, (what, None), &occasion, done).await
}

/// Takes a link back.
pub(crate) async fn withdraw_registration(
    State(app): State<App>,
    Administrator(signed_in): Administrator,
    Path((_, id)): Path<(String, String)>,
    (occasion, _): (Occasion, SafeForm),
) -> Result<Response, Failure> {
    let (auth, by) = (&signed_in.instance.auth, &signed_in.who.user.id);
    let done = auth.withdraw_registration(&id, by);
    let what = ("registration-withdraw", id.as_str());
    decided(&app, &signed_in, (what, None), &occasion, done).await
}

async fn decided(
    app: &App,
    signed_in: &SignedIn,
    ((what, id), scopes): ((&'static str, &str), Option<&str>),
    occasion: &Occasion,
    done: impl Future<Output = Result<(), RegistrationError>>,
) -> Result<Response, Failure> {
    match audit::noted_by(app, signed_in, (what, occasion), done).await? {
        Ok(()) => {
            let to = format!("/{}/auth/registrations/{id}", signed_in.instance.name);
            Ok(Redirect::to(&to).into_response())
        }
        Err(error @ (RegistrationError::Reason | RegistrationError::App(_))) => {
            let found = signed_in.instance.auth.registration(id).await;
            one(signed_in, &found.map_err(failed)?, scopes, Some(&error))
        }
        Err(error) => Err(failed(error)),
    }
}

/// What cannot be mended in a form.
pub(super) fn failed(error: RegistrationError) -> Failure {
    match error {
        RegistrationError::Store(error) => error.into(),
        RegistrationError::Unknown | RegistrationError::Ended => {
            Failure::new(Kind::NotFound, error.to_string())
        }
        error => Failure::new(Kind::Conflict, error.to_string()),
    }
}
