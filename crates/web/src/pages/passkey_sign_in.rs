//! `/[instance]/sign-in/passkey`: signing in with a passkey, alone or after the password.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use cresset_auth::passkey::{
    Assertion, NotAsked, PasskeyAsked, PasskeySignIn, PasskeyTried, TO_ANSWER_MS,
};
use cresset_auth::session::{SignInError, form_token};
use cresset_store::user::User;
use http::{HeaderMap, StatusCode};

use super::page::script_page;
use super::second_step;
use super::sign_in::{again, entered, form_again, own_address, status};
use crate::app::App;
use crate::audit::{self, Happening, Occasion};
use crate::cookie::{self, Purpose};
use crate::extract::signed_in::sign_in_address;
use crate::extract::{Instance, Peer, SafeForm};
use crate::failure::Failure;
use crate::instance::OpenInstance;

const MANY_ASKED: &str = "Passkeys were asked for too often from here. Wait a minute and try again, or sign in \
                          with your password.";
const NOT_HERE: &str = "Passkeys cannot be used at this address. Sign in with your password.";

#[derive(Template)]
#[template(path = "passkey_show.html")]
struct Page<'a> {
    name: &'a str,
    form_token: &'a str,
    to: &'a str,
    /// The handle of who proved their password.
    step: &'a str,
    asked: PasskeyAsked,
    known: String,
    timeout_ms: u32,
    /// Where one signs in without.
    back: String,
}

/// The page on which a device is asked for a passkey.
pub(crate) async fn ask_for_passkey(
    State(app): State<App>,
    Instance(instance): Instance,
    peer: Peer,
    (headers, form): (HeaderMap, SafeForm),
) -> Result<Response, Failure> {
    let browser = (&headers, &form);
    let half = match half(&instance, &form).await {
        Ok(half) => half,
        Err(SignInError::Store(error)) => return Err(error.into()),
        Err(error) => return again(&app, &instance, browser, &error),
    };
    let name = instance.name.as_str();
    let cookie = cookie::read(&app, name, &headers, Purpose::Session).unwrap_or_default();
    let address = peer.subscriber().to_string();
    let asked = instance
        .auth
        .ask_for_passkey(half.as_ref(), &cookie, &address);
    let asked = match asked.await {
        Ok(asked) => asked,
        Err(NotAsked::Store(error)) => return Err(error.into()),
        Err(NotAsked::Lately { retry_after_s }) => {
            let said = (MANY_ASKED.to_owned(), Some(retry_after_s));
            return form_again(&app, &instance, browser, said);
        }
        Err(NotAsked::NotOffered) => {
            return form_again(&app, &instance, browser, (NOT_HERE.to_owned(), None));
        }
    };
    let to = own_address(name, form.value("to")).unwrap_or_default();
    let page = Page {
        name,
        form_token: &form_token(&cookie),
        to,
        step: form.value("step"),
        known: asked.known.join(" "),
        asked,
        timeout_ms: TO_ANSWER_MS,
        back: sign_in_address(name, (!to.is_empty()).then_some(to), None),
    };
    script_page(StatusCode::OK, &page)
}

/// Signs in whoever's device answered.
pub(crate) async fn sign_in_with_passkey(
    State(app): State<App>,
    Instance(instance): Instance,
    peer: Peer,
    occasion: Occasion,
    (headers, form): (HeaderMap, SafeForm),
) -> Result<Response, Failure> {
    let name = instance.name.as_str();
    let cookie = cookie::read(&app, name, &headers, Purpose::Session).unwrap_or_default();
    let device = cookie::read(&app, name, &headers, Purpose::Device);
    let (step, address) = (form.value("step"), peer.subscriber().to_string());
    let mut known = None;
    let note = Happening::new("login-passkey", StatusCode::SEE_OTHER, &occasion).note(&app);
    let tried = match half(&instance, &form).await {
        Ok(half) => {
            known.clone_from(&half);
            let asked = PasskeySignIn {
                answer: assertion(&form),
                half: half.map(|user| (user, step)),
                browser: &cookie,
                address: &address,
                device: device.as_deref(),
            };
            note.along(instance.auth.sign_in_with_passkey(asked)).await
        }
        Err(error) => PasskeyTried {
            person: None,
            outcome: Err(error),
        },
    };
    let PasskeyTried { person, outcome } = tried;
    let did = match outcome {
        Err(SignInError::Copied) => "login-passkey-copied",
        _ => "login-passkey",
    };
    let happening = Happening {
        subject: person,
        ..Happening::new(did, status(&outcome), &occasion)
    };
    if !note.is_kept() {
        audit::record(&app, &instance, happening).await?;
    }
    if matches!(outcome, Err(SignInError::Copied)) {
        app.send_mail(&instance);
    }
    let browser = (&headers, &form);
    match (outcome, known) {
        (Ok(begun), _) => entered(&app, &instance, browser, &begun).await,
        (Err(SignInError::Store(error)), _) => Err(error.into()),
        (Err(error), Some(user)) if !matches!(error, SignInError::Late) => {
            second_step::page(&app, &instance, browser, (&user, step, Some(&error)))
        }
        (Err(error), _) => again(&app, &instance, browser, &error),
    }
}

/// Who proved their password and holds the handle of this form; nobody where it carries none.
async fn half(instance: &OpenInstance, form: &SafeForm) -> Result<Option<User>, SignInError> {
    match form.value("step") {
        "" => Ok(None),
        step => instance.auth.half_signed_in(step).await.map(Some),
    }
}

fn assertion(form: &SafeForm) -> Assertion<'_> {
    Assertion {
        id: form.value("id"),
        user: form.value("user"),
        client_data: form.value("client_data"),
        authenticator_data: form.value("authenticator_data"),
        signature: form.value("signature"),
    }
}
