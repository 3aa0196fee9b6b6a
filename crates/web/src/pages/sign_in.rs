//! `/[instance]/sign-in` and `/[instance]/sign-out`

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use cresset_auth::session::{Begun, Entered, SignIn, SignInError, form_token};
use cresset_base::Secret;
use http::header::RETRY_AFTER;
use http::{HeaderMap, HeaderValue, StatusCode};

use super::page::form_page;
use super::second_step;
use super::visitor::Visitor;
use crate::app::App;
use crate::audit::{self, Happening, Occasion};
use crate::cookie::{self, Purpose};
use crate::extract::{Instance, Pairs, Peer, SafeForm};
use crate::failure::Failure;
use crate::instance::OpenInstance;

#[derive(Template)]
#[template(path = "sign_in.html")]
struct Page<'a> {
    name: &'a str,
    form_token: &'a str,
    to: &'a str,
    login: &'a str,
    /// Whether the person comes from choosing a password.
    has_chosen: bool,
    offers_passkeys: bool,
    error: Option<String>,
}

/// The form.
pub(crate) async fn sign_in_form(
    State(app): State<App>,
    Instance(instance): Instance,
    Pairs(pairs): Pairs,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let value = |name: &str| {
        let mut found = pairs.iter().filter(|(key, _)| key == name);
        found.next().map_or("", |(_, value)| value.as_str())
    };
    let name = instance.name.as_str();
    let visitor = Visitor::of(&app, &instance, &headers);
    let page = Page {
        name,
        form_token: &visitor.form_token,
        has_chosen: !value("chosen").is_empty(),
        to: own_address(name, value("to")).unwrap_or_default(),
        login: value("login"),
        offers_passkeys: instance.auth.offers_passkeys(),
        error: None,
    };
    Ok(visitor.keep(&app, &instance, form_page(StatusCode::OK, &page)?))
}

/// Signs somebody in.
pub(crate) async fn sign_in(
    State(app): State<App>,
    Instance(instance): Instance,
    peer: Peer,
    occasion: Occasion,
    (headers, form): (HeaderMap, SafeForm),
) -> Result<Response, Failure> {
    let name = instance.name.as_str();
    let device = cookie::read(&app, name, &headers, Purpose::Device);
    let asked = SignIn {
        login: form.value("login"),
        password: Secret::new(form.value("password").to_owned()),
        address: &peer.subscriber().to_string(),
        device: device.as_deref(),
    };
    let note = Happening::new("login", StatusCode::SEE_OTHER, &occasion).note(&app);
    let outcome = note.along(instance.auth.sign_in(asked)).await;
    let (what, status, subject) = match &outcome {
        Ok(Entered::Begun(begun)) => ("login", status(&outcome), Some(begun.user.id.clone())),
        Ok(Entered::Half { user, .. }) => ("login-password", StatusCode::OK, Some(user.id.clone())),
        Err(_) => ("login", status(&outcome), None),
    };
    let happening = Happening {
        subject,
        ..Happening::new(what, status, &occasion)
    };
    if !note.is_kept() {
        audit::record(&app, &instance, happening).await?;
    }
    let browser = (&headers, &form);
    match outcome {
        Ok(Entered::Begun(begun)) => entered(&app, &instance, browser, &begun).await,
        Ok(Entered::Half { user, handle }) => {
            second_step::page(&app, &instance, browser, (&user, handle.expose(), None))
        }
        Err(SignInError::Store(error)) => Err(error.into()),
        Err(error) => again(&app, &instance, browser, &error),
    }
}

/// Leads somebody who is signed in now to where they wanted.
pub(super) async fn entered(
    app: &App,
    instance: &OpenInstance,
    (headers, form): (&HeaderMap, &SafeForm),
    begun: &Begun,
) -> Result<Response, Failure> {
    let name = instance.name.as_str();
    // Whoever was signed in here before is so no longer.
    if let Some(before) = cookie::read(app, name, headers, Purpose::Session) {
        instance.auth.sign_out(&before).await?;
    }
    let home = format!("/{name}/account");
    let to = own_address(name, form.value("to")).unwrap_or(&home);
    let mut response = Redirect::to(to).into_response();
    for cookie in [
        (Purpose::Session, Some(begun.cookie.expose().as_str())),
        (Purpose::Device, Some(begun.device.expose().as_str())),
    ] {
        cookie::write(app, name, response.headers_mut(), cookie);
    }
    Ok(response)
}

