//! The people of the demo: a patient of the synthetic practice, a clinician, and its administrator.

use cresset_auth::AuthServer;
use cresset_auth::user::NewUser;
use cresset_base::Secret;
use cresset_store::user::Role;
use cresset_synth::{Chart, Population};
use serde_json::Value;

use crate::commands::user;
use crate::failure::{Failure, Kind};

/// What one of them signs in with.
pub(super) struct SignIn {
    pub(super) role: &'static str,
    pub(super) login: &'static str,
    pub(super) name: String,
    /// Only when it was made just now.
    pub(super) password: Option<Secret<String>>,
}

const PEOPLE: [(Role, &str, &str); 3] = [
    (Role::Patient, "patient", "Patient"),
    (Role::Clinician, "clinician", "Practitioner"),
    (Role::Administrator, "administrator", "Practitioner"),
];

/// Adds who is missing; with `renew` all of them get another password.
pub(super) async fn ensure(
    auth: &AuthServer,
    population: &Population,
    renew: bool,
) -> Result<Vec<SignIn>, Failure> {
    let known = auth.list_users().await;
    let known = known.map_err(|error| Failure::new(Kind::Other, error))?;
    let mut people = Vec::new();
    for (role, login, of) in PEOPLE {
        let chart = match role {
            Role::Patient => population.patient(0),
            _ => population.practice(),
        };
        let Some((id, name)) = first(&chart, of) else {
            continue;
        };
        let is_known = known.iter().any(|user| user.login == login);
        let password = match (is_known, renew) {
            (true, false) => None,
            (true, true) => Some(user::reset(auth, login).await?),
            (false, _) => {
                let new = NewUser {
                    login: login.to_owned(),
                    name: name.clone(),
                    role,
                    email: None,
                    fhir_user: Some(format!("{of}/{id}")),
                    patients: Vec::new(),
                };
                Some(user::add(auth, new).await?.1)
            }
        };
        people.push(SignIn {
            role: role.as_str(),
            login,
            name,
            password,
        });
    }
    Ok(people)
}

/// Id and name of the first resource of a type.
fn first(chart: &Chart, of: &str) -> Option<(String, String)> {
    let resource: Value = chart
        .resources()
        .filter_map(|resource| serde_json::from_slice(resource.json).ok())
        .find(|resource: &Value| resource.get("resourceType").is_some_and(|t| t == of))?;
    let name = resource.get("name")?.get(0)?;
    let given = name.get("given")?.get(0)?.as_str()?;
    let family = name.get("family")?.as_str()?;
    let id = resource.get("id")?.as_str()?.to_owned();
    Some((id, format!("{given} {family}")))
}
