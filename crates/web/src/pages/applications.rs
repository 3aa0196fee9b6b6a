//! `/[instance]/auth/applications/`: the practice's apps, for its administrators.

pub(super) mod form;
mod registered;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use cresset_auth::AppError;
use cresset_base::Secret;
use cresset_fhir::Kind;
use cresset_store::grant::App as Registered;
use http::StatusCode;

use super::page::form_page;
use crate::app::App;
use crate::audit::{self, Happening, Occasion};
use crate::extract::{Administrator, SafeForm, SafeUpload, SignedIn};
use crate::failure::Failure;
use crate::instance::OpenInstance;
use form::Fields;
pub(super) use registered::{client_type, day};

#[derive(Template)]
#[template(path = "applications.html")]
struct List<'a> {
    name: &'a str,
    apps: Vec<Line<'a>>,
}

struct Line<'a> {
    client_id: &'a str,
    name: &'a str,
    kind: &'static str,
    scopes: &'a str,
    registered: String,
    enabled: bool,
}

/// Every app of the practice.
pub(crate) async fn applications(
    Administrator(signed_in): Administrator,
) -> Result<Response, Failure> {
    let instance = &signed_in.instance;
    let apps = instance.auth.list_apps().await.map_err(failed)?;
    let page = List {
        name: instance.name.as_str(),
        apps: apps.iter().map(line).collect(),
    };
    form_page(StatusCode::OK, &page)
}

fn line(app: &Registered) -> Line<'_> {
    Line {
        client_id: &app.client_id,
        name: &app.name,
        kind: registered::kind(app),
        scopes: &app.scopes,
        registered: registered::day(app.registered),
        enabled: app.enabled,
    }
}

/// The form for a new app.
pub(crate) async fn new_application(
    State(app): State<App>,
    Administrator(signed_in): Administrator,
) -> Result<Response, Failure> {
    let front = app.instances().at_front(&signed_in.instance).await?;
    let front = front.as_ref().map(|front| base(front));
    form::page(
        &signed_in,
        StatusCode::OK,
        (&Fields::default(), front),
        None,
    )
}

fn base(instance: &OpenInstance) -> &str {
    &instance.fhir.settings().base_url
}

/// Registers an app and shows what it is known by; its secret this once.
pub(crate) async fn register_application(
    State(app): State<App>,
    Administrator(signed_in): Administrator,
    occasion: Occasion,
    form: SafeForm,
) -> Result<Response, Failure> {
    let fields = Fields::of(&form);
    let front = app.instances().at_front(&signed_in.instance).await?;
    let at = front.as_ref().filter(|_| !fields.at_own_base);
    let at = at.unwrap_or(&signed_in.instance);
    let registered = match fields.new_app() {
        Ok(new) => {
            let registered = at.auth.register_app(new);
            noted(
                &app,
                &signed_in,
                ("app-register", None, &occasion),
                registered,
            )
            .await?
        }
        Err(error) => Err(error),
    };
    match registered {
        Ok(registered) => registered::page(
            &signed_in,
            (&registered.app, at),
            registered.secret.as_ref(),
        ),
        Err(error) => {
            let front = front.as_ref().map(|front| base(front));
            refused(&signed_in, (&fields, front), error)
        }
    }
}

/// One app, what it may do, and what can be done to it.
pub(crate) async fn application(
    State(app): State<App>,
    Administrator(signed_in): Administrator,
    Path((_, client_id)): Path<(String, String)>,
) -> Result<Response, Failure> {
    shown(&app, &signed_in, &client_id, None).await
}

/// The page of an app, with the secret that was made just now.
async fn shown(
    app: &App,
    signed_in: &SignedIn,
    client_id: &str,
    secret: Option<&Secret<String>>,
) -> Result<Response, Failure> {
    let instances = app.instances();
    let at = instances
        .where_known(&signed_in.instance, client_id)
        .await?;
    let found = at.auth.find_app(client_id).await.map_err(failed)?;
    registered::page(signed_in, (&found, &at), secret)
}

