//! An authorization server over apps and tokens in memory, with time and randomness held still.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cresset_access::{Access, Verb};
use cresset_auth::password::PasswordPool;
use cresset_auth::{
    Asker, AuthError, AuthServer, AuthSettings, GrantType, NewApp, Registered, Request,
};
use cresset_auth::{BearerError, Caller, Presented, TokenResponse};
use cresset_base::{Clock, Limits, ResourceId, Secret, Timestamp};
use cresset_definitions::ResourceType;
use cresset_outbound::{Outbound, Reach};
use cresset_store::attempt::{Attempts, Counted};
use cresset_store::backend::attempts::Windows;
use cresset_store::consent::{Code, Consent, Consumed, RefreshToken, Ticket};
use cresset_store::grant::{App, AppDetails, Grants, Hashed, Token};
use cresset_store::mail::Mail;
use cresset_store::session::Session;
use cresset_store::user::{Ending, User};
use cresset_store::{AuthStore, Error, InstanceSettings, Patients};
use cresset_testkit::{ManualClock, SeededRng};
use parking_lot::Mutex;

use crate::nobody::{nobody, without_people};

/// Apps and tokens in memory.
#[derive(Default)]
pub(crate) struct Memory {
    apps: Mutex<BTreeMap<String, App>>,
    pub(crate) tokens: Mutex<Vec<Token>>,
    assertions: Mutex<HashSet<(String, Hashed)>>,
    /// How often a token was looked up.
    pub(crate) lookups: Mutex<u32>,
    /// What it says of endings elsewhere.
    pub(crate) elsewhere: Elsewhere,
    windows: Windows,
}

/// What a store of several processes knows of what ends through the others; alone it has nothing to
/// know.
pub(crate) struct Elsewhere(pub(crate) Mutex<Option<u64>>);

impl Default for Elsewhere {
    fn default() -> Self {
        Self(Mutex::new(Some(0)))
    }
}

#[async_trait]
impl Grants for Memory {
    fn endings(&self) -> Option<u64> {
        *self.elsewhere.0.lock()
    }

    async fn add_app(&self, app: App) -> Result<(), Error> {
        self.update_app(app, None).await
    }

    async fn lookup_app(&self, client_id: &str) -> Result<Option<App>, Error> {
        Ok(self.apps.lock().get(client_id).cloned())
    }

    async fn list_apps(&self) -> Result<Vec<App>, Error> {
        let mut apps: Vec<App> = self.apps.lock().values().cloned().collect();
        apps.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(apps)
    }

    async fn count_self_registered(&self) -> Result<usize, Error> {
        let apps = self.apps.lock();
        let by_itself = |app: &&App| app.details.registration_token.is_some();
        Ok(apps.values().filter(by_itself).count())
    }

    async fn update_app(&self, app: App, _: Option<Mail>) -> Result<(), Error> {
        self.apps.lock().insert(app.client_id.clone(), app);
        Ok(())
    }

    async fn remove_app(&self, client_id: &str) -> Result<bool, Error> {
        Ok(self.apps.lock().remove(client_id).is_some())
    }

    async fn add_token(&self, token: Token) -> Result<(), Error> {
        self.tokens.lock().push(token);
        Ok(())
    }

    async fn lookup_token(&self, hash: Hashed) -> Result<Option<Token>, Error> {
        *self.lookups.lock() += 1;
        Ok(self.tokens.lock().iter().find(|t| t.hash == hash).cloned())
    }

    async fn consume_assertion(
        &self,
        client_id: &str,
        id: Hashed,
        _: Timestamp,
    ) -> Result<bool, Error> {
        Ok(self.assertions.lock().insert((client_id.to_owned(), id)))
    }

    async fn revoke_token(&self, hash: Hashed) -> Result<bool, Error> {
        let mut tokens = self.tokens.lock();
        let before = tokens.len();
        tokens.retain(|t| t.hash != hash);
        Ok(tokens.len() < before)
    }
}

#[async_trait]
impl Patients for Memory {
    async fn knows_patient(&self, access: &Access, id: &ResourceId) -> Result<bool, Error> {
        let patient = ResourceType::parse("Patient").unwrap();
        Ok(access.permits(Verb::Read, patient) && id.as_str() == KNOWN_PATIENT)
    }
}

#[async_trait]
impl Attempts for Memory {
    async fn count_attempt(&self, key: Hashed, s: u32, now: Timestamp) -> Result<Counted, Error> {
        Ok(self.windows.count(key, s, now))
    }
    async fn give_back_attempt(&self, key: Hashed) -> Result<(), Error> {
        let _ = self.windows.give_back(key);
        Ok(())
    }
}

without_people!(Memory);

/// The one patient that is there.
pub(crate) const KNOWN_PATIENT: &str = "p1";

