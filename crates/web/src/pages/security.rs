//! `/[instance]/account/security`: the second step at sign-in, for the person.

mod picture;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use cresset_auth::passkey::ListedPasskey;
use cresset_auth::second_factor::{SecondFactorError, TurnedOn};
use cresset_auth::session::SignInError;
use http::{HeaderMap, StatusCode};

use super::applications::day;
use super::page::form_page;
use super::proof::{Proof, go_on};
use super::sign_in::{refused, told};
use crate::app::App;
use crate::audit::{self, Happening, Occasion};
use crate::extract::{Peer, SafeForm, SignedIn};
use crate::failure::Failure;

const WRONG_PASSWORD: &str = "The password is not right.";

#[derive(Template)]
#[template(path = "security.html")]
struct Page<'a> {
    name: &'a str,
    form_token: &'a str,
    login: &'a str,
    /// Since when it is on.
    since: Option<String>,
    has_codes: bool,
    asks_second: bool,
    recovery_left: usize,
    offers_passkeys: bool,
    passkeys: Vec<Listed>,
    error: Option<String>,
    /// The field where it is.
    wrong: String,
}

/// A passkey on the page.
struct Listed {
    id: String,
    name: String,
    since: String,
    last_used: Option<String>,
    /// Where the password is typed with which it is removed.
    field: String,
    /// Where a code is.
    second: String,
}

#[derive(Template)]
#[template(path = "security_set_up.html")]
struct SetUp<'a> {
    name: &'a str,
    form_token: &'a str,
    login: &'a str,
    salt: &'a str,
    secret: &'a str,
    address: &'a str,
    picture: picture::Picture,
    /// Whoever has codes has nothing to set up.
    has_codes: bool,
    asks_second: bool,
    error: Option<String>,
    /// The field where it is.
    wrong: &'a str,
}

/// The recovery codes that are shown this once.
#[derive(Template)]
#[template(path = "security_codes.html")]
struct Codes<'a> {
    name: &'a str,
    codes: Vec<&'a str>,
}

/// Whether it is on, and how to change that.
pub(crate) async fn security(signed_in: SignedIn) -> Result<Response, Failure> {
    let page = page(&signed_in, None, String::new()).await?;
    form_page(StatusCode::OK, &page)
}

/// The page, with what was wrong in this field.
async fn page(
    signed_in: &SignedIn,
    error: Option<String>,
    wrong: String,
) -> Result<Page<'_>, Failure> {
    let user = &signed_in.who.user;
    let auth = &signed_in.instance.auth;
    let factor = user.second_factor.as_ref();
    let listed = auth.list_passkeys(user).await?.into_iter();
    Ok(Page {
        name: signed_in.instance.name.as_str(),
        form_token: &signed_in.form_token,
        login: &user.login,
        since: factor.map(|factor| day(factor.since)),
        has_codes: has_codes(signed_in),
        asks_second: asks_second(signed_in),
        recovery_left: auth.count_recovery_codes(user).await?,
        offers_passkeys: auth.offers_passkeys(),
        passkeys: listed.map(Listed::of).collect(),
        error,
        wrong,
    })
}

impl Listed {
    fn of(listed: ListedPasskey) -> Self {
        let ListedPasskey { passkey, last_used } = listed;
        Self {
            field: format!("password-{}", passkey.id),
            second: format!("second-{}", passkey.id),
            since: day(passkey.since),
            last_used: last_used.map(day),
            id: passkey.id,
            name: passkey.name,
        }
    }
}

/// The page once more, with what was wrong in the form that removes this passkey; in that of codes
/// where none is named.
pub(super) async fn again(
    signed_in: &SignedIn,
    error: SecondFactorError,
    passkey: &str,
) -> Result<Response, Failure> {
    let field = match (field(&error), passkey) {
        (field, "") => field.to_owned(),
        (field, passkey) => format!("{field}-{passkey}"),
    };
    let (text, wait_s) = wrong(error)?;
    refused(&page(signed_in, Some(text), field).await?, wait_s)
}

/// Whether an app on the person's device shows codes.
pub(super) fn has_codes(signed_in: &SignedIn) -> bool {
    let factor = signed_in.who.user.second_factor.as_ref();
    factor.is_some_and(|factor| factor.salt.is_some())
}

/// Whether a change takes a code besides the password.
pub(super) fn asks_second(signed_in: &SignedIn) -> bool {
    let who = &signed_in.who;
    let auth = &signed_in.instance.auth;
    auth.asks_for_second_proof(&who.user, who.authenticated())
}

/// The field in which something is wrong.
pub(super) fn field(error: &SecondFactorError) -> &'static str {
    match error {
        SecondFactorError::Name => "called",
        SecondFactorError::Code => "code",
        SecondFactorError::Second => "second",
        _ => "password",
    }
}

/// Shows recovery codes this once, in the session in which the person goes on; the person's page
/// where there are none.
pub(super) fn turned_on(
    app: &App,
    signed_in: &SignedIn,
    turned: &TurnedOn,
) -> Result<Response, Failure> {
    let codes = turned.recovery.iter().map(|code| code.expose().as_str());
    let page = Codes {
        name: signed_in.instance.name.as_str(),
        codes: codes.collect(),
    };
    let mut response = if page.codes.is_empty() {
        to_page(signed_in)
    } else {
        form_page(StatusCode::OK, &page)?
    };
    go_on(app, signed_in, turned.begun.as_ref(), &mut response);
    Ok(response)
}