/// The form for what is to change.
pub(crate) async fn edit_application(
    Administrator(signed_in): Administrator,
    Path((_, client_id)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let found = signed_in.instance.auth.find_app(&client_id).await;
    let fields = Fields::of_app(&found.map_err(failed)?);
    form::page(&signed_in, StatusCode::OK, (&fields, None), None)
}

/// Changes an app; tokens keep what they were given.
pub(crate) async fn change_application(
    State(app): State<App>,
    Administrator(signed_in): Administrator,
    Path((_, client_id)): Path<(String, String)>,
    occasion: Occasion,
    form: SafeForm,
) -> Result<Response, Failure> {
    let fields = Fields::of(&form).of_known(&client_id);
    let auth = &signed_in.instance.auth;
    let changed = match fields.new_app() {
        Ok(new) => {
            let what = ("app-change", Some(client_id.as_str()), &occasion);
            noted(&app, &signed_in, what, auth.change_app(&client_id, new)).await?
        }
        Err(error) => Err(error),
    };
    match changed {
        Ok(secret) => shown(&app, &signed_in, &client_id, secret.as_ref()).await,
        Err(error) => refused(&signed_in, (&fields, None), error),
    }
}

/// Replaces the secret and shows the new one this once.
pub(crate) async fn rotate_application(
    State(app): State<App>,
    Administrator(signed_in): Administrator,
    Path((_, client_id)): Path<(String, String)>,
    (occasion, _): (Occasion, SafeForm),
) -> Result<Response, Failure> {
    let auth = &signed_in.instance.auth;
    let what = ("app-rotate", Some(client_id.as_str()), &occasion);
    let rotated = noted(&app, &signed_in, what, auth.rotate_secret(&client_id)).await?;
    let secret = rotated.map_err(failed)?;
    shown(&app, &signed_in, &client_id, Some(&secret)).await
}

/// Ends the use of an app, lets it be used again, or notes that its maker was checked.
pub(crate) async fn switch_application(
    State(app): State<App>,
    Administrator(signed_in): Administrator,
    Path((_, client_id)): Path<(String, String)>,
    occasion: Occasion,
    form: SafeForm,
) -> Result<Response, Failure> {
    let auth = &signed_in.instance.auth;
    let what = match form.value("state") {
        "enabled" => "app-enable",
        "verified" => "app-verify",
        _ => "app-disable",
    };
    let done = async {
        match what {
            "app-enable" => auth.enable_app(&client_id).await,
            "app-verify" => auth.verify_app(&client_id).await,
            _ => auth.disable_app(&client_id).await,
        }
    };
    let what = (what, Some(client_id.as_str()), &occasion);
    let done = noted(&app, &signed_in, what, done).await?;
    done.map_err(failed)?;
    let to = format!("/{}/auth/applications/{client_id}", signed_in.instance.name);
    Ok(Redirect::to(&to).into_response())
}

/// Gives an app the picture that was chosen, or takes its picture away where none was.
pub(crate) async fn change_logo(
    State(app): State<App>,
    Administrator(signed_in): Administrator,
    Path((_, client_id)): Path<(String, String)>,
    occasion: Occasion,
    upload: SafeUpload,
) -> Result<Response, Failure> {
    let auth = &signed_in.instance.auth;
    let changed = async {
        match upload.file {
            Some(file) => auth.set_logo(&client_id, file.to_vec()).await,
            None => auth.remove_logo(&client_id).await,
        }
    };
    let what = ("app-logo", Some(client_id.as_str()), &occasion);
    let changed = noted(&app, &signed_in, what, changed).await?;
    changed.map_err(failed)?;
    let to = format!("/{}/auth/applications/{client_id}", signed_in.instance.name);
    Ok(Redirect::to(&to).into_response())
}

/// Deletes an app; everything it was given ends with it.
pub(crate) async fn delete_application(
    State(app): State<App>,
    Administrator(signed_in): Administrator,
    Path((_, client_id)): Path<(String, String)>,
    occasion: Occasion,
    form: SafeForm,
) -> Result<Response, Failure> {
    if form.value("sure") != "yes" {
        let text = "Tick the box to say that the app and everything it was given is to end";
        return Err(Failure::new(Kind::BusinessRule, text));
    }
    let auth = &signed_in.instance.auth;
    let what = ("app-delete", Some(client_id.as_str()), &occasion);
    let deleted = noted(&app, &signed_in, what, auth.delete_app(&client_id)).await?;
    deleted.map_err(failed)?;
    let to = format!("/{}/auth/applications/", signed_in.instance.name);
    Ok(Redirect::to(&to).into_response())
}

/// Does what is asked about an app with the record of it.
async fn noted<T>(
    app: &App,
    signed_in: &SignedIn,
    (what, client_id, occasion): (&'static str, Option<&str>, &Occasion),
    asked: impl Future<Output = Result<T, AppError>>,
) -> Result<Result<T, AppError>, Failure> {
    let happening = Happening {
        app: client_id.map(str::to_owned),
        ..Happening::by(signed_in, what, StatusCode::OK, occasion)
    };
    audit::noted((app, &signed_in.instance), happening, asked).await
}

/// The form again with what was filled in and what is wrong with it.
fn refused(
    signed_in: &SignedIn,
    fields: (&Fields, Option<&str>),
    error: AppError,
) -> Result<Response, Failure> {
    match error {
        AppError::Store(_) | AppError::Unknown => Err(failed(error)),
        error => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            form::page(signed_in, status, fields, Some(&error))
        }
    }
}

fn failed(error: AppError) -> Failure {
    match error {
        AppError::Store(error) => error.into(),
        AppError::Unknown => Failure::new(Kind::NotFound, "There is no such app here"),
        error => Failure::new(Kind::BusinessRule, error.to_string()),
    }
}
