//! One registered app.

use askama::Template;
use axum::response::Response;
use cresset_auth::AuthServer;
use cresset_base::{Secret, Timestamp};
use cresset_store::grant::{App, AppDetails, ClientType};
use http::StatusCode;

use crate::extract::SignedIn;
use crate::failure::Failure;
use crate::instance::OpenInstance;
use crate::pages::page::{form_page, script_page};

#[derive(Template)]
#[template(path = "application.html")]
struct Page<'a> {
    instance: &'a str,
    form_token: &'a str,
    auth: &'a str,
    fhir: &'a str,
    app: &'a App,
    kind: &'static str,
    registered: String,
    /// Shown this once.
    secret: Option<&'a str>,
    /// Whether there is one that can be replaced.
    has_secret: bool,
    by_itself: bool,
    logo: Option<String>,
    logo_kib_max: usize,
}

/// The page of an app, which asks at this base; with its secret if it was made just now.
pub(super) fn page(
    signed_in: &SignedIn,
    (app, at): (&App, &OpenInstance),
    secret: Option<&Secret<String>>,
) -> Result<Response, Failure> {
    let settings = at.fhir.settings();
    let page = Page {
        instance: signed_in.instance.name.as_str(),
        form_token: &signed_in.form_token,
        auth: &settings.auth_url,
        fhir: &settings.base_url,
        kind: kind(app),
        registered: day(app.registered),
        secret: secret.map(|secret| secret.expose().as_str()),
        has_secret: app.secret.is_some(),
        by_itself: app.grant_types.iter().any(|g| g == "client_credentials"),
        logo: AuthServer::logo_path(app),
        logo_kib_max: signed_in.instance.auth.settings().limits.logo_bytes_max / 1024,
        app,
    };
    match secret {
        // A button copies it where scripts run.
        Some(_) => script_page(StatusCode::OK, &page),
        None => form_page(StatusCode::OK, &page),
    }
}

/// How an app came or proves itself, in the words of the list.
pub(super) fn kind(app: &App) -> &'static str {
    let details = &app.details;
    if details.registration_token.is_some() {
        "registered itself, unverified"
    } else if details.client_type == ClientType::Public {
        "public"
    } else if details.jwks.is_some() || details.jwks_uri.is_some() {
        "signs with its own key"
    } else if app.secret.is_some() {
        "keeps a secret"
    } else {
        "built in"
    }
}

/// What kind of client an app is said to be.
pub(in crate::pages) fn client_type(details: &AppDetails) -> &'static str {
    match details.client_type {
        ClientType::Confidential => "confidential",
        ClientType::Public => "public",
    }
}

/// The day of an instant.
pub(in crate::pages) fn day(at: Timestamp) -> String {
    at.strftime("%-d %B %Y").to_string()
}
