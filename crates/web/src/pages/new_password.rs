//! `/[instance]/new-password/[link]`: where the link of a letter leads.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use cresset_auth::password_link::{Good, LinkError, Purpose as Reason};
use cresset_base::Secret;
use http::{HeaderMap, StatusCode};

use super::page::form_page;
use super::visitor::Visitor;
use crate::app::App;
use crate::audit::{self, Happening, Occasion};
use crate::cookie::{self, Purpose};
use crate::extract::{Instance, SafeForm};
use crate::failure::Failure;
use crate::instance::OpenInstance;

#[derive(Template)]
#[template(path = "new_password.html")]
struct Page<'a> {
    name: &'a str,
    form_token: &'a str,
    link: &'a str,
    good: Option<&'a Good>,
    is_invitation: bool,
    error: Option<String>,
}

/// The form; looking at it uses up nothing.
pub(crate) async fn new_password_form(
    State(app): State<App>,
    Instance(instance): Instance,
    Path((_, link)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    form((&app, &instance), &headers, &link, None).await
}

async fn form(
    (app, instance): (&App, &OpenInstance),
    headers: &HeaderMap,
    link: &str,
    error: Option<String>,
) -> Result<Response, Failure> {
    let visitor = Visitor::of(app, instance, headers);
    let good = instance.auth.password_link(link).await?;
    let status = match (&good, &error) {
        (None, _) => StatusCode::GONE,
        (_, Some(_)) => StatusCode::UNPROCESSABLE_ENTITY,
        _ => StatusCode::OK,
    };
    let page = Page {
        name: instance.name.as_str(),
        form_token: &visitor.form_token,
        link,
        is_invitation: good
            .as_ref()
            .is_some_and(|good| good.purpose == Reason::Invitation),
        good: good.as_ref(),
        error,
    };
    Ok(visitor.keep(app, instance, form_page(status, &page)?))
}

/// Uses up the link; from then on the person signs in with what they chose.
pub(crate) async fn choose_password(
    State(app): State<App>,
    Instance(instance): Instance,
    Path((_, link)): Path<(String, String)>,
    occasion: Occasion,
    (headers, fields): (HeaderMap, SafeForm),
) -> Result<Response, Failure> {
    let password = Secret::new(fields.value("new").to_owned());
    let happening = Happening::new("password", StatusCode::SEE_OTHER, &occasion);
    let note = happening.note(&app);
    let chosen = note.along(instance.auth.choose_password(&link, password));
    let chosen = match chosen.await {
        Ok(chosen) => chosen,
        Err(LinkError::Store(error)) => return Err(error.into()),
        Err(error) => {
            let error = Some(format!("This password cannot be used: {error}."));
            return form((&app, &instance), &headers, &link, error).await;
        }
    };
    let happening = Happening {
        subject: Some(chosen.user.id.clone()),
        ..Happening::new("password", StatusCode::SEE_OTHER, &occasion)
    };
    if !note.is_kept() {
        audit::record(&app, &instance, happening).await?;
    }
    app.send_mail(&instance);
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("chosen", "yes");
    query.append_pair("login", &chosen.user.login);
    let name = instance.name.as_str();
    let to = format!("/{name}/sign-in?{}", query.finish());
    let mut response = Redirect::to(&to).into_response();
    if let Some(device) = &chosen.device {
        let device = (Purpose::Device, Some(device.expose().as_str()));
        cookie::write(&app, name, response.headers_mut(), device);
    }
    Ok(response)
}
