//! `/[instance]/connected-apps`: what each app may see, and how it is stopped.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use cresset_access::ScopeSet;
use cresset_auth::AuthServer;
use cresset_auth::authorize::offer::offers;
use cresset_auth::connected::ConnectedApp;
use cresset_base::Timestamp;
use http::StatusCode;

use super::consent::words;
use super::page::form_page;
use crate::app::App;
use crate::audit::{self, Happening, Occasion};
use crate::extract::{Pairs, SafeForm, SignedIn};
use crate::failure::Failure;

#[derive(Template)]
#[template(path = "connected_apps.html")]
struct Page<'a> {
    name: &'a str,
    form_token: &'a str,
    stopped: bool,
    apps: Vec<Shown>,
}

struct Shown {
    client_id: String,
    name: String,
    logo: Option<String>,
    organization: Option<String>,
    sees: Vec<String>,
    since: Moment,
    last_used: Option<Moment>,
}

/// A day to read and the instant for who hovers over it.
pub(super) struct Moment {
    pub(super) day: String,
    pub(super) exact: String,
}

impl Moment {
    pub(super) fn of(at: Timestamp) -> Self {
        let utc = at.to_zoned(jiff::tz::TimeZone::UTC);
        Self {
            day: utc.strftime("%-d %B %Y").to_string(),
            exact: utc.strftime("%Y-%m-%d %H:%M UTC").to_string(),
        }
    }
}

/// The apps that can see something now.
pub(crate) async fn connected_apps(
    State(app): State<App>,
    signed_in: SignedIn,
    Pairs(pairs): Pairs,
) -> Result<Response, Failure> {
    let connected = signed_in
        .instance
        .auth
        .connected_apps(&signed_in.who.user)
        .await?;
    let page = Page {
        name: signed_in.instance.name.as_str(),
        form_token: &signed_in.form_token,
        stopped: pairs.iter().any(|(name, _)| name == "stopped"),
        apps: connected
            .into_iter()
            .map(|known| Shown::of(known, &app))
            .collect(),
    };
    form_page(StatusCode::OK, &page)
}

/// Stops one of them, at once.
pub(crate) async fn disconnect(
    State(app): State<App>,
    signed_in: SignedIn,
    occasion: Occasion,
    form: SafeForm,
) -> Result<Response, Failure> {
    let client_id = form.value("client_id");
    let user = &signed_in.who.user;
    let happening = Happening {
        subject: Some(user.id.clone()),
        app: Some(client_id.to_owned()),
        ..Happening::new("revoke", StatusCode::SEE_OTHER, &occasion)
    };
    let stopped = signed_in.instance.auth.disconnect(user, client_id);
    audit::noted((&app, &signed_in.instance), happening, stopped).await??;
    let to = format!("/{}/connected-apps?stopped", signed_in.instance.name);
    Ok(Redirect::to(&to).into_response())
}

impl Shown {
    fn of(known: ConnectedApp, app: &App) -> Self {
        let mut sees = Vec::new();
        for consent in &known.consents {
            let scopes = ScopeSet::parse(&consent.scopes, app.limits()).unwrap_or_default();
            for offer in offers(&scopes) {
                let (name, what) = words::of(&offer);
                let line = format!("{name} ({what})");
                if !sees.contains(&line) {
                    sees.push(line);
                }
            }
        }
        let granted = known.consents.iter().map(|consent| consent.granted).min();
        Self {
            logo: AuthServer::logo_path(&known.app),
            client_id: known.app.client_id,
            name: known.app.name,
            organization: known.app.details.organization,
            sees,
            since: Moment::of(granted.unwrap_or_default()),
            last_used: known
                .consents
                .iter()
                .filter_map(|consent| consent.last_used)
                .max()
                .map(Moment::of),
        }
    }
}
