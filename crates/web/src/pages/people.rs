//! `/[instance]/people`: who may sign in, for the practice's administrators.

mod form;
mod one;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use cresset_auth::user::UserError;
use cresset_fhir::Kind;
use cresset_store::user::User;
use http::StatusCode;

use super::account::shown;
use super::page::form_page;
use crate::app::App;
use crate::audit::{self, Occasion};
use crate::extract::{Administrator, SafeForm, SignedIn};
use crate::failure::Failure;
use form::Fields;

#[derive(Template)]
#[template(path = "people.html")]
struct List<'a> {
    name: &'a str,
    people: Vec<Line<'a>>,
}

struct Line<'a> {
    id: &'a str,
    name: &'a str,
    login: &'a str,
    role: &'static str,
    state: &'static str,
}

/// Everybody who may sign in.
pub(crate) async fn people(Administrator(signed_in): Administrator) -> Result<Response, Failure> {
    let users = signed_in.instance.auth.list_users().await.map_err(failed)?;
    let page = List {
        name: signed_in.instance.name.as_str(),
        people: users.iter().map(line).collect(),
    };
    form_page(StatusCode::OK, &page)
}

fn line(user: &User) -> Line<'_> {
    Line {
        id: &user.id,
        name: &user.name,
        login: &user.login,
        role: shown(user.role),
        state: state(user),
    }
}

/// Whether somebody can sign in, in a word.
fn state(user: &User) -> &'static str {
    match (user.enabled, &user.password) {
        (false, _) => "shut out",
        (true, None) => "invited",
        (true, Some(_)) => "active",
    }
}

/// The form for somebody new.
pub(crate) async fn new_person(
    Administrator(signed_in): Administrator,
) -> Result<Response, Failure> {
    form::page(&signed_in, StatusCode::OK, &Fields::default(), None)
}

/// Adds somebody and sends them an invitation.
pub(crate) async fn add_person(
    State(app): State<App>,
    Administrator(signed_in): Administrator,
    occasion: Occasion,
    form: SafeForm,
) -> Result<Response, Failure> {
    let fields = Fields::of(&form);
    let added = match fields.new_user() {
        Ok(new) => {
            let added = signed_in.instance.auth.add_and_invite(new);
            audit::noted_by(&app, &signed_in, ("person-invite", &occasion), added).await?
        }
        Err(error) => Err(error),
    };
    match added {
        Ok(user) => {
            app.send_mail(&signed_in.instance);
            Ok(to_person(&signed_in, &user.id, "?done=invited"))
        }
        Err(UserError::Store(error)) => Err(error.into()),
        Err(error) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            form::page(&signed_in, status, &fields, Some(&error))
        }
    }
}

/// One person, and what can be done.
pub(crate) async fn person(
    Administrator(signed_in): Administrator,
    Path((_, id)): Path<(String, String)>,
    crate::extract::Pairs(pairs): crate::extract::Pairs,
) -> Result<Response, Failure> {
    let user = signed_in.instance.auth.find_user(&id).await;
    let done = pairs.iter().find(|(key, _)| key == "done");
    let done = done.map_or("", |(_, what)| what.as_str());
    one::page(
        &signed_in,
        &user.map_err(failed)?,
        (StatusCode::OK, done),
        None,
    )
}

/// Sends somebody another invitation.
pub(crate) async fn invite_person(
    State(app): State<App>,
    Administrator(signed_in): Administrator,
    Path((_, id)): Path<(String, String)>,
    (occasion, _): (Occasion, SafeForm),
) -> Result<Response, Failure> {
    let invited = signed_in.instance.auth.invite(&id);
    let invited = audit::noted_by(&app, &signed_in, ("person-invite", &occasion), invited).await?;
    invited.map_err(failed)?;
    app.send_mail(&signed_in.instance);
    Ok(to_person(&signed_in, &id, "?done=invited"))
}

/// Shuts somebody out, or lets them in again.
pub(crate) async fn switch_person(
    State(app): State<App>,
    Administrator(signed_in): Administrator,
    Path((_, id)): Path<(String, String)>,
    occasion: Occasion,
    form: SafeForm,
) -> Result<Response, Failure> {
    let auth = &signed_in.instance.auth;
    let user = auth.find_user(&id).await.map_err(failed)?;
    let lets_in = form.value("state") == "enabled";
    if !lets_in && user.id == signed_in.who.user.id {
        let text = "Nobody shuts themselves out; another administrator can";
        return Err(Failure::new(Kind::BusinessRule, text));
    }
    let switched = async {
        if lets_in {
            auth.enable_user(&user.login).await
        } else {
            auth.disable_user(&user.login).await
        }
    };
    let what = if lets_in {
        "person-enable"
    } else {
        "person-disable"
    };
    let switched = audit::noted_by(&app, &signed_in, (what, &occasion), switched).await?;
    switched.map_err(failed)?;
    Ok(to_person(&signed_in, &id, ""))
}

/// Takes the second step at sign-in from somebody who lost their device.
pub(crate) async fn reset_second_factor(
    State(app): State<App>,
    Administrator(signed_in): Administrator,
    Path((_, id)): Path<(String, String)>,
    (occasion, _): (Occasion, SafeForm),
) -> Result<Response, Failure> {
    if id == signed_in.who.user.id {
        let text = "Turn off your own on the page Security, with your password";
        return Err(Failure::new(Kind::BusinessRule, text));
    }
    let auth = &signed_in.instance.auth;
    let what = ("second-factor-reset", &occasion);
    let reset = auth.reset_second_factor(&id);
    let reset = audit::noted_by(&app, &signed_in, what, reset).await?;
    reset.map_err(failed)?;
    app.send_mail(&signed_in.instance);
    Ok(to_person(&signed_in, &id, "?done=second-factor"))
}

/// Says for whom a proxy acts from now on.
pub(crate) async fn set_patients(
    State(app): State<App>,
    Administrator(signed_in): Administrator,
    Path((_, id)): Path<(String, String)>,
    occasion: Occasion,
    form: SafeForm,
) -> Result<Response, Failure> {
    let auth = &signed_in.instance.auth;
    let given = form::ids(form.value("patients"));
    let what = ("person-patients", &occasion);
    let set = auth.set_patients(&id, given);
    match audit::noted_by(&app, &signed_in, what, set).await? {
        Ok(()) => Ok(to_person(&signed_in, &id, "?done=patients")),
        Err(error @ (UserError::FhirUser(_) | UserError::NoPatient(_))) => {
            let user = auth.find_user(&id).await.map_err(failed)?;
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            let given = (form.value("patients"), error.to_string());
            one::page(&signed_in, &user, (status, ""), Some(given))
        }
        Err(error) => Err(failed(error)),
    }
}

fn to_person(signed_in: &SignedIn, id: &str, query: &str) -> Response {
    let name = &signed_in.instance.name;
    Redirect::to(&format!("/{name}/people/{id}{query}")).into_response()
}

fn failed(error: UserError) -> Failure {
    match error {
        UserError::Store(error) => error.into(),
        UserError::Unknown => Failure::new(Kind::NotFound, "There is no such person here"),
        error => Failure::new(Kind::BusinessRule, error.to_string()),
    }
}
