//! The form in which an app is described.

use askama::Template;
use axum::response::Response;
use cresset_auth::{AppError, GrantType, NewApp};
use cresset_store::grant::{App, AppDetails, ClientType, Pkce};
use http::StatusCode;

use crate::extract::{SafeForm, SignedIn};
use crate::failure::Failure;
use crate::pages::page::form_page;

/// What stands in the form, as texts so that nothing is lost when something is wrong.
#[derive(Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one box of the form, ticked or not"
)]
pub(in crate::pages) struct Fields {
    /// Absent for an app that is new.
    pub(in crate::pages) client_id: Option<String>,
    /// It asks at the practice's own base, not at that of its front.
    pub(in crate::pages) at_own_base: bool,
    pub(in crate::pages) name: String,
    pub(in crate::pages) organization: String,
    pub(in crate::pages) is_public: bool,
    pub(in crate::pages) by_people: bool,
    pub(in crate::pages) by_itself: bool,
    pub(in crate::pages) patient_tokens: bool,
    pub(in crate::pages) redirect_uris: String,
    pub(in crate::pages) launch_url: String,
    pub(in crate::pages) scopes: String,
    pub(in crate::pages) jwks: String,
    pub(in crate::pages) jwks_uri: String,
    pub(in crate::pages) pkce_exempt: bool,
    pub(in crate::pages) refresh_days: String,
}

#[derive(Template)]
#[template(path = "application_form.html")]
struct Page<'a> {
    instance: &'a str,
    form_token: &'a str,
    fields: &'a Fields,
    error: Option<String>,
    /// The field the error is about.
    wrong: &'static str,
    by_practice: bool,
    /// FHIR base of the front, where there is a choice.
    front: Option<&'a str>,
}

/// The page with the form.
pub(super) fn page(
    signed_in: &SignedIn,
    status: StatusCode,
    (fields, front): (&Fields, Option<&str>),
    error: Option<&AppError>,
) -> Result<Response, Failure> {
    let page = Page {
        instance: signed_in.instance.name.as_str(),
        form_token: &signed_in.form_token,
        fields,
        error: error.map(ToString::to_string),
        wrong: error.map_or("", field),
        by_practice: true,
        front,
    };
    form_page(status, &page)
}

/// Where in the form an error is mended.
pub(in crate::pages) fn field(error: &AppError) -> &'static str {
    match error {
        AppError::Name => "name",
        AppError::NoGrants => "by_people",
        AppError::PatientTokens => "patient_tokens",
        AppError::RedirectUri(_) | AppError::NoRedirectUri => "redirect_uris",
        AppError::Public(_) => "is_public",
        AppError::KeySet(_) | AppError::TwoKeySets => "jwks",
        AppError::KeySetUrl(_) => "jwks_uri",
        AppError::LaunchUrl => "launch_url",
        AppError::RefreshDays => "refresh_days",
        _ => "scopes",
    }
}

impl Fields {
    /// What was sent.
    pub(super) fn of(form: &SafeForm) -> Self {
        let text = |name| form.value(name).trim().to_owned();
        let is_ticked = |name| form.value(name) == "yes";
        Self {
            client_id: None,
            at_own_base: form.value("base") == "own",
            name: text("name"),
            organization: text("organization"),
            is_public: form.value("client_type") == "public",
            by_people: is_ticked("by_people"),
            by_itself: is_ticked("by_itself"),
            patient_tokens: is_ticked("patient_tokens"),
            redirect_uris: text("redirect_uris"),
            launch_url: text("launch_url"),
            scopes: text("scopes"),
            jwks: text("jwks"),
            jwks_uri: text("jwks_uri"),
            pkce_exempt: is_ticked("pkce_exempt"),
            refresh_days: text("refresh_days"),
        }
    }

    /// What a developer sent, who cannot ask for what only the practice gives.
    pub(in crate::pages) fn of_developer(form: &SafeForm) -> Self {
        Self {
            patient_tokens: false,
            pkce_exempt: false,
            refresh_days: String::new(),
            ..Self::of(form)
        }
    }

    /// The same for an app that is known already.
    pub(super) fn of_known(self, client_id: &str) -> Self {
        Self {
            client_id: Some(client_id.to_owned()),
            ..self
        }
    }

    /// What is registered.
    pub(super) fn of_app(app: &App) -> Self {
        let uses = |grant: GrantType| app.grant_types.iter().any(|g| g == grant.as_str());
        let details = app.details.clone();
        Self {
            client_id: Some(app.client_id.clone()),
            at_own_base: false,
            name: app.name.clone(),
            organization: details.organization.unwrap_or_default(),
            is_public: details.client_type == ClientType::Public,
            by_people: uses(GrantType::AuthorizationCode),
            by_itself: uses(GrantType::ClientCredentials),
            patient_tokens: app.patient_tokens,
            redirect_uris: details.redirect_uris.join("\n"),
            launch_url: details.launch_url.unwrap_or_default(),
            scopes: app.scopes.clone(),
            jwks: details.jwks.unwrap_or_default(),
            jwks_uri: details.jwks_uri.unwrap_or_default(),
            pkce_exempt: details.pkce == Pkce::Exempt,
            refresh_days: details
                .refresh_days
                .map_or_else(String::new, |days| days.to_string()),
        }
    }

    /// The app that the form describes, not yet judged.
    ///
    /// # Errors
    /// [`AppError::RefreshDays`] for what is no number of days.
    pub(in crate::pages) fn new_app(&self) -> Result<NewApp, AppError> {
        let given = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        let mut grant_types = Vec::new();
        if self.by_people {
            grant_types.extend([GrantType::AuthorizationCode, GrantType::RefreshToken]);
        }
        if self.by_itself {
            grant_types.push(GrantType::ClientCredentials);
        }
        let words = |text: &str| {
            text.split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        let refresh_days = given(&self.refresh_days)
            .map(|days| days.parse().map_err(|_| AppError::RefreshDays))
            .transpose()?;
        Ok(NewApp {
            name: self.name.clone(),
            scopes: words(&self.scopes).join(" "),
            grant_types,
            patient_tokens: self.patient_tokens,
            details: AppDetails {
                client_type: if self.is_public {
                    ClientType::Public
                } else {
                    ClientType::Confidential
                },
                redirect_uris: words(&self.redirect_uris),
                launch_url: given(&self.launch_url),
                pkce: if self.pkce_exempt {
                    Pkce::Exempt
                } else {
                    Pkce::Required
                },
                refresh_days,
                organization: given(&self.organization),
                jwks: given(&self.jwks),
                jwks_uri: given(&self.jwks_uri),
                ..AppDetails::default()
            },
        })
    }
}
