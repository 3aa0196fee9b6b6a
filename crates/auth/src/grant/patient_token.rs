//! `client_credentials` with `patient`: the app for one patient, nobody present.
//!
//! It hands an app any patient it can name, so an app needs a permission of its own for it.

use cresset_access::{Access, PatientReach, Scope, ScopeSet, Target, patient_reach};
use cresset_base::ResourceId;
use cresset_store::grant::{App, Hashed};

use super::{Issue, TokenResponse};
use crate::app::is_of_patient;
use crate::error::{AuthError, ErrorCode, Refusal};
use crate::form::Form;
use crate::server::AuthServer;

/// The least that shows whether a patient is there: the patient's own record, as the patient sees it.
const OWN_RECORD: &str = "patient/Patient.r";

impl AuthServer {
    pub(super) async fn patient_token(
        &self,
        app: App,
        form: &Form<'_>,
        (patient, key): (&str, Option<Hashed>),
    ) -> Result<TokenResponse, AuthError> {
        if !app.patient_tokens {
            let description = "this app is not registered for tokens of single patients; leave patient out \
                or have the practice register it for them";
            return Err(Refusal::new(ErrorCode::UnauthorizedClient, description).into());
        }
        let scope = self.patient_scopes(&app, form)?.to_string();
        let patient = self.known_patient(patient).await?;
        let lifetime_s = self.own_lifetime_s(&app);
        let issue = Issue {
            app,
            scope,
            patient: Some(patient),
            lifetime_s,
            key,
        };
        Ok(self.issue(issue).await?)
    }

    /// What is asked of what the app may have; here nothing is given without being asked for.
    fn patient_scopes(&self, app: &App, form: &Form<'_>) -> Result<ScopeSet, AuthError> {
        let refused = |description: String| Refusal::new(ErrorCode::InvalidScope, description);
        let text = form.get("scope").ok_or_else(|| {
            refused("scope is missing; with patient, name the patient/ scopes wanted".to_owned())
        })?;
        let asked = self.asked_scopes(text)?;
        if let Some(other) = asked.iter().find(|scope| !is_of_patient(scope)) {
            let description =
                format!("with patient, only patient/ scopes can be had, not '{other}'");
            return Err(refused(description).into());
        }
        if let Some(unreachable) = asked.iter().find(|scope| !reaches_a_patient(scope)) {
            let description =
                format!("'{unreachable}' names a type that no patient's token reaches");
            return Err(refused(description).into());
        }
        let granted = asked.narrow(&self.allowed_scopes(app)?);
        if granted.is_empty() {
            let description = "none of these scopes is registered for this app";
            return Err(refused(description.to_owned()).into());
        }
        Ok(granted)
    }

    async fn known_patient(&self, patient: &str) -> Result<ResourceId, AuthError> {
        let unknown = || Refusal::request("no patient here has the id that patient names");
        let id: ResourceId = patient.parse().map_err(|_| unknown())?;
        let scopes = self.asked_scopes(OWN_RECORD)?;
        let access = Access::from_scopes(&scopes, Some(id.clone()));
        if self.store.knows_patient(&access, &id).await? {
            Ok(id)
        } else {
            Err(unknown().into())
        }
    }
}

fn reaches_a_patient(scope: &Scope) -> bool {
    let Scope::Resource(scope) = scope else {
        return true;
    };
    match scope.target {
        Target::Any => true,
        Target::Type(of) => patient_reach(of) != PatientReach::Outside,
    }
}
