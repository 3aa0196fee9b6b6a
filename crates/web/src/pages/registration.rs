//! `/[instance]/register/[link]`: where a developer whom the practice gave a link asks for an app to
//! be registered, and reads what became of it.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use cresset_auth::{AppRequest, RegistrationError};
use cresset_base::Secret;
use cresset_store::grant::App as Registered;
use cresset_store::registration::{Registration, Request, Stage};
use http::{HeaderMap, StatusCode};

use super::applications::client_type;
use super::applications::form::{Fields, field};
use super::page::{form_page, script_page};
use super::registrations::failed;
use super::visitor::Visitor;
use crate::app::App;
use crate::audit::{self, Happening, Occasion};
use crate::extract::{Instance, SafeForm};
use crate::failure::Failure;
use crate::instance::OpenInstance;

#[derive(Template)]
#[template(path = "registration_form.html")]
struct FormPage<'a> {
    name: &'a str,
    link: &'a str,
    form_token: &'a str,
    fields: &'a Fields,
    contact: &'a str,
    email: &'a str,
    purpose: &'a str,
    error: Option<String>,
    /// The field the error is about.
    wrong: &'static str,
    by_practice: bool,
}

impl<'a> FormPage<'a> {
    fn new(
        instance: &'a OpenInstance,
        link: &'a str,
        form_token: &'a str,
        fields: &'a Fields,
    ) -> Self {
        Self {
            name: instance.name.as_str(),
            link,
            form_token,
            fields,
            contact: "",
            email: "",
            purpose: "",
            error: None,
            wrong: "",
            by_practice: false,
        }
    }
}

/// The form behind a link that is good.
pub(crate) async fn registration_form(
    State(app): State<App>,
    Instance(instance): Instance,
    Path((_, link)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let good = instance.auth.registration_of_link(&link).await;
    good.map_err(failed)?;
    let visitor = Visitor::of(&app, &instance, &headers);
    let fields = Fields::default();
    let page = FormPage::new(&instance, &link, &visitor.form_token, &fields);
    let answer = form_page(StatusCode::OK, &page)?;
    Ok(visitor.keep(&app, &instance, answer))
}

/// Sends the form, and leads to the page on which its answer is read.
pub(crate) async fn submit_registration(
    State(app): State<App>,
    Instance(instance): Instance,
    Path((_, link)): Path<(String, String)>,
    occasion: Occasion,
    (headers, form): (HeaderMap, SafeForm),
) -> Result<Response, Failure> {
    let fields = Fields::of_developer(&form);
    let asked = fields.new_app().map(|app| AppRequest {
        app,
        contact: form.value("contact").to_owned(),
        email: form.value("email").to_owned(),
        purpose: form.value("purpose").to_owned(),
    });
    let sent = match asked {
        Ok(asked) => instance.auth.submit_registration(&link, asked).await,
        Err(error) => Err(error.into()),
    };
    let name = instance.name.as_str();
    let error = match sent {
        Ok(status) => {
            let happening = Happening {
                ..Happening::new("registration-submit", StatusCode::SEE_OTHER, &occasion)
            };
            audit::record(&app, &instance, happening).await?;
            let to = format!("/{name}/register/status/{}", status.expose());
            return Ok(Redirect::to(&to).into_response());
        }
        Err(error @ (RegistrationError::Store(_) | RegistrationError::Ended)) => {
            return Err(failed(error));
        }
        Err(error) => error,
    };
    let visitor = Visitor::of(&app, &instance, &headers);
    let page = FormPage {
        contact: form.value("contact"),
        email: form.value("email"),
        purpose: form.value("purpose"),
        wrong: wrong(&error),
        error: Some(error.to_string()),
        ..FormPage::new(&instance, &link, &visitor.form_token, &fields)
    };
    let answer = form_page(StatusCode::UNPROCESSABLE_ENTITY, &page)?;
    Ok(visitor.keep(&app, &instance, answer))
}

/// Where in the form an error is mended.
fn wrong(error: &RegistrationError) -> &'static str {
    match error {
        RegistrationError::Organization => "organization",
        RegistrationError::Contact => "contact",
        RegistrationError::Email => "email",
        RegistrationError::Purpose => "purpose",
        RegistrationError::App(error) => field(error),
        _ => "",
    }
}

#[derive(Template)]
#[template(path = "registration_status.html")]
struct Status<'a> {
    name: &'a str,
    handle: &'a str,
    form_token: &'a str,
    registration: &'a Registration,
    request: &'a Request,
    kind: &'static str,
    state: &'static str,
    app: Option<&'a Registered>,
    by_itself: bool,
    /// Whether there is one that was not shown yet.
    has_secret: bool,
    /// Shown this once.
    secret: Option<&'a str>,
    auth: &'a str,
    fhir: &'a str,
}

fn state(stage: Stage) -> &'static str {
    match stage {
        Stage::Open | Stage::Submitted => {
            "Sent. The practice has not decided yet; look here again."
        }
        Stage::Approved | Stage::Collected => "Approved. Your app is registered.",
        Stage::Denied | Stage::Withdrawn => "Denied. The practice says why:",
    }
}

/// What became of a registration, for who sent it.
pub(crate) async fn registration_status(
    State(app): State<App>,
    Instance(instance): Instance,
    Path((_, handle)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    status(&app, &instance, (&handle, &headers), None).await
}

/// Shows the secret, this once.
pub(crate) async fn collect_secret(
    State(app): State<App>,
    Instance(instance): Instance,
    Path((_, handle)): Path<(String, String)>,
    occasion: Occasion,
    (headers, _): (HeaderMap, SafeForm),
) -> Result<Response, Failure> {
    let collected = instance.auth.collect_secret(&handle).await;
    let (of, secret) = collected.map_err(failed)?;
    let happening = Happening {
        app: Some(of.client_id),
        ..Happening::new("registration-collect", StatusCode::OK, &occasion)
    };
    audit::record(&app, &instance, happening).await?;
    status(&app, &instance, (&handle, &headers), Some(&secret)).await
}

async fn status(
    app: &App,
    instance: &Arc<OpenInstance>,
    (handle, headers): (&str, &HeaderMap),
    secret: Option<&Secret<String>>,
) -> Result<Response, Failure> {
    let registration = instance.auth.registration_of_status(handle).await;
    let registration = registration.map_err(failed)?;
    let Some(request) = &registration.request else {
        return Err(failed(RegistrationError::Unknown));
    };
    let client_id = registration.client_id.as_deref().unwrap_or_default();
    let registered = instance.auth.find_app(client_id).await.ok();
    let at = app.instances().where_known(instance, client_id).await?;
    let visitor = Visitor::of(app, instance, headers);
    let page = Status {
        name: instance.name.as_str(),
        handle,
        form_token: &visitor.form_token,
        request,
        kind: client_type(&request.details),
        state: state(registration.stage),
        by_itself: request
            .grant_types
            .iter()
            .any(|g| g == "client_credentials"),
        has_secret: registration.stage == Stage::Approved
            && registered.as_ref().is_some_and(|app| app.secret.is_some()),
        app: registered.as_ref(),
        secret: secret.map(|secret| secret.expose().as_str()),
        auth: &at.auth.settings().issuer,
        fhir: &at.auth.settings().fhir_base,
        registration: &registration,
    };
    let answer = match secret {
        // A button copies it where scripts run.
        Some(_) => script_page(StatusCode::OK, &page)?,
        None => form_page(StatusCode::OK, &page)?,
    };
    Ok(visitor.keep(app, instance, answer))
}
