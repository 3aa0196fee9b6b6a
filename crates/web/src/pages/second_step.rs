//! `/[instance]/sign-in/code`: the second step of signing in.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use cresset_auth::second_factor::Step;
use cresset_auth::session::{SignInError, form_token};
use cresset_store::user::User;
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
    has_codes: bool,
    has_passkeys: bool,
    /// Whether theirs are of no use at this server's address.
    has_useless_passkeys: bool,
    error: Option<String>,
}

/// What is said to whoever shows a passkey of which there is a copy.
pub(super) const COPIED: &str = "This passkey was refused: there may be a copy of it. Use another way, and \
                                 remove it on the page Security of your account.";

/// The form, for a person who holds this handle, with what was wrong before.
pub(super) fn page(
    app: &App,
    instance: &OpenInstance,
    (headers, form): (&HeaderMap, &SafeForm),
    (user, step, error): (&User, &str, Option<&SignInError>),
) -> Result<Response, Failure> {
    let name = instance.name.as_str();
    let cookie = cookie::read(app, name, headers, Purpose::Session).unwrap_or_default();
    let wrong = match error {
        Some(SignInError::Passkey) => "This passkey is not right. Try again, or use another way.",
        Some(SignInError::Copied) => COPIED,
        _ => "This code is not right, or it was used already. Wait for the next one and try again.",
    };
    let factor = user.second_factor.as_ref();
    let told = error.map(|error| told(error, wrong));
    let keeps_passkeys = factor.is_some_and(|factor| !factor.passkeys.is_empty());
    let offers_passkeys = instance.auth.offers_passkeys();
    let page = Page {
        name,
        form_token: &form_token(&cookie),
        to: own_address(name, form.value("to")).unwrap_or_default(),
        step,
        has_codes: factor.is_some_and(|factor| factor.salt.is_some()),
        has_passkeys: keeps_passkeys && offers_passkeys,
        has_useless_passkeys: keeps_passkeys && !offers_passkeys,
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
    let note = Happening::new("login", StatusCode::SEE_OTHER, &occasion).note(&app);
    let mut known = None;
    let outcome = match instance.auth.half_signed_in(handle).await {
        Ok(user) => {
            known = Some(user.clone());
            let finished = instance.auth.finish_sign_in(user, step);
            note.along(finished).await
        }
        Err(error) => Err(error),
    };
    let happening = Happening {
        subject: known.as_ref().map(|user| user.id.clone()),
        ..Happening::new("login", status(&outcome), &occasion)
    };
    if !note.is_kept() {
        audit::record(&app, &instance, happening).await?;
    }
    let browser = (&headers, &form);
    if matches!(
        outcome,
        Err(SignInError::Wrong | SignInError::TooManyCodes { .. })
    ) {
        // The person may be told that somebody guesses.
        app.send_mail(&instance);
    }
    match (outcome, known) {
        (Ok(begun), _) => entered(&app, &instance, browser, &begun).await,
        (Err(SignInError::Store(error)), _) => Err(error.into()),
        (Err(error), Some(user)) if !matches!(error, SignInError::Late) => {
            page(&app, &instance, browser, (&user, handle, Some(&error)))
        }
        (Err(error), _) => again(&app, &instance, browser, &error),
    }
}
