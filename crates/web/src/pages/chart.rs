//! `/[instance]/chart`: the staff's way to a patient, and what the record says in short.

pub(super) mod patients;
mod record;
mod sections;
mod vitals;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use cresset_auth::launch::InChart;
use cresset_base::ResourceId;
use cresset_fhir::Kind;
use cresset_store::Whose;
use cresset_store::grant::App as RegisteredApp;
use http::StatusCode;

use super::consent::form_target;
use super::page::{form_page, page, set_form_targets};
use super::record_access::may_see;
use crate::app::App;
use crate::audit::{self, Happening, Occasion};
use crate::extract::{Pairs, SafeForm, SignedIn, Staff};
use crate::failure::Failure;
use patients::{Found, find_patients, whose};
use sections::{Choice, Section, demographics, documents, sections, visits};
use vitals::{Vital, vitals};

#[derive(Template)]
#[template(path = "chart_search.html")]
struct SearchPage<'a> {
    name: &'a str,
    sought: &'a str,
    patients: Vec<Found>,
}

#[derive(Template)]
#[template(path = "chart.html")]
struct ChartPage<'a> {
    name: &'a str,
    form_token: &'a str,
    id: &'a str,
    person: String,
    facts: Vec<(&'static str, String)>,
    sections: Vec<Section>,
    /// Nothing where the person's role sees none.
    vitals: Option<Vec<Vital>>,
    visits: Vec<Choice>,
    documents: Vec<Choice>,
    apps: Vec<(String, String)>,
    /// Whether the person may see who used the record.
    sees_trail: bool,
}

/// Patients by name.
pub(crate) async fn chart_search(
    State(app): State<App>,
    Staff(signed_in): Staff,
    occasion: Occasion,
    Pairs(pairs): Pairs,
) -> Result<Response, Failure> {
    let mut sought = pairs.iter().filter(|(name, _)| name == "name");
    let sought = sought.next().map_or("", |(_, value)| value.as_str());
    let search = SearchPage {
        name: signed_in.instance.name.as_str(),
        sought,
        patients: find_patients(&signed_in, sought).await?,
    };
    let happening = Happening {
        whose: whose(&search.patients),
        ..Happening::by(&signed_in, "patients", StatusCode::OK, &occasion)
    };
    audit::record(&app, &signed_in.instance, happening).await?;
    page(StatusCode::OK, &search)
}

/// One patient.
pub(crate) async fn chart(
    State(app): State<App>,
    Path((_, id)): Path<(String, String)>,
    Staff(signed_in): Staff,
    occasion: Occasion,
) -> Result<Response, Failure> {
    let id: ResourceId = id.parse().map_err(|_| no_such_patient())?;
    let patient = patients::read(&signed_in, &id)
        .await?
        .ok_or_else(no_such_patient)?;
    let apps = signed_in.instance.auth.launchable_apps().await?;
    let chart = ChartPage {
        name: signed_in.instance.name.as_str(),
        form_token: &signed_in.form_token,
        id: id.as_str(),
        person: record::name(&patient).unwrap_or_else(|| format!("patient {id}")),
        facts: demographics(&patient),
        sections: sections(&signed_in, &id).await?,
        vitals: vitals(&signed_in, &id).await?,
        visits: visits(&signed_in, &id).await?,
        documents: documents(&signed_in, &id).await?,
        apps: apps
            .iter()
            .map(|app| (app.client_id.clone(), app.name.clone()))
            .collect(),
        sees_trail: may_see(&signed_in, &id)?,
    };
    let happening = Happening {
        whose: Whose::kept([id.clone()], 0),
        ..Happening::by(&signed_in, "chart", StatusCode::OK, &occasion)
    };
    audit::record(&app, &signed_in.instance, happening).await?;
    let mut response = form_page(StatusCode::OK, &chart)?;
    set_form_targets(response.headers_mut(), &launch_targets(&apps));
    Ok(response)
}

/// Sends the browser to an app with this patient in context.
pub(crate) async fn launch(
    State(app): State<App>,
    Path((_, id)): Path<(String, String)>,
    Staff(signed_in): Staff,
    form: SafeForm,
) -> Result<Response, Failure> {
    let id: ResourceId = id.parse().map_err(|_| no_such_patient())?;
    let encounter: Option<ResourceId> = form.value("encounter").parse().ok();
    if let Some(encounter) = &encounter
        && !visits(&signed_in, &id)
            .await?
            .iter()
            .any(|visit| visit.id == encounter.as_str())
    {
        return Err(Failure::new(Kind::NotFound, "There is no such visit"));
    }
    let document: Option<ResourceId> = form.value("document").parse().ok();
    if let Some(document) = &document
        && !documents(&signed_in, &id)
            .await?
            .iter()
            .any(|known| known.id == document.as_str())
    {
        return Err(Failure::new(Kind::NotFound, "There is no such document"));
    }
    let open = InChart {
        encounter,
        document,
    };
    let context = (&id, &open);
    let client_id = form.value("client_id");
    let instances = app.instances();
    let at = instances.where_known(&signed_in.instance, client_id);
    let at = at.await?;
    let to = at.auth.launch(&signed_in.who, client_id, context).await?;
    let to = to.ok_or_else(|| Failure::new(Kind::NotFound, "There is no such app"))?;
    Ok(Redirect::to(&to).into_response())
}

fn launch_targets(apps: &[RegisteredApp]) -> String {
    let urls = apps
        .iter()
        .filter_map(|app| app.details.launch_url.as_deref());
    let mut targets = "'self'".to_owned();
    for url in urls {
        targets.push(' ');
        targets.push_str(form_target(url));
    }
    targets
}

fn no_such_patient() -> Failure {
    Failure::new(Kind::NotFound, "There is no such patient")
}

/// The name of a patient, as far as the person may see the patient.
pub(super) async fn person_name(
    signed_in: &SignedIn,
    patient: &ResourceId,
) -> Result<Option<String>, Failure> {
    let found = patients::read(signed_in, patient).await?;
    Ok(found.as_ref().and_then(record::name))
}
