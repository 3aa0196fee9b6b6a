//! `cresset app`

mod keys;

use std::process::ExitCode;

use clap::{Args, Subcommand};
use cresset_auth::AuthServer;
use cresset_auth::app::{AppError, NewApp};
use cresset_auth::client_registration::ClientRegistrationError;
use cresset_auth::grant::GrantType;
use cresset_base::{InstanceName, Secret};
use cresset_store::grant::{AppDetails, ClientType, Pkce};
use serde_json::json;

use super::DataDir;
use crate::commands::instance::behind;
use crate::data::Data;
use crate::failure::{Failure, Kind};
use crate::{output, platform};
use keys::Keys;

/// Register, list and rotate the apps of an instance.
#[derive(Args)]
#[command(after_help = "Examples:
  cresset app register --instance sunrise --name 'Reports' --scopes 'system/*.rs'
  cresset app register --instance sunrise --name 'Kiosk' --scopes 'patient/*.rs' --patient-tokens
  cresset app register --instance sunrise --name 'Diary' --public --redirect-uri https://diary.example/cb \
    --scopes 'launch/patient openid fhirUser offline_access patient/*.rs'
  cresset app register --instance sunrise --name 'Export' --scopes 'system/*.rs' \
    --jwks-uri https://export.example/jwks.json
  cresset app list --instance sunrise
  cresset app rotate --instance sunrise CLIENT_ID

A secret is shown once, when it is made: what is stored is its hash.")]
pub(crate) struct App {
    #[command(flatten)]
    data: DataDir,
    /// The instance
    #[arg(long, value_name = "NAME", global = true, default_value = "demo")]
    instance: InstanceName,
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Register an app and show its `client_id` and `client_secret`
    Register {
        /// Name shown to people
        #[arg(long)]
        name: String,
        /// Scopes it may ask for, separated by spaces; what it gets when it asks for none
        #[arg(long)]
        scopes: String,
        /// Let it get tokens for single patients (`patient=ID` at the token endpoint)
        #[arg(long)]
        patient_tokens: bool,
        #[command(flatten)]
        people: People,
        #[command(flatten)]
        keys: Keys,
        /// It asks at the base of the front that the instance stands behind
        #[arg(long)]
        at_front: bool,
        /// For scripts
        #[arg(long)]
        json: bool,
    },
    /// Make a token with which one app may register itself (RFC 7591), where the instance allows it
    InitialToken {
        /// Days for which it is good
        #[arg(long, default_value_t = 14)]
        days: u32,
    },
    /// List the apps
    List {
        /// For scripts
        #[arg(long)]
        json: bool,
    },
    /// Replace an app's secret; the old one ends at once
    Rotate {
        /// The app
        client_id: String,
        /// For scripts
        #[arg(long)]
        json: bool,
    },
}

