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
use crate::failure::{Context, Failure, Kind};
use crate::{mail, output, platform, surroundings};

/// Add, list, disable and reset the people who sign in to an instance.
#[derive(Args)]
#[command(after_help = "Examples:
  cresset user add --instance sunrise --role patient --fhir-user Patient/123 --name 'Ann Lee' ann@example.org
  cresset user add --instance sunrise --role clinician --fhir-user Practitioner/7 --name 'Dr. Roe' roe
  cresset user invite --instance sunrise --role clinician --name 'Dr. Roe' roe@example.org
  cresset user reset --instance sunrise ann@example.org
  cresset user disable --instance sunrise roe

A password is made up and shown once: what is stored is its hash. Who is invited chooses their own.")]
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
    /// Add a person and send them a link by which they choose their password; or send a link anew
    Invite {
        /// The e-mail address with which the person signs in
        email: String,
        /// Name shown to people; leave it out for somebody who was added before
        #[arg(long, requires = "role")]
        name: Option<String>,
        /// What the person is to the practice
        #[arg(long, value_enum, requires = "name")]
        role: Option<RoleName>,
        /// The person's own resource: Patient/ID, Practitioner/ID or RelatedPerson/ID
        #[arg(long, value_name = "TYPE/ID")]
        fhir_user: Option<String>,
        /// A patient for whom a proxy acts; may be repeated
        #[arg(long = "patient", value_name = "ID")]
        patients: Vec<String>,
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
    /// Let a person sign in without a code who lost the device that shows them
    ResetSecondFactor {
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
        let (data, settings) = Data::existing(&self.data)?;
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
            Action::Invite {
                email,
                name,
                role,
                fhir_user,
                patients,
            } => {
                let new = name.zip(role).map(|(name, role)| NewUser {
                    login: email.clone(),
                    name,
                    role: role.into(),
                    email: Some(email.clone()),
                    fhir_user,
                    patients,
                });
                invite(&auth, &email, new).await?;
                let store = data.store(&self.instance).await?;
                let carrier = mail::carrier(&settings)?;
                let clock = surroundings::clock();
                let sent = cresset_mail::deliver(&*store, &carrier, &self.instance, &*clock).await;
                let sent = sent.context("sending mail")?;
                output::line(format_args!("invited {email}"));
                if sent == 0 {
                    output::note("The mail waits: the server tries again.");
                }
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
            Action::ResetSecondFactor { login } => {
                auth.reset_second_factor_of(&login).await.map_err(failure)?;
                output::line(format_args!("{login} signs in without a code"));
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

/// Adds a person, or finds who was added before, and sends the link.
async fn invite(auth: &AuthServer, login: &str, new: Option<NewUser>) -> Result<(), Failure> {
    let invited = match new {
        Some(new) => auth.add_and_invite(new).await,
        None => auth.invite_again(login).await,
    };
    invited.map(drop).map_err(failure)
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