/// What is needed to set codes up: a secret of its own each time.
pub(crate) async fn set_up_form(signed_in: SignedIn) -> Result<Response, Failure> {
    set_up_page(&signed_in, "", None).await
}

/// The form for this salt, with what was wrong before and how long to wait; the person's page where
/// there is nothing to set up.
async fn set_up_page(
    signed_in: &SignedIn,
    salt: &str,
    wrong: Option<(&str, String, Option<u32>)>,
) -> Result<Response, Failure> {
    let user = &signed_in.who.user;
    let auth = &signed_in.instance.auth;
    let Some(pending) = auth.pending_second_factor(user, salt).await? else {
        return Ok(to_page(signed_in));
    };
    let page = SetUp {
        name: signed_in.instance.name.as_str(),
        form_token: &signed_in.form_token,
        login: &user.login,
        salt: &pending.salt,
        secret: pending.secret.expose(),
        address: pending.address.expose(),
        picture: picture::Picture::of(pending.address.expose())?,
        has_codes: false,
        asks_second: asks_second(signed_in),
        error: wrong.as_ref().map(|(_, text, _)| text.clone()),
        wrong: wrong.as_ref().map_or("", |(field, ..)| field),
    };
    match wrong {
        Some((.., wait_s)) => refused(&page, wait_s),
        None => form_page(StatusCode::OK, &page),
    }
}

/// Turns codes on, and shows the recovery codes this once. Every other browser is signed out.
pub(crate) async fn turn_on(
    State(app): State<App>,
    signed_in: SignedIn,
    (peer, occasion): (Peer, Occasion),
    (headers, form): (HeaderMap, SafeForm),
) -> Result<Response, Failure> {
    let auth = &signed_in.instance.auth;
    let salt = form.value("salt");
    let code: String = form.value("code").split_whitespace().collect();
    let proof = Proof::of(&app, &signed_in, peer, (&headers, &form));
    let turned = auth
        .turn_on_second_factor(proof.of_both(), (salt, &code))
        .await;
    match turned {
        Ok(turned) => {
            audit::note(&app, &signed_in, "second-factor-on", &occasion).await?;
            app.send_mail(&signed_in.instance);
            turned_on(&app, &signed_in, &turned)
        }
        Err(SecondFactorError::On) => Ok(to_page(&signed_in)),
        Err(error) => {
            note_refused(&app, &signed_in, ("second-factor-on", &error), &occasion).await?;
            let field = field(&error);
            let (text, wait_s) = wrong(error)?;
            set_up_page(&signed_in, salt, Some((field, text, wait_s))).await
        }
    }
}

/// Turns codes off for whoever proves the password once more.
pub(crate) async fn turn_off(
    State(app): State<App>,
    signed_in: SignedIn,
    (peer, occasion): (Peer, Occasion),
    (headers, form): (HeaderMap, SafeForm),
) -> Result<Response, Failure> {
    let auth = &signed_in.instance.auth;
    let proof = Proof::of(&app, &signed_in, peer, (&headers, &form));
    let (password, second) = proof.of_both();
    match auth.turn_off_second_factor(password, second).await {
        Ok(begun) => {
            audit::note(&app, &signed_in, "second-factor-off", &occasion).await?;
            app.send_mail(&signed_in.instance);
            let mut response = to_page(&signed_in);
            go_on(&app, &signed_in, begun.as_ref(), &mut response);
            Ok(response)
        }
        Err(SecondFactorError::Off) => Ok(to_page(&signed_in)),
        Err(error) => {
            note_refused(&app, &signed_in, ("second-factor-off", &error), &occasion).await?;
            again(&signed_in, error, "").await
        }
    }
}

/// Records that a change was refused for want of a proof. The person may be told that somebody guesses.
pub(super) async fn note_refused(
    app: &App,
    signed_in: &SignedIn,
    (what, error): (&'static str, &SecondFactorError),
    occasion: &Occasion,
) -> Result<(), Failure> {
    let is_of_proof = match error {
        SecondFactorError::SignIn(error) => !matches!(error, SignInError::Store(_)),
        error => matches!(error, SecondFactorError::Second | SecondFactorError::Code),
    };
    if !is_of_proof {
        return Ok(());
    }
    app.send_mail(&signed_in.instance);
    let happening = Happening::by(signed_in, what, StatusCode::UNAUTHORIZED, occasion);
    audit::record(app, &signed_in.instance, happening).await
}

/// What is said of what went wrong, and how long to wait.
pub(super) fn wrong(error: SecondFactorError) -> Result<(String, Option<u32>), Failure> {
    match error {
        SecondFactorError::SignIn(SignInError::Store(error)) => Err(error.into()),
        SecondFactorError::SignIn(error) => Ok(told(&error, WRONG_PASSWORD)),
        SecondFactorError::Code => {
            let text = "This code is not right. Look whether the clock of your device is right, and try the next code.";
            Ok((text.to_owned(), None))
        }
        SecondFactorError::Second => {
            let text = "Your second step is on: fill in the field for it, too, or sign in again.";
            Ok((text.to_owned(), None))
        }
        error => Ok((format!("Nothing was changed: {error}."), None)),
    }
}

pub(super) fn to_page(signed_in: &SignedIn) -> Response {
    let name = &signed_in.instance.name;
    Redirect::to(&format!("/{name}/account/security")).into_response()
}