/// One instance's server and what a test turns.
pub(crate) struct Instance {
    pub(crate) server: AuthServer,
    pub(crate) clock: ManualClock,
    pub(crate) memory: Arc<Memory>,
}

/// A server of an instance that nobody has used yet.
pub(crate) fn instance(name: &str, seed: u64) -> Instance {
    let memory = Arc::new(Memory::default());
    let clock = ManualClock::default();
    let server = server(name, memory.clone(), &clock, seed);
    Instance {
        server,
        clock,
        memory,
    }
}

/// A door that lets tests ask servers on this machine.
fn outbound() -> Arc<Outbound> {
    Arc::new(Outbound::new(Reach::Anywhere, &Limits::default()))
}

/// A server over these apps and tokens.
pub(crate) fn server(
    name: &str,
    grants: Arc<dyn AuthStore>,
    clock: &ManualClock,
    seed: u64,
) -> AuthServer {
    let settings = AuthSettings::new(
        &format!("https://ehr.example/{name}"),
        &InstanceSettings::new(clock.now()),
        PasswordPool::new(1, 0),
        outbound(),
        Limits::default(),
    );
    AuthServer::new(
        grants,
        Arc::new(clock.clone()),
        Arc::new(SeededRng::new(seed)),
        settings,
    )
}

impl Instance {
    /// Registers an app for `client_credentials`.
    pub(crate) async fn app(&self, scopes: &str) -> Registered {
        let new = NewApp {
            name: "Bridge".to_owned(),
            scopes: scopes.to_owned(),
            grant_types: vec![GrantType::ClientCredentials],
            patient_tokens: false,
            details: AppDetails::default(),
        };
        self.server.register_app(new).await.unwrap()
    }

    /// Registers an app that may also get tokens for single patients.
    pub(crate) async fn patients_app(&self, scopes: &str) -> Registered {
        let new = NewApp {
            name: "Kiosk".to_owned(),
            scopes: scopes.to_owned(),
            grant_types: vec![GrantType::ClientCredentials],
            patient_tokens: true,
            details: AppDetails::default(),
        };
        self.server.register_app(new).await.unwrap()
    }

    /// Posts a form to the token endpoint, with these `Authorization` headers.
    pub(crate) async fn post(
        &self,
        headers: &[&str],
        form: &[(&str, &str)],
    ) -> Result<TokenResponse, AuthError> {
        let form = pairs(form);
        self.server
            .token(Request {
                authorization: &bytes(headers),
                form: &form,
                proofs: &[],
                asker: &Asker::default(),
            })
            .await
    }

    /// A token for the app with these scopes; without any, what it is registered for.
    pub(crate) async fn token(
        &self,
        app: &Registered,
        scope: &str,
    ) -> Result<TokenResponse, AuthError> {
        let header = basic(&app.app.client_id, plain(app));
        self.post(
            &[&header],
            &[("grant_type", "client_credentials"), ("scope", scope)],
        )
        .await
    }

    /// The plain token of an app that gets one.
    pub(crate) async fn plain_token(&self, app: &Registered) -> String {
        self.token(app, "")
            .await
            .unwrap()
            .access_token
            .expose()
            .clone()
    }

    /// The caller that these `Authorization` headers name.
    pub(crate) async fn caller(&self, headers: &[&str]) -> Result<Arc<Caller>, BearerError> {
        let presented = Presented {
            authorization: &bytes(headers),
            ..Presented::default()
        };
        self.server.caller(presented).await
    }

    /// Whether a request with this token is let in.
    pub(crate) async fn lets_in(&self, token: &str) -> bool {
        self.caller(&[&format!("Bearer {token}")]).await.is_ok()
    }
}

/// The plain secret of a confidential app.
pub(crate) fn plain(app: &Registered) -> &str {
    app.secret.as_ref().unwrap().expose()
}

/// The header of HTTP Basic, values as they are.
pub(crate) fn basic(client_id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{client_id}:{secret}")))
}

/// A form as the web layer hands it over.
pub(crate) fn pairs(form: &[(&str, &str)]) -> Vec<(String, String)> {
    form.iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

/// Headers as the web layer hands them over.
pub(crate) fn bytes<'h>(headers: &[&'h str]) -> Vec<&'h [u8]> {
    headers.iter().map(|h| h.as_bytes()).collect()
}

/// Code and status of a refusal, `429` or `store` for the rest.
pub(crate) fn shown(error: &AuthError) -> String {
    match error {
        AuthError::Refused(refusal) => format!("{} {}", refusal.status(), refusal.code.as_str()),
        AuthError::TooManyFailures { .. } | AuthError::TooManyRequests { .. } => "429".to_owned(),
        AuthError::Store(_) => "store".to_owned(),
    }
}
