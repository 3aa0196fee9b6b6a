//! `/[instance]/consent/[request]/patient`: about whom it is, where the person may choose.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use cresset_base::ResourceId;
use http::StatusCode;

use super::super::chart::patients::{Found, find_patients, own_patients, whose};
use super::super::page::form_page;
use crate::app::App;
use crate::audit::{self, Happening, Occasion};
use crate::extract::{Pairs, SafeForm, SignedIn};
use crate::failure::Failure;
use crate::oauth::ended;

#[derive(Template)]
#[template(path = "consent_patient.html")]
struct Page<'a> {
    name: &'a str,
    handle: &'a str,
    form_token: &'a str,
    /// What staff searched for.
    sought: &'a str,
    is_staff: bool,
    patients: Vec<Found>,
}

/// The patients there are to choose from.
pub(crate) async fn patient_form(
    State(app): State<App>,
    occasion: Occasion,
    Path((_, handle)): Path<(String, String)>,
    signed_in: SignedIn,
    Pairs(pairs): Pairs,
) -> Result<Response, Failure> {
    let mut sought = pairs.iter().filter(|(name, _)| name == "name");
    let sought = sought.next().map_or("", |(_, value)| value.as_str());
    let is_staff = signed_in.who.user.role.is_staff();
    let patients = if is_staff {
        find_patients(&signed_in, sought).await?
    } else {
        own_patients(&signed_in).await?
    };
    let happening = Happening {
        whose: whose(&patients),
        ..Happening::by(&signed_in, "patients", StatusCode::OK, &occasion)
    };
    audit::record(&app, &signed_in.instance, happening).await?;
    let page = Page {
        name: signed_in.instance.name.as_str(),
        handle: &handle,
        form_token: &signed_in.form_token,
        sought,
        is_staff,
        patients,
    };
    form_page(StatusCode::OK, &page)
}

/// Notes the choice and goes on.
pub(crate) async fn choose_patient(
    State(app): State<App>,
    Path((_, handle)): Path<(String, String)>,
    signed_in: SignedIn,
    form: SafeForm,
) -> Result<Response, Failure> {
    let here = format!("/{}/consent/{handle}", signed_in.instance.name);
    let chosen: Option<ResourceId> = form.value("patient").parse().ok();
    let noted = match chosen {
        Some(patient) => {
            let instances = app.instances();
            let asked_at = instances.where_known(&signed_in.instance, &handle).await?;
            match asked_at
                .auth
                .choose_patient(&handle, &signed_in.who, &patient)
                .await
            {
                Ok(noted) => noted,
                Err(error) => return ended(error),
            }
        }
        None => false,
    };
    let to = if noted {
        here
    } else {
        format!("{here}/patient")
    };
    Ok(Redirect::to(&to).into_response())
}