/// The status that an attempt is answered and recorded with.
pub(super) fn status<T>(outcome: &Result<T, SignInError>) -> StatusCode {
    match outcome {
        Ok(_) => StatusCode::SEE_OTHER,
        Err(
            SignInError::Wrong
            | SignInError::Passkey
            | SignInError::PasswordFirst
            | SignInError::Copied
            | SignInError::Late,
        ) => StatusCode::UNAUTHORIZED,
        Err(SignInError::TooManyFailures { .. } | SignInError::TooManyCodes { .. }) => {
            StatusCode::TOO_MANY_REQUESTS
        }
        Err(SignInError::Store(_)) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// The form once more, with what was wrong and all but the password.
pub(super) fn again(
    app: &App,
    instance: &OpenInstance,
    browser: (&HeaderMap, &SafeForm),
    error: &SignInError,
) -> Result<Response, Failure> {
    let text = match error {
        SignInError::Late => "It took too long. Sign in again from the beginning.",
        SignInError::Passkey => {
            "This passkey is not known here. Use another one, or sign in with your password."
        }
        SignInError::Copied => second_step::COPIED,
        SignInError::PasswordFirst => {
            "Your password was changed since this passkey was shown with it. Sign in with the password \
             and this passkey once; then it is enough by itself again."
        }
        _ => "This name and password do not go together. Check both and try again.",
    };
    form_again(app, instance, browser, told(error, text))
}

/// The same with these words, and how long to wait.
pub(super) fn form_again(
    app: &App,
    instance: &OpenInstance,
    (headers, form): (&HeaderMap, &SafeForm),
    (text, wait_s): (String, Option<u32>),
) -> Result<Response, Failure> {
    let name = instance.name.as_str();
    let cookie = cookie::read(app, name, headers, Purpose::Session).unwrap_or_default();
    let page = Page {
        name,
        form_token: &form_token(&cookie),
        to: own_address(name, form.value("to")).unwrap_or_default(),
        login: form.value("login"),
        has_chosen: false,
        offers_passkeys: instance.auth.offers_passkeys(),
        error: Some(text),
    };
    refused(&page, wait_s)
}

/// What is said of an attempt that failed, and how long to wait where there were too many.
pub(super) fn told(error: &SignInError, otherwise: &str) -> (String, Option<u32>) {
    let retry_after_s = match error {
        SignInError::TooManyFailures { retry_after_s } => retry_after_s,
        SignInError::TooManyCodes { retry_after_s } => {
            let text = "There were too many wrong codes. Use a passkey, a recovery code or a browser in \
                        which you have signed in before, or choose a new password and sign in with that.";
            return (text.to_owned(), Some(*retry_after_s));
        }
        _ => return (otherwise.to_owned(), None),
    };
    let minutes = retry_after_s.div_ceil(60);
    let text = format!(
        "There were too many attempts. Wait {minutes} minutes and try again, or use a \
         browser in which you have signed in before."
    );
    (text, Some(*retry_after_s))
}

/// The page of a form that was refused: 401, or 429 with how long to wait.
pub(super) fn refused(page: &impl Template, wait_s: Option<u32>) -> Result<Response, Failure> {
    let status = match wait_s {
        Some(_) => StatusCode::TOO_MANY_REQUESTS,
        None => StatusCode::UNAUTHORIZED,
    };
    let mut response = form_page(status, page)?;
    if let Some(wait_s) = wait_s {
        let headers = response.headers_mut();
        headers.insert(RETRY_AFTER, HeaderValue::from(wait_s));
    }
    Ok(response)
}

/// Signs out, whoever is signed in.
pub(crate) async fn sign_out(
    State(app): State<App>,
    Instance(instance): Instance,
    occasion: Occasion,
    (headers, _): (HeaderMap, SafeForm),
) -> Result<Response, Failure> {
    let name = instance.name.as_str();
    if let Some(cookie) = cookie::read(&app, name, &headers, Purpose::Session) {
        let who = instance.auth.signed_in(&cookie).await?;
        let happening = Happening {
            subject: who.map(|who| who.user.id),
            ..Happening::new("logout", StatusCode::SEE_OTHER, &occasion)
        };
        let ended = instance.auth.sign_out(&cookie);
        audit::noted((&app, &instance), happening, ended).await??;
    }
    let mut response = Redirect::to(&format!("/{name}/sign-in")).into_response();
    let gone = (Purpose::Session, None);
    cookie::write(&app, name, response.headers_mut(), gone);
    Ok(response)
}

/// An address on this practice's pages; nothing for any other, so that nobody is led away.
pub(super) fn own_address<'a>(instance: &str, to: &'a str) -> Option<&'a str> {
    let rest = to.strip_prefix('/')?.strip_prefix(instance)?;
    let plain = |byte: u8| byte.is_ascii_graphic() && byte != b'\\';
    let own = rest.starts_with('/') && !rest.starts_with("//") && rest.bytes().all(plain);
    let path = rest.split(['?', '#']).next().unwrap_or_default();
    // A browser takes `..`, also as `%2e%2e`, for the way up and out of the practice.
    let climbs = path.split('/').any(|part| {
        matches!(
            part.to_ascii_lowercase().replace("%2e", ".").as_str(),
            "." | ".."
        )
    });
    (own && !climbs).then_some(to)
}

#[cfg(test)]
mod tests {
    use super::own_address;

    #[test]
    fn nobody_is_led_away() {
        for (to, expect) in [
            ("/demo/account", true),
            ("/demo/consent/crh_x?y=1", true),
            ("", false),
            ("/", false),
            ("/demo", false),
            ("/other/account", false),
            ("/demonic/account", false),
            ("//evil.example/", false),
            ("/demo//evil.example", false),
            ("/demo/\\evil.example", false),
            ("/demo/a b", false),
            ("/demo/../other/account", false),
            ("/demo/%2E%2e/other/account", false),
            ("/demo/consent?to=../x", true),
            ("https://evil.example/demo/", false),
            ("javascript:alert(1)", false),
            ("/demo/\r\nSet-Cookie:x", false),
        ] {
            assert_eq!(own_address("demo", to).is_some(), expect, "{to}");
        }
    }
}
