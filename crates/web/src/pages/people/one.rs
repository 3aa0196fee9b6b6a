//! The page of one person.

use askama::Template;
use axum::response::Response;
use cresset_store::user::{Role, User};
use http::StatusCode;

use super::state;
use crate::extract::SignedIn;
use crate::failure::Failure;
use crate::pages::account::shown;
use crate::pages::page::form_page;

#[derive(Template)]
#[template(path = "person.html")]
struct Page<'a> {
    instance: &'a str,
    form_token: &'a str,
    user: &'a User,
    role: &'static str,
    state: &'static str,
    added: String,
    /// Whether it is whoever looks.
    is_self: bool,
    is_proxy: bool,
    patients: String,
    done: &'a str,
    error: Option<String>,
}

/// The page, with what was just done, or with the patients that were given and what is wrong with
/// them.
pub(super) fn page(
    signed_in: &SignedIn,
    user: &User,
    (status, done): (StatusCode, &str),
    refused: Option<(&str, String)>,
) -> Result<Response, Failure> {
    let (given, error) = match refused {
        Some((given, error)) => (Some(given.to_owned()), Some(error)),
        None => (None, None),
    };
    let page = Page {
        instance: signed_in.instance.name.as_str(),
        form_token: &signed_in.form_token,
        user,
        role: shown(user.role),
        state: state(user),
        added: user.created.strftime("%-d %B %Y").to_string(),
        is_self: user.id == signed_in.who.user.id,
        is_proxy: user.role == Role::Proxy,
        patients: given.unwrap_or_else(|| user.patients.join(" ")),
        done,
        error,
    };
    form_page(status, &page)
}
