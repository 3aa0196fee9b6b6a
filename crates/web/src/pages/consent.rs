//! `/[instance]/consent/[request]`: who asks, for what, for how long; and what the person keeps.

mod patient;
pub(super) mod words;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use cresset_auth::AuthServer;
use cresset_auth::authorize::decide::{Considered, Decision, Step};
use cresset_auth::authorize::offer::{Offer, Subject};
use cresset_base::ResourceId;
use cresset_store::Whose;
use http::StatusCode;

pub(crate) use patient::{choose_patient, patient_form};

use super::chart::person_name;
use super::page::{form_page, page, set_form_targets};
use crate::app::App;
use crate::audit::{self, Happening, Occasion};
use crate::extract::signed_in::sign_in_address;
use crate::extract::{Instance, SafeForm, SignedIn};
use crate::failure::Failure;
use crate::oauth::ended;

/// The field of everything that is kept.
const KEPT: &str = "keep";

#[derive(Template)]
#[template(path = "consent.html")]
struct Page<'a> {
    name: &'a str,
    handle: &'a str,
    form_token: &'a str,
    app: &'a str,
    organization: Option<&'a str>,
    logo: Option<String>,
    verified: bool,
    /// Whether nobody of the practice has looked at the app.
    registered_itself: bool,
    /// The patient, in words; nothing for one's own record.
    whose: Option<String>,
    /// The patient it is about; nothing where it is about no record.
    patient: Option<&'a str>,
    records: Vec<Switch>,
    others: Vec<Switch>,
    offline: Option<Switch>,
    lasts: String,
    token_lasts: String,
}

/// One thing to allow or strike out.
struct Switch {
    key: String,
    id: String,
    name: String,
    what: String,
    parts: Vec<Part>,
}

struct Part {
    key: String,
    id: String,
    name: String,
}

#[derive(Template)]
#[template(path = "not_asked.html")]
struct NotAsked<'a> {
    text: &'a str,
}

/// The page of a request that nobody can be asked about.
pub(crate) fn not_asked(text: &str) -> Result<Response, Failure> {
    page(StatusCode::BAD_REQUEST, &NotAsked { text })
}

/// What the request needs next.
pub(crate) async fn consent_form(
    State(app): State<App>,
    Instance(instance): Instance,
    Path((_, handle)): Path<(String, String)>,
    signed_in: Option<SignedIn>,
) -> Result<Response, Failure> {
    let name = instance.name.as_str();
    let here = format!("/{name}/consent/{handle}");
    let who = signed_in.as_ref().map(|signed_in| &signed_in.who);
    let asked_at = app.instances().where_known(&instance, &handle).await?;
    let step = match asked_at.auth.consider(&handle, who).await {
        Ok(step) => step,
        Err(error) => return ended(error),
    };
    match (step, signed_in) {
        (Step::SignIn(login), _) => {
            let to = sign_in_address(name, Some(&here), login.as_deref());
            Ok(Redirect::to(&to).into_response())
        }
        (Step::ChoosePatient(_), _) => Ok(Redirect::to(&format!("{here}/patient")).into_response()),
        (Step::Decide(considered), Some(signed_in)) => {
            decide_page(&handle, &considered, &signed_in).await
        }
        (Step::Answer(answer), _) => Ok(Redirect::to(answer.url()).into_response()),
        (Step::Decide(_), None) => Ok(Redirect::to(&here).into_response()),
    }
}

/// Takes the decision.
pub(crate) async fn decide(
    State(app): State<App>,
    Path((_, handle)): Path<(String, String)>,
    signed_in: SignedIn,
    occasion: Occasion,
    form: SafeForm,
) -> Result<Response, Failure> {
    let instances = app.instances();
    let asked_at = instances.where_known(&signed_in.instance, &handle).await?;
    let (auth, who) = (&asked_at.auth, &signed_in.who);
    let here = format!("/{}/consent/{handle}", signed_in.instance.name);
    let about = match auth.consider(&handle, Some(who)).await {
        Ok(Step::Decide(considered)) => considered,
        Ok(_) => return Ok(Redirect::to(&here).into_response()),
        Err(error) => return ended(error),
    };
    let kept: Vec<&str> = form.values(KEPT).collect();
    let decision = Decision {
        kept: &kept,
        patient: Some(form.value("patient")).filter(|patient| !patient.is_empty()),
    };
    let name = match form.value("decision") {
        "allow" => "consent",
        _ => "refusal",
    };
    let happening = Happening {
        app: Some(about.app.client_id),
        // Whom the decision is about: an allowed one is about whom the form showed.
        whose: Whose::kept(decision.patient.and_then(|patient| patient.parse().ok()), 0),
        ..Happening::by(&signed_in, name, StatusCode::SEE_OTHER, &occasion)
    };
    let note = happening.clone().note(&app);
    let outcome = note.along(async {
        match name {
            "consent" => auth.allow(&handle, who, decision).await,
            _ => auth.refuse(&handle, who).await.map(Some),
        }
    });
    let outcome = outcome.await;
    let answer = match outcome {
        Ok(Some(answer)) => answer,
        // The form was about somebody else.
        Ok(None) => return Ok(Redirect::to(&here).into_response()),
        Err(error) => return ended(error),
    };
    if !note.is_kept() {
        audit::record(&app, &signed_in.instance, happening).await?;
    }
    Ok(Redirect::to(answer.url()).into_response())
}

