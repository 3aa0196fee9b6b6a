//! `/[instance]/forgot-password`

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};

use super::page::form_page;
use super::visitor::Visitor;
use crate::app::App;
use crate::audit::{self, Happening, Occasion};
use crate::extract::{Instance, Peer, SafeForm};
use crate::failure::Failure;

#[derive(Template)]
#[template(path = "forgot_password.html")]
struct Page<'a> {
    name: &'a str,
    form_token: &'a str,
    is_sent: bool,
}

/// The form.
pub(crate) async fn forgot_password_form(
    State(app): State<App>,
    Instance(instance): Instance,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let visitor = Visitor::of(&app, &instance, &headers);
    let page = Page {
        name: instance.name.as_str(),
        form_token: &visitor.form_token,
        is_sent: false,
    };
    Ok(visitor.keep(&app, &instance, form_page(StatusCode::OK, &page)?))
}

/// Sends a link to whoever signs in with this. The answer is the same for everybody, and comes
/// before anything is looked up, so that its time says nothing either.
pub(crate) async fn forgot_password(
    State(app): State<App>,
    Instance(instance): Instance,
    peer: Peer,
    occasion: Occasion,
    form: SafeForm,
) -> Result<Response, Failure> {
    let happening = Happening {
        ..Happening::new("password-forgotten", StatusCode::OK, &occasion)
    };
    audit::record(&app, &instance, happening).await?;
    let page = Page {
        name: instance.name.as_str(),
        form_token: "",
        is_sent: true,
    };
    let answer = form_page(StatusCode::OK, &page);
    let (login, address) = (form.value("login").to_owned(), peer.subscriber());
    tokio::spawn(async move {
        let address = address.to_string();
        if let Err(error) = instance.auth.forgot_password(&login, &address).await {
            tracing::warn!(instance = %instance.name, %error, "a link was not sent");
        }
        app.instances().deliver_mail_of(&instance).await;
    });
    answer
}
