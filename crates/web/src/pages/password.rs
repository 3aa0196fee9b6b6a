//! `/[instance]/account/password`

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use cresset_auth::session::{SignIn, SignInError};
use cresset_auth::user::UserError;
use cresset_base::Secret;
use http::{HeaderMap, StatusCode};

use super::page::form_page;
use crate::app::App;
use crate::audit::{self, Happening, Occasion};
use crate::cookie::{self, Purpose};
use crate::extract::{Peer, SafeForm, SignedIn};
use crate::failure::Failure;

#[derive(Template)]
#[template(path = "password.html")]
struct Page<'a> {
    name: &'a str,
    form_token: &'a str,
    login: &'a str,
    error: Option<String>,
}

/// The form.
pub(crate) async fn password_form(signed_in: SignedIn) -> Result<Response, Failure> {
    form(&signed_in, StatusCode::OK, None)
}

fn form(
    signed_in: &SignedIn,
    status: StatusCode,
    error: Option<String>,
) -> Result<Response, Failure> {
    let page = Page {
        name: signed_in.instance.name.as_str(),
        form_token: &signed_in.form_token,
        login: &signed_in.who.user.login,
        error,
    };
    form_page(status, &page)
}

/// Replaces the password of whoever proves the old one once more. Everything that rested on the old
/// one ends; this browser begins anew.
pub(crate) async fn change_password(
    State(app): State<App>,
    signed_in: SignedIn,
    peer: Peer,
    occasion: Occasion,
    (headers, fields): (HeaderMap, SafeForm),
) -> Result<Response, Failure> {
    let (instance, user) = (&signed_in.instance, &signed_in.who.user);
    let name = instance.name.as_str();
    let device = cookie::read(&app, name, &headers, Purpose::Device);
    let address = peer.subscriber().to_string();
    let ask = |field| SignIn {
        login: &user.login,
        password: Secret::new(fields.value(field).to_owned()),
        address: &address,
        device: device.as_deref(),
    };
    match instance.auth.prove_password(ask("current")).await {
        Ok(_) => {}
        Err(SignInError::Store(error)) => return Err(error.into()),
        Err(SignInError::Wrong | SignInError::Late) => {
            let text = "The current password is not right.".to_owned();
            return form(&signed_in, StatusCode::UNAUTHORIZED, Some(text));
        }
        Err(SignInError::TooManyFailures { .. }) => {
            let text = "There were too many attempts. Wait a quarter of an hour.".to_owned();
            return form(&signed_in, StatusCode::TOO_MANY_REQUESTS, Some(text));
        }
    }
    let new = Secret::new(fields.value("new").to_owned());
    match instance.auth.set_password(&user.login, new).await {
        Ok(()) => {}
        Err(UserError::Store(error)) => return Err(error.into()),
        Err(error) => {
            let text = format!("The new password cannot be used: {error}.");
            return form(&signed_in, StatusCode::UNPROCESSABLE_ENTITY, Some(text));
        }
    }
    let happening = Happening {
        subject: Some(user.id.clone()),
        ..Happening::new("password", StatusCode::SEE_OTHER, &occasion)
    };
    audit::record(&app, instance, happening)?;
    app.send_mail(instance);
    let mut response = Redirect::to(&format!("/{name}/account")).into_response();
    // Whoever sits here proved all there is to prove when they signed in.
    if let Ok(user) = instance.auth.prove_password(ask("new")).await
        && let Ok(begun) = instance.auth.begin_session(user).await
    {
        let session = (Purpose::Session, Some(begun.cookie.expose().as_str()));
        cookie::write(&app, name, response.headers_mut(), session);
    }
    Ok(response)
}
