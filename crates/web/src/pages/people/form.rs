//! The form in which somebody is described.

use askama::Template;
use axum::response::Response;
use cresset_auth::user::{NewUser, UserError};
use cresset_store::user::Role;
use http::StatusCode;

use crate::extract::{SafeForm, SignedIn};
use crate::failure::Failure;
use crate::pages::account::shown;
use crate::pages::page::form_page;

/// What stands in the form, as texts so that nothing is lost when something is wrong.
#[derive(Debug, Default)]
pub(super) struct Fields {
    name: String,
    email: String,
    role: String,
    record: String,
    patients: String,
}

#[derive(Template)]
#[template(path = "person_form.html")]
struct Page<'a> {
    instance: &'a str,
    form_token: &'a str,
    fields: &'a Fields,
    roles: [(&'static str, &'static str); 5],
    error: Option<String>,
    /// The field the error is about.
    wrong: &'static str,
}

/// The page with the form.
pub(super) fn page(
    signed_in: &SignedIn,
    status: StatusCode,
    fields: &Fields,
    error: Option<&UserError>,
) -> Result<Response, Failure> {
    let page = Page {
        instance: signed_in.instance.name.as_str(),
        form_token: &signed_in.form_token,
        fields,
        roles: ROLES.map(|role| (role.as_str(), shown(role))),
        error: error.map(ToString::to_string),
        wrong: error.map_or("", |error| fields.field(error)),
    };
    form_page(status, &page)
}

/// Whom a practice invites; an operator is of the server.
const ROLES: [Role; 5] = [
    Role::Patient,
    Role::Proxy,
    Role::Clinician,
    Role::FrontDesk,
    Role::Administrator,
];

impl Fields {
    pub(super) fn of(form: &SafeForm) -> Self {
        let text = |name: &str| form.value(name).trim().to_owned();
        Self {
            name: text("name"),
            email: text("email"),
            role: text("role"),
            record: text("record"),
            patients: text("patients"),
        }
    }

    /// The person it describes. They sign in with their address.
    pub(super) fn new_user(&self) -> Result<NewUser, UserError> {
        let role = ROLES.into_iter().find(|role| role.as_str() == self.role);
        let role = role.ok_or(UserError::FhirUser(
            "choose what the person is to the practice",
        ))?;
        let of = match role {
            Role::Patient => "Patient",
            Role::Proxy => "RelatedPerson",
            _ => "Practitioner",
        };
        Ok(NewUser {
            login: self.email.clone(),
            name: self.name.clone(),
            role,
            email: Some(self.email.clone()).filter(|email| !email.is_empty()),
            fhir_user: (!self.record.is_empty()).then(|| format!("{of}/{}", self.record)),
            patients: ids(&self.patients),
        })
    }

    /// Where in the form an error is mended.
    fn field(&self, error: &UserError) -> &'static str {
        match error {
            UserError::Name => "name",
            UserError::FhirUser(_) if self.role.is_empty() => "role",
            UserError::FhirUser(_) | UserError::NoPatient(_) if self.role == "proxy" => "patients",
            UserError::FhirUser(_) | UserError::NoPatient(_) => "record",
            _ => "email",
        }
    }
}

/// Ids separated by spaces, commas or lines.
pub(super) fn ids(text: &str) -> Vec<String> {
    let parts = text.split(|c: char| c.is_whitespace() || c == ',');
    parts
        .filter(|id| !id.is_empty())
        .map(str::to_owned)
        .collect()
}
