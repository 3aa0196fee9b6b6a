//! Launching an app from a chart (SMART App Launch 2.2 §2.0.7).

use cresset_access::Verb;
use cresset_base::ResourceId;
use cresset_definitions::ResourceType;
use cresset_store::Error as StoreError;
use cresset_store::consent::{InContext, Ticket};
use cresset_store::grant::App;
use url::form_urlencoded::Serializer;

use crate::authorize::{Launch, later};
use crate::credential::{Kind, hash};
use crate::grant::GrantType;
use crate::server::AuthServer;
use crate::session::SignedIn;

/// How long an app has to ask after it was launched, in seconds.
const LAUNCH_S: i64 = 5 * 60;

/// What of a patient is open in the chart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InChart {
    /// A visit.
    pub encounter: Option<ResourceId>,
    /// A document.
    pub document: Option<ResourceId>,
}

impl AuthServer {
    /// The apps that can be launched from a chart, by name.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn launchable_apps(&self) -> Result<Vec<App>, StoreError> {
        let apps = self.store.list_apps().await?;
        Ok(apps.into_iter().filter(is_launchable).collect())
    }

    /// Where the browser goes to launch an app with this patient, and what is open in the chart, in
    /// context; nothing when the app cannot be launched or the person may not see the patient. The
    /// handle in it is for this app and this person, once.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn launch(
        &self,
        who: &SignedIn,
        client_id: &str,
        (patient, open): (&ResourceId, &InChart),
    ) -> Result<Option<String>, StoreError> {
        let app = self.app_here(client_id).await?;
        let Some(app) = app.filter(is_launchable) else {
            return Ok(None);
        };
        let access = self.access_of(&who.user, patient)?;
        let sees =
            |name: &str| ResourceType::parse(name).is_some_and(|of| access.permits(Verb::Read, of));
        let encounter = open.encounter.as_ref().filter(|_| sees("Encounter"));
        let document = open.document.as_ref().filter(|_| sees("DocumentReference"));
        let reference = |id: &ResourceId| format!("DocumentReference/{id}");
        if !self.store.knows_patient(&access, patient).await? {
            return Ok(None);
        }
        let handle = self.generate(Kind::Launch);
        let launch = Launch {
            client_id: app.client_id,
            user: Some(who.user.id.clone()),
            context: InContext {
                patient: Some(patient.to_string()),
                encounter: encounter.map(ToString::to_string),
                // The app opens in a window of its own, without the chart around it.
                need_patient_banner: Some(true),
                fhir_context: document.map(reference).into_iter().collect(),
            },
        };
        let now = self.clock.now();
        let ticket = Ticket {
            hash: hash(handle.expose()),
            content: serde_json::to_string(&launch)
                .map_err(|error| StoreError::Failed(error.to_string()))?,
            expires: later(now, LAUNCH_S),
        };
        self.store.add_ticket(ticket, None, now).await?;
        let mut query = Serializer::new(String::new());
        query.append_pair("iss", &self.settings.fhir_base);
        query.append_pair("launch", handle.expose());
        let url = app.details.launch_url.unwrap_or_default();
        let mark = if url.contains('?') { '&' } else { '?' };
        Ok(Some(format!("{url}{mark}{}", query.finish())))
    }
}

fn is_launchable(app: &App) -> bool {
    let code = GrantType::AuthorizationCode.as_str();
    app.enabled
        && app.details.launch_url.is_some()
        && app.grant_types.iter().any(|grant| grant == code)
}
