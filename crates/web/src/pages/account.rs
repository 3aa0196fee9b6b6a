//! `/[instance]/account`

use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use cresset_store::user::Role;
use http::StatusCode;

use super::page::form_page;
use crate::extract::{SafeForm, SignedIn};
use crate::failure::Failure;

#[derive(Template)]
#[template(path = "account.html")]
struct Account<'a> {
    name: &'a str,
    person: &'a str,
    login: &'a str,
    role: &'static str,
    is_staff: bool,
    is_administrator: bool,
    form_token: &'a str,
}

/// Who is signed in, and what they can do here.
pub(crate) async fn account(signed_in: SignedIn) -> Result<Response, Failure> {
    let page = Account {
        name: signed_in.instance.name.as_str(),
        person: &signed_in.who.user.name,
        login: &signed_in.who.user.login,
        role: shown(signed_in.who.user.role),
        is_staff: signed_in.who.user.role.is_staff(),
        is_administrator: signed_in.who.user.role == Role::Administrator,
        form_token: &signed_in.form_token,
    };
    form_page(StatusCode::OK, &page)
}

/// Ends every other session of the person.
pub(crate) async fn sign_out_elsewhere(
    signed_in: SignedIn,
    _: SafeForm,
) -> Result<Response, Failure> {
    let auth = &signed_in.instance.auth;
    auth.sign_out_elsewhere(&signed_in.who).await?;
    let to = format!("/{}/account", signed_in.instance.name);
    Ok(Redirect::to(&to).into_response())
}

/// A role in the words of the person who has it.
pub(super) fn shown(role: Role) -> &'static str {
    match role {
        Role::Patient => "patient",
        Role::Proxy => "acting for a patient",
        Role::Clinician => "clinician",
        Role::FrontDesk => "front desk",
        Role::Administrator => "administrator",
        Role::Operator => "operator",
    }
}