impl App {
    pub(crate) async fn run(self) -> Result<ExitCode, Failure> {
        let (data, settings) = Data::existing(&self.data)?;
        let auth = platform::auth(&data, &settings, &self.instance).await?;
        match self.action {
            Action::Register {
                name,
                scopes,
                patient_tokens,
                people,
                keys,
                at_front,
                json,
            } => {
                let auth = if at_front {
                    behind::judge(&data, &data.settings(&self.instance).await?).await?;
                    platform::auth_at_front(&data, &settings, &self.instance).await?
                } else {
                    auth
                };
                let new = NewApp {
                    patient_tokens,
                    ..backend(&name, &scopes)
                };
                let mut new = if people.redirect_uris.is_empty() {
                    new
                } else {
                    people.app(new)
                };
                keys.add_to(&mut new.details)?;
                let (client_id, secret) = register(&auth, new).await?;
                print(&client_id, secret.as_ref(), json);
            }
            Action::Rotate { client_id, json } => {
                let secret = rotate(&auth, &client_id).await?;
                print(&client_id, Some(&secret), json);
            }
            Action::InitialToken { days } => {
                let token = auth.initial_access_token(days).await.map_err(|error| {
                    let kind = match error {
                        ClientRegistrationError::Store(_) => Kind::Other,
                        _ => Kind::Settings,
                    };
                    Failure::new(kind, error)
                })?;
                output::line(token.expose());
            }
            Action::List { json } => list(&auth, json).await?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// What an app that people use is registered with besides.
#[derive(Args)]
struct People {
    /// Where people are sent back with a code; may be repeated. Makes it an app that people use
    #[arg(long = "redirect-uri", value_name = "URL")]
    redirect_uris: Vec<String>,
    /// It runs where it cannot keep a secret: in a browser or on a person's device
    #[arg(long, requires = "redirect_uris")]
    public: bool,
    /// It also acts for itself, by `client_credentials`
    #[arg(long, requires = "redirect_uris", conflicts_with = "public")]
    backend: bool,
    /// Where it is launched from a chart
    #[arg(long, value_name = "URL", requires = "redirect_uris")]
    launch_url: Option<String>,
    /// Who makes it
    #[arg(long, requires = "redirect_uris")]
    organization: Option<String>,
    /// Life of its refresh tokens in days, 0 for ever [default: as the instance says]
    #[arg(long, value_name = "DAYS", requires = "redirect_uris")]
    refresh_days: Option<u32>,
    /// It was made before PKCE and may leave it out
    #[arg(long, requires = "redirect_uris", conflicts_with = "public")]
    no_pkce: bool,
}

impl People {
    fn app(self, new: NewApp) -> NewApp {
        let mut grant_types = vec![GrantType::AuthorizationCode, GrantType::RefreshToken];
        if self.backend || new.patient_tokens {
            grant_types.push(GrantType::ClientCredentials);
        }
        let (client_type, pkce) = match (self.public, self.no_pkce) {
            (true, _) => (ClientType::Public, Pkce::Required),
            (false, true) => (ClientType::Confidential, Pkce::Exempt),
            (false, false) => (ClientType::Confidential, Pkce::Required),
        };
        NewApp {
            grant_types,
            details: AppDetails {
                client_type,
                pkce,
                redirect_uris: self.redirect_uris,
                launch_url: self.launch_url,
                organization: self.organization,
                refresh_days: self.refresh_days,
                ..AppDetails::default()
            },
            ..new
        }
    }
}

/// An app that acts for itself.
pub(super) fn backend(name: &str, scopes: &str) -> NewApp {
    NewApp {
        name: name.to_owned(),
        scopes: scopes.to_owned(),
        grant_types: vec![GrantType::ClientCredentials],
        patient_tokens: false,
        details: AppDetails::default(),
    }
}

/// Registers an app; gives its `client_id`, and its secret if it has one.
pub(super) async fn register(
    auth: &AuthServer,
    new: NewApp,
) -> Result<(String, Option<Secret<String>>), Failure> {
    let registered = auth.register_app(new).await.map_err(failure)?;
    Ok((registered.app.client_id, registered.secret))
}

/// Replaces an app's secret.
pub(super) async fn rotate(auth: &AuthServer, client_id: &str) -> Result<Secret<String>, Failure> {
    auth.rotate_secret(client_id).await.map_err(failure)
}

fn failure(error: AppError) -> Failure {
    let kind = match error {
        AppError::Unknown => Kind::NotFound,
        AppError::Store(_) => Kind::Other,
        _ => Kind::Settings,
    };
    Failure::new(kind, error)
}

fn print(client_id: &str, secret: Option<&Secret<String>>, as_json: bool) {
    let secret = secret.map(Secret::expose);
    if as_json {
        output::json(&json!({"client_id": client_id, "client_secret": secret}));
        return;
    }
    output::line(format_args!("client_id      {client_id}"));
    match secret {
        Some(secret) => {
            output::line(format_args!("client_secret  {secret}"));
            output::note("The secret is not shown again.");
        }
        None => output::note("A public app, and one that signs with its own keys, has no secret."),
    }
}

async fn list(auth: &AuthServer, as_json: bool) -> Result<(), Failure> {
    let apps = auth.list_apps().await.map_err(failure)?;
    if as_json {
        let apps = apps.iter().map(|app| {
            json!({
                "client_id": app.client_id, "name": app.name, "scopes": app.scopes,
                "registered": app.registered, "enabled": app.enabled,
            })
        });
        output::json(&apps.collect::<Vec<_>>());
        return Ok(());
    }
    let state = |enabled| if enabled { "enabled" } else { "disabled" }.to_owned();
    let rows: Vec<_> = apps
        .into_iter()
        .map(|app| {
            vec![
                app.client_id,
                app.name,
                state(app.enabled),
                app.registered.to_string(),
                app.scopes,
            ]
        })
        .collect();
    output::table(
        &["CLIENT_ID", "NAME", "STATE", "REGISTERED", "SCOPES"],
        &rows,
    );
    Ok(())
}
