//! `/[instance]/sign-in/code`: the second step of signing in.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use cresset_auth::second_factor::Step;
use cresset_auth::session::{SignInError, form_token};
use http::{HeaderMap, StatusCode};

use super::page::form_page;
use super::sign_in::{again, entered, own_address, refused, status, told};
use crate::app::App;
use crate::audit::{self, Happening, Occasion};
use crate::cookie::{self, Purpose};
use crate::extract::{Instance, Peer, SafeForm};
use crate::failure::Failure;
use crate::instance::OpenInstance;

#[derive(Template)]
#[template(path = "second_step.html")]
struct Page<'a> {
    name: &'a str,
    form_token: &'a str,
    to: &'a str,
    /// The handle of who proved their password.
    step: &'a str,
    error: Option<String>,
}

/// The form, for whoever holds this handle, with what was wrong before.
pub(super) fn page(
    app: &App,
    instance: &OpenInstance,
    (headers, form): (&HeaderMap, &SafeForm),
    (step, error): (&str, Option<&SignInError>),
) -> Result<Response, Failure> {
    let name = instance.name.as_str();
    let cookie = cookie::read(app, name, headers, Purpose::Session).unwrap_or_default();
    let wrong =
        "This code is not right, or it was used already. Wait for the next one and try again.";
    let told = error.map(|error| told(error, wrong));
    let page = Page {
        name,
        form_token: &form_token(&cookie),
        to: own_address(name, form.value("to")).unwrap_or_default(),
        step,
        error: told.as_ref().map(|(text, _)| text.clone()),
    };
    match told {
        Some((_, wait_s)) => refused(&page, wait_s),
        None => form_page(StatusCode::OK, &page),
    }
}

/// Signs somebody in who shows a code after their password.
pub(crate) async fn sign_in_with_code(
    State(app): State<App>,
    Instance(instance): Instance,
    peer: Peer,
    occasion: Occasion,
    (headers, form): (HeaderMap, SafeForm),
) -> Result<Response, Failure> {
    let device = cookie::read(&app, instance.name.as_str(), &headers, Purpose::Device);
    let handle = form.value("step");
    let step = Step {
        handle,
        code: form.value("code"),
        address: &peer.subscriber().to_string(),
        device: device.as_deref(),
    };
    let mut subject = None;
    let outcome = match instance.auth.half_signed_in(handle).await {
        Ok(user) => {
            subject = Some(user.id.clone());
            instance.auth.finish_sign_in(user, step).await
        }
        Err(error) => Err(error),
    };
    let happening = Happening {
        subject,
        ..Happening::new("login", status(&outcome), &occasion)
    };
    audit::record(&app, &instance, happening)?;
    let browser = (&headers, &form);
    match outcome {
        Ok(begun) => entered(&app, &instance, browser, &begun).await,
        Err(SignInError::Store(error)) => Err(error.into()),
        Err(error @ SignInError::Late) => again(&app, &instance, browser, &error),
        Err(error) => page(&app, &instance, browser, (handle, Some(&error))),
    }
}