async fn decide_page(
    handle: &str,
    considered: &Considered,
    signed_in: &SignedIn,
) -> Result<Response, Failure> {
    let details = &considered.app.details;
    let mut records = Vec::new();
    let mut others = Vec::new();
    let mut offline = None;
    for (at, offer) in considered.offers.iter().enumerate() {
        let switch = Switch::of(at, offer);
        match offer.subject {
            Subject::Offline => offline = Some(switch),
            Subject::Identity | Subject::Online | Subject::Operation(_) => others.push(switch),
            _ => records.push(switch),
        }
    }
    let page = Page {
        name: signed_in.instance.name.as_str(),
        handle,
        form_token: &signed_in.form_token,
        app: &considered.app.name,
        organization: details.organization.as_deref(),
        logo: AuthServer::logo_path(&considered.app),
        verified: details.verified.is_some(),
        registered_itself: details.registration_token.is_some(),
        whose: whose(considered, signed_in).await?,
        patient: considered.patient.as_deref(),
        records,
        others,
        offline,
        lasts: words::days(considered.refresh_days),
        token_lasts: words::seconds(considered.token_lifetime_s),
    };
    let mut response = form_page(StatusCode::OK, &page)?;
    // A browser follows the answer to the app only if the form may lead there.
    let targets = format!("'self' {}", form_target(&considered.redirect_uri));
    set_form_targets(response.headers_mut(), &targets);
    Ok(response)
}

/// The patient's name, unless the person is the patient.
async fn whose(considered: &Considered, signed_in: &SignedIn) -> Result<Option<String>, Failure> {
    let Some(patient) = &considered.patient else {
        return Ok(None);
    };
    let user = &signed_in.who.user;
    if user.fhir_user.as_deref() == Some(&format!("Patient/{patient}")) {
        return Ok(None);
    }
    let id: Result<ResourceId, _> = patient.parse();
    let name = match id {
        Ok(id) => person_name(signed_in, &id).await?,
        Err(_) => None,
    };
    Ok(Some(name.unwrap_or_else(|| format!("patient {patient}"))))
}

impl Switch {
    fn of(at: usize, offer: &Offer) -> Self {
        let (name, what) = words::of(offer);
        let part = |(number, (key, category)): (usize, &(String, _))| Part {
            key: key.clone(),
            id: format!("part-{at}-{number}"),
            name: words::category(category),
        };
        Self {
            key: offer.key.clone(),
            id: format!("keep-{at}"),
            name,
            what,
            parts: offer.parts.iter().enumerate().map(part).collect(),
        }
    }
}

/// The source expression (CSP 3 §2.3.1) of where a redirect URI leads.
pub(super) fn form_target(uri: &str) -> &str {
    let scheme = uri.find(':').map_or(uri.len(), |colon| colon + 1);
    let (scheme, rest) = uri.split_at_checked(scheme).unwrap_or((uri, ""));
    let host = rest
        .strip_prefix("//")
        .and_then(|rest| rest.split(['/', '?']).next());
    match host {
        // A source expression has no way to write an IPv6 address.
        Some(host) if !host.starts_with('[') && matches!(scheme, "http:" | "https:") => {
            uri.get(..scheme.len() + 2 + host.len()).unwrap_or(scheme)
        }
        _ => scheme,
    }
}

#[cfg(test)]
mod tests {
    use super::form_target;

    #[test]
    fn a_form_leads_where_the_code_goes() {
        for (uri, expect) in [
            ("https://app.example/cb", "https://app.example"),
            ("https://app.example", "https://app.example"),
            (
                "https://app.example:8443/cb?x=1",
                "https://app.example:8443",
            ),
            ("http://127.0.0.1:51004/cb", "http://127.0.0.1:51004"),
            ("http://[::1]:51004/cb", "http:"),
            ("com.example.app:/cb", "com.example.app:"),
        ] {
            assert_eq!(form_target(uri), expect, "{uri}");
        }
    }
}
