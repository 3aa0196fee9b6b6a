//! `/[instance]/account/security/passkeys`: adding a passkey, and removing one, for the person.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use cresset_auth::passkey::{Attestation, NewPasskey, TO_ANSWER_MS};
use cresset_auth::second_factor::SecondFactorError;
use http::{HeaderMap, StatusCode};

use super::page::{form_page, script_page};
use super::proof::{Proof, go_on};
use super::security::{
    again, asks_second, field, has_codes, note_refused, to_page, turned_on, wrong,
};
use super::sign_in::refused;
use crate::app::App;
use crate::audit::{self, Occasion};
use crate::cookie::{self, Purpose};
use crate::extract::{Peer, SafeForm, SignedIn};
use crate::failure::Failure;

#[derive(Template)]
#[template(path = "passkey_form.html")]
struct Begin<'a> {
    name: &'a str,
    form_token: &'a str,
    login: &'a str,
    called: &'a str,
    has_codes: bool,
    asks_second: bool,
    error: Option<String>,
    /// The field where it is.
    wrong: &'a str,
}

#[derive(Template)]
#[template(path = "passkey_make.html")]
struct Make<'a> {
    name: &'a str,
    form_token: &'a str,
    login: &'a str,
    person: &'a str,
    asked: NewPasskey,
    known: String,
    timeout_ms: u32,
}

fn form<'a>(signed_in: &'a SignedIn, called: &'a str) -> Begin<'a> {
    Begin {
        name: signed_in.instance.name.as_str(),
        form_token: &signed_in.form_token,
        login: &signed_in.who.user.login,
        called,
        has_codes: has_codes(signed_in),
        asks_second: asks_second(signed_in),
        error: None,
        wrong: "",
    }
}

/// The form: what to call it, and the password.
pub(crate) async fn passkey_form(signed_in: SignedIn) -> Result<Response, Failure> {
    form_page(StatusCode::OK, &form(&signed_in, ""))
}

/// The page on which a device makes a passkey, for whoever proves the password.
pub(crate) async fn make_passkey(
    State(app): State<App>,
    signed_in: SignedIn,
    (peer, occasion): (Peer, Occasion),
    (headers, sent): (HeaderMap, SafeForm),
) -> Result<Response, Failure> {
    let proof = Proof::of(&app, &signed_in, peer, (&headers, &sent));
    let browser = browser(&app, &signed_in, &headers);
    let called = sent.value("called");
    let auth = &signed_in.instance.auth;
    let asked = auth.ask_for_new_passkey(proof.of_both(), called, &browser);
    match asked.await {
        Ok(asked) => {
            let user = &signed_in.who.user;
            let page = Make {
                name: signed_in.instance.name.as_str(),
                form_token: &signed_in.form_token,
                login: &user.login,
                person: &user.name,
                known: asked.known.join(" "),
                asked,
                timeout_ms: TO_ANSWER_MS,
            };
            script_page(StatusCode::OK, &page)
        }
        Err(error) => {
            note_refused(&app, &signed_in, ("passkey-added", &error), &occasion).await?;
            refused_form(&signed_in, called, error)
        }
    }
}

/// Adds what the device made. Every other browser is signed out.
pub(crate) async fn add_passkey(
    State(app): State<App>,
    signed_in: SignedIn,
    occasion: Occasion,
    (headers, sent): (HeaderMap, SafeForm),
) -> Result<Response, Failure> {
    let answer = Attestation {
        id: sent.value("id"),
        client_data: sent.value("client_data"),
        authenticator_data: sent.value("authenticator_data"),
        public_key: sent.value("public_key"),
        algorithm: sent.value("algorithm"),
    };
    let browser = browser(&app, &signed_in, &headers);
    let auth = &signed_in.instance.auth;
    let added = auth
        .add_passkey(&signed_in.who.user, &browser, answer)
        .await;
    match added {
        Ok(turned) => {
            audit::note(&app, &signed_in, "passkey-added", &occasion).await?;
            app.send_mail(&signed_in.instance);
            turned_on(&app, &signed_in, &turned)
        }
        Err(error) => refused_form(&signed_in, "", error),
    }
}

/// Removes one for whoever proves the password once more.
pub(crate) async fn remove_passkey(
    State(app): State<App>,
    signed_in: SignedIn,
    (peer, occasion): (Peer, Occasion),
    (headers, sent): (HeaderMap, SafeForm),
) -> Result<Response, Failure> {
    let proof = Proof::of(&app, &signed_in, peer, (&headers, &sent));
    let id = sent.value("passkey");
    let auth = &signed_in.instance.auth;
    match auth.remove_passkey(proof.of_both(), id).await {
        Ok(begun) => {
            audit::note(&app, &signed_in, "passkey-removed", &occasion).await?;
            app.send_mail(&signed_in.instance);
            let mut response = to_page(&signed_in);
            go_on(&app, &signed_in, begun.as_ref(), &mut response);
            Ok(response)
        }
        Err(SecondFactorError::Off) => Ok(to_page(&signed_in)),
        Err(error) => {
            note_refused(&app, &signed_in, ("passkey-removed", &error), &occasion).await?;
            again(&signed_in, error, id).await
        }
    }
}

fn refused_form(
    signed_in: &SignedIn,
    called: &str,
    error: SecondFactorError,
) -> Result<Response, Failure> {
    let field = field(&error);
    let (text, wait_s) = wrong(error)?;
    let page = Begin {
        error: Some(text),
        wrong: field,
        ..form(signed_in, called)
    };
    refused(&page, wait_s)
}

/// The cookie of this browser.
fn browser(app: &App, signed_in: &SignedIn, headers: &HeaderMap) -> String {
    let name = signed_in.instance.name.as_str();
    cookie::read(app, name, headers, Purpose::Session).unwrap_or_default()
}
