//! `/[instance]/account/password`

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use cresset_auth::session::SignInError;
use cresset_auth::user::UserError;
use cresset_base::Secret;
use http::{HeaderMap, StatusCode};

use super::page::form_page;
use super::proof::{Proof, go_on};
use super::sign_in::{refused, told};
use crate::app::App;
use crate::audit::{self, Happening, Occasion};
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
    form_page(StatusCode::OK, &page(&signed_in, None))
}

fn page(signed_in: &SignedIn, error: Option<String>) -> Page<'_> {
    Page {
        name: signed_in.instance.name.as_str(),
        form_token: &signed_in.form_token,
        login: &signed_in.who.user.login,
        error,
    }
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
    let proof = Proof::of(&app, &signed_in, peer, (&headers, &fields));
    match instance.auth.prove_password(proof.by("current")).await {
        Ok(_) => {}
        Err(SignInError::Store(error)) => return Err(error.into()),
        Err(error) => {
            let (text, wait_s) = told(&error, "The current password is not right.");
            return refused(&page(&signed_in, Some(text)), wait_s);
        }
    }
    let new = Secret::new(fields.value("new").to_owned());
    let happening = Happening {
        subject: Some(user.id.clone()),
        ..Happening::new("password", StatusCode::SEE_OTHER, &occasion)
    };
    let set = instance.auth.set_password(&user.login, new);
    match audit::noted((&app, instance), happening, set).await? {
        Ok(()) => {}
        Err(UserError::Store(error)) => return Err(error.into()),
        Err(error) => {
            let text = format!("The new password cannot be used: {error}.");
            return form_page(
                StatusCode::UNPROCESSABLE_ENTITY,
                &page(&signed_in, Some(text)),
            );
        }
    }
    app.send_mail(instance);
    let address = format!("/{}/account", instance.name);
    let mut response = Redirect::to(&address).into_response();
    // Whoever sits here proved all there is to prove when they signed in, and only then.
    let proved = signed_in.who.authenticated();
    if let Ok(user) = instance.auth.prove_password(proof.by("new")).await
        && let Ok(begun) = instance.auth.begin_session(user, proved).await
    {
        go_on(&app, &signed_in, Some(&begun), &mut response);
    }
    Ok(response)
}
