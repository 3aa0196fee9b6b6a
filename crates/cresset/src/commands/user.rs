//! `cresset user`

use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use cresset_auth::AuthServer;
use cresset_auth::user::{NewUser, UserError};
use cresset_base::{InstanceName, Secret};
use cresset_store::user::Role;
use serde_json::json;

use super::DataDir;
use crate::data::Data;
use crate::failure::{Failure, Kind};
use crate::{output, platform};

/// Add, list, disable and reset the people who sign in to an instance.
#[derive(Args)]
#[command(after_help = "Examples:
  cresset user add --instance sunrise --role patient --fhir-user Patient/123 --name 'Ann Lee' ann@example.org
  cresset user add --instance sunrise --role clinician --fhir-user Practitioner/7 --name 'Dr. Roe' roe
  cresset user reset --instance sunrise ann@example.org
  cresset user disable --instance sunrise roe

A password is made up and shown once: what is stored is its hash.")]
pub(crate) struct User {
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
    /// Add a person and show the password to hand over
    Add {
        /// What the person signs in with, such as an e-mail address
        login: String,
        /// Name shown to people
        #[arg(long)]
        name: String,
        /// What the person is to the practice
        #[arg(long, value_enum)]
        role: RoleName,
        /// The person's own resource: Patient/ID, Practitioner/ID or RelatedPerson/ID
        #[arg(long, value_name = "TYPE/ID")]
        fhir_user: Option<String>,
        /// A patient for whom a proxy acts; may be repeated
        #[arg(long = "patient", value_name = "ID")]
        patients: Vec<String>,
        /// Where mail is sent
        #[arg(long)]
        email: Option<String>,
        /// For scripts
        #[arg(long)]
        json: bool,
    },
    /// List everybody
    List {
        /// For scripts
        #[arg(long)]
        json: bool,
    },
    /// Shut a person out; sessions and tokens end at once
    Disable {
        /// What the person signs in with
        login: String,
    },
    /// Let a person sign in again
    Enable {
        /// What the person signs in with
        login: String,
    },
    /// Replace a password; sessions and tokens end at once
    Reset {
        /// What the person signs in with
        login: String,
        /// For scripts
        #[arg(long)]
        json: bool,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum RoleName {
    Patient,
    Proxy,
    Clinician,
    FrontDesk,
    Administrator,
    Operator,
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::Patient => Self::Patient,
            RoleName::Proxy => Self::Proxy,
            RoleName::Clinician => Self::Clinician,
            RoleName::FrontDesk => Self::FrontDesk,
            RoleName::Administrator => Self::Administrator,
            RoleName::Operator => Self::Operator,
        }
    }
}

impl User {
    pub(crate) async fn run(self) -> Result<ExitCode, Failure> {
        let (data, settings) = Data::existing(&self.data.data)?;
        let auth = platform::auth(&data, &settings, &self.instance).await?;
        match self.action {
            Action::Add {
                login,
                name,
                role,
                fhir_user,
                patients,
                email,
                json,
            } => {
                let new = NewUser {
                    login,
                    name,
                    role: role.into(),
                    email,
                    fhir_user,
                    patients,
                };
                let (login, password) = add(&auth, new).await?;
                print(&login, &password, json);
            }
            Action::List { json } => list(&auth, json).await?,
            Action::Disable { login } => {
                auth.disable_user(&login).await.map_err(failure)?;
                output::line(format_args!("disabled {login}"));
            }
            Action::Enable { login } => {
                auth.enable_user(&login).await.map_err(failure)?;
                output::line(format_args!("enabled {login}"));
            }
            Action::Reset { login, json } => {
                let password = reset(&auth, &login).await?;
                print(&login, &password, json);
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Adds a person with a password that is made up; gives the login and the password.
pub(super) async fn add(
    auth: &AuthServer,
    new: NewUser,
) -> Result<(String, Secret<String>), Failure> {
    let password = auth.generate_password();
    let user = auth.add_user(new, Some(password.clone())).await;
    Ok((user.map_err(failure)?.login, password))
}

/// Replaces a person's password by one that is made up.
pub(super) async fn reset(auth: &AuthServer, login: &str) -> Result<Secret<String>, Failure> {
    let password = auth.generate_password();
    let set = auth.set_password(login, password.clone()).await;
    set.map_err(failure)?;
    Ok(password)
}

fn failure(error: UserError) -> Failure {
    let kind = match error {
        UserError::Unknown => Kind::NotFound,
        UserError::Store(_) => Kind::Other,
        _ => Kind::Settings,
    };
    Failure::new(kind, error)
}

fn print(login: &str, password: &Secret<String>, as_json: bool) {
    let password = password.expose();
    if as_json {
        output::json(&json!({"login": login, "password": password}));
        return;
    }
    output::line(format_args!("login     {login}"));
    output::line(format_args!("password  {password}"));
    output::note("The password is not shown again.");
}

async fn list(auth: &AuthServer, as_json: bool) -> Result<(), Failure> {
    let users = auth.list_users().await.map_err(failure)?;
    if as_json {
        let users = users.iter().map(|user| {
            json!({
                "login": user.login, "name": user.name, "role": user.role.as_str(),
                "fhir_user": user.fhir_user, "patients": user.patients, "enabled": user.enabled,
            })
        });
        output::json(&users.collect::<Vec<_>>());
        return Ok(());
    }
    let state = |enabled| if enabled { "enabled" } else { "disabled" }.to_owned();
    let rows: Vec<_> = users
        .into_iter()
        .map(|user| {
            let role = user.role.as_str().to_owned();
            let own = user.fhir_user.unwrap_or_default();
            vec![user.login, user.name, role, state(user.enabled), own]
        })
        .collect();
    output::table(&["LOGIN", "NAME", "ROLE", "STATE", "OWN RECORD"], &rows);
    Ok(())
}
