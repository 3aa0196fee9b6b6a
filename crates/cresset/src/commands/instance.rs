//! `cresset instance`

mod authorization;
pub(super) mod behind;
mod set;

use std::process::ExitCode;

use clap::{Args, Subcommand};
use cresset_access::{Access, SystemReason};
use cresset_base::InstanceName;
use cresset_store::{AuditSync, Deletes, ErrorDialect, InstanceSettings, LinkStyle};
use serde_json::json;

use super::{DataDir, Where, rules};
use crate::data::Data;
use crate::failure::{Context, Failure, Kind};
use crate::{output, surroundings};
use authorization::Authorization;

/// Create, list, show, set and delete instances; each is one practice with its own data and keys.
#[derive(Args)]
#[command(after_help = "Examples:
  cresset instance create sunrise
  cresset instance create sunset --rules canvas
  cresset instance create sundown --store postgres://cresset@db.example/cresset
  cresset instance list
  cresset instance show sunrise --json
  cresset instance set sunrise token_lifetime_s=600 authorization.dpop=true
  cresset instance create clinics --front
  cresset instance set sunrise behind=clinics
  cresset instance delete sunrise --yes")]
pub(crate) struct Instance {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Create an empty instance
    Create {
        #[command(flatten)]
        data: DataDir,
        /// a-z, 0-9 and inner hyphens, beginning with a letter; part of every address
        name: InstanceName,
        /// Write relative links into search pages instead of absolute ones
        #[arg(long)]
        relative_links: bool,
        /// Life of access tokens in seconds
        #[arg(long, value_name = "SECONDS", default_value_t = 36_000)]
        token_lifetime: u32,
        /// Refuse an update that would create a resource under an id the app chose
        #[arg(long)]
        no_client_ids: bool,
        #[command(flatten)]
        wearing: Wearing,
        #[command(flatten)]
        people: People,
        #[command(flatten)]
        store: Where,
        #[command(flatten)]
        authorization: Authorization,
        #[command(flatten)]
        place: behind::Place,
        /// Keep the words of resources, so that `_text` and `_content` find them
        #[arg(long)]
        full_text: bool,
        /// Tell an app that sends `Cresset-Explain` how its search was answered
        #[arg(long)]
        explain: bool,
        /// Answer no read before its audit record is on disk, instead of a tenth of a second later
        #[arg(long)]
        audit_each: bool,
        /// Days for which audit records are kept; 0 for ever [default: six years]
        #[arg(long, value_name = "DAYS")]
        audit_days: Option<u32>,
    },
    /// List all instances
    List {
        #[command(flatten)]
        data: DataDir,
        /// For scripts
        #[arg(long)]
        json: bool,
    },
    /// Show an instance: its settings, apps and number of resources by type
    Show {
        #[command(flatten)]
        data: DataDir,
        /// The instance
        name: InstanceName,
        /// For scripts
        #[arg(long)]
        json: bool,
    },
    /// Change settings of an instance, named as `instance show --json` names them
    Set {
        #[command(flatten)]
        data: DataDir,
        /// The instance
        name: InstanceName,
        /// What is to be set: a name, a dot before the name within, and the value as JSON or as plain text
        #[arg(value_name = "NAME=VALUE", required = true)]
        changes: Vec<String>,
    },
    /// Delete an instance with all its data
    Delete {
        #[command(flatten)]
        data: DataDir,
        /// The instance
        name: InstanceName,
        /// Confirms that all its data is to be destroyed
        #[arg(long)]
        yes: bool,
    },
}

/// How long people and the apps they allowed stay.
#[derive(Args)]
struct People {
    /// Life of refresh tokens in days, counted anew with each use; 0 for ever
    #[arg(long, value_name = "DAYS", default_value_t = 90)]
    refresh_days: u32,
    /// Time after which somebody who does nothing is signed out
    #[arg(long, value_name = "SECONDS", default_value_t = 15 * 60)]
    session_idle: u32,
    /// Time after which everybody must sign in again
    #[arg(long, value_name = "SECONDS", default_value_t = 12 * 60 * 60)]
    session: u32,
}

impl People {
    fn apply(&self, settings: &mut InstanceSettings) {
        settings.refresh_days = self.refresh_days;
        settings.session_idle_s = self.session_idle;
        settings.session_s = self.session;
    }
}

/// What an instance accepts and how it answers.
#[derive(Args)]
struct Wearing {
    /// Rule set it wears: r4, us-core or canvas; `cresset rules list` tells them apart
    #[arg(long, value_name = "SET", default_value = "r4")]
    rules: String,
    /// Answer every error but 401 and 403 with status 400
    #[arg(long)]
    errors_as_400: bool,
    /// What apps may delete: nothing, one resource at a time, or all that a condition finds
    #[arg(long, value_name = "WHAT", value_parser = ["never", "single", "multiple"], default_value = "single")]
    deletes: String,
    /// Page size when `_count` is absent
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..))]
    page_default: Option<u32>,
    /// Profile every resource of its type must follow, by its canonical URL; may be given several times
    #[arg(long = "profile", value_name = "URL")]
    profiles: Vec<String>,
}

impl Wearing {
    fn apply(self, settings: &mut InstanceSettings) -> Result<(), Failure> {
        rules::named(&self.rules)?
            .name
            .clone_into(&mut settings.rules);
        settings.page_default = self.page_default;
        settings.deletes = match self.deletes.as_str() {
            "never" => Deletes::Never,
            "multiple" => Deletes::Multiple,
            _ => Deletes::Single,
        };
        if self.errors_as_400 {
            settings.errors = ErrorDialect::Veracity;
        }
        settings.profiles = self.profiles;
        Ok(())
    }
}

impl Instance {
    pub(crate) async fn run(self) -> Result<ExitCode, Failure> {
        match self.action {
            Action::Create {
                data,
                name,
                relative_links,
                token_lifetime,
                no_client_ids,
                wearing,
                people,
                store,
                authorization,
                place,
                full_text,
                explain,
                audit_each,
                audit_days,
            } => {
                let mut settings = InstanceSettings::new(surroundings::clock().now());
                settings.token_lifetime_s = token_lifetime;
                settings.client_ids = !no_client_ids;
                wearing.apply(&mut settings)?;
                people.apply(&mut settings);
                authorization.apply(&mut settings)?;
                settings.full_text = full_text;
                settings.explains = explain;
                if audit_each {
                    settings.audit_sync = AuditSync::Each;
                }
                settings.audit_days = audit_days.unwrap_or(settings.audit_days);
                if relative_links {
                    settings.links = LinkStyle::Relative;
                }
                let (data, _) = Data::for_command(&data)?;
                place.apply(&mut settings);
                behind::settle(&data, &mut settings).await?;
                data.create(&name, &settings, store.url().as_ref()).await?;
                output::line(format_args!("created instance {name}"));
            }
            Action::List { data, json } => list(&data, json).await?,
            Action::Show { data, name, json } => show(&data, &name, json).await?,
            Action::Set {
                data,
                name,
                changes,
            } => set::run(&data, &name, &changes).await?,
            Action::Delete { data, name, yes } => {
                if !yes {
                    return Err(Failure::new(
                        Kind::Settings,
                        format!("this destroys all data of instance {name}"),
                    )
                    .hint("say so with --yes"));
                }
                let (data, _) = Data::existing(&data)?;
                behind::keep(&data, &name, None).await?;
                data.delete(&name).await?;
                output::line(format_args!("deleted instance {name}"));
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

async fn list(data: &DataDir, as_json: bool) -> Result<(), Failure> {
    let (data, _) = Data::existing(data)?;
    let mut rows = Vec::new();
    for name in data.names().await? {
        let settings = data.settings(&name).await?;
        rows.push((name, settings));
    }
    if as_json {
        let rows = rows
            .iter()
            .map(|(name, settings)| json!({"name": name.as_str(), "settings": settings}));
        output::json(&rows.collect::<Vec<_>>());
        return Ok(());
    }
    let rows: Vec<_> = rows
        .iter()
        .map(|(name, settings)| {
            vec![
                name.to_string(),
                settings.created.to_string(),
                settings.rules.clone(),
            ]
        })
        .collect();
    output::table(&["NAME", "CREATED", "RULES"], &rows);
    Ok(())
}

async fn show(data: &DataDir, name: &InstanceName, as_json: bool) -> Result<(), Failure> {
    let (data, _) = Data::existing(data)?;
    let settings = data.settings(name).await?;
    let store = data.store(name).await?;
    let access = Access::system(SystemReason::OperatorCounts);
    let counts = store.counts(&access).await.context("counting")?;
    let apps = store.list_apps().await.context("listing apps")?;
    if as_json {
        let counts: serde_json::Map<_, _> = counts
            .iter()
            .map(|(resource_type, n)| (resource_type.to_string(), json!(n)))
            .collect();
        let apps: Vec<_> = apps
            .iter()
            .map(|app| json!({"client_id": app.client_id, "name": app.name}))
            .collect();
        output::json(
            &json!({"name": name.as_str(), "settings": settings, "resources": counts, "apps": apps}),
        );
        return Ok(());
    }
    output::line(format_args!("instance        {name}"));
    output::line(format_args!("created         {}", settings.created));
    output::line(format_args!("rules           {}", settings.rules));
    output::line(format_args!(
        "token lifetime  {} s",
        settings.token_lifetime_s
    ));
    output::line(format_args!("apps            {}", apps.len()));
    let total: u64 = counts.iter().map(|(_, n)| n).sum();
    output::line(format_args!("resources       {}\n", output::count(total)));
    let rows: Vec<_> = counts
        .iter()
        .map(|(t, n)| vec![t.to_string(), output::count(*n)])
        .collect();
    output::table(&["TYPE", "RESOURCES"], &rows);
    Ok(())
}
