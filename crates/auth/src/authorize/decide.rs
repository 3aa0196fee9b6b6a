//! From a request under way to a code or a refusal: sign in, choose a patient, decide.

use cresset_access::{Context, NamedScope, Scope, ScopeSet};
use cresset_base::ResourceId;
use cresset_store::Error as StoreError;
use cresset_store::consent::{Code, Consent, InContext};
use cresset_store::grant::{App, ClientType};
use cresset_store::note::deciding;
use cresset_store::user::{Role, User};
use jiff::SignedDuration;

use super::offer::{Offer, allowed, offers};
use super::{Answer, AuthorizationRequest, AuthorizeError, Prompt, later};
use crate::app::context;
use crate::credential::{Kind, generate_id, hash};
use crate::redirect_uri;
use crate::rights;
use crate::server::AuthServer;
use crate::session::SignedIn;

/// Life of a code, in seconds.
const CODE_S: i64 = 60;

const GONE: AuthorizeError = AuthorizeError::Shown(
    "This request has ended or was answered already. Go back to the app and start again.",
);

const SIGNED_OUT: AuthorizeError = AuthorizeError::Shown(
    "You were signed out meanwhile, and nothing was allowed. Go back to the app and start again.",
);

/// What a person decided, as the form says it.
#[derive(Debug, Clone, Copy)]
pub struct Decision<'d> {
    /// The keys of the offers and parts that are kept.
    pub kept: &'d [&'d str],
    /// The patient the form was about.
    pub patient: Option<&'d str>,
}

/// What has to happen next with a request.
#[derive(Debug)]
pub enum Step {
    /// Somebody has to sign in; perhaps this one is expected.
    SignIn(Option<String>),
    /// The person has to say about whom it is.
    ChoosePatient(Box<Considered>),
    /// The person has to decide.
    Decide(Box<Considered>),
    /// Nothing: the app gets its answer.
    Answer(Answer),
}

/// A request in front of a person.
#[derive(Debug, Clone)]
pub struct Considered {
    /// The app that asks.
    pub app: App,
    /// What it asks, within what the person may allow.
    pub offers: Vec<Offer>,
    /// The patient it is about, if it is about one.
    pub patient: Option<String>,
    /// Life of a refresh token in days, 0 for ever.
    pub refresh_days: u32,
    /// Life of an access token in seconds.
    pub token_lifetime_s: u32,
    /// Where the answer goes.
    pub redirect_uri: String,
    scopes: ScopeSet,
    request: AuthorizationRequest,
}

impl AuthServer {
    /// What has to happen next with the request of this handle.
    ///
    /// # Errors
    /// When it is unknown, answered, too old or somebody else's, or the store fails.
    pub async fn consider(
        &self,
        handle: &str,
        who: Option<&SignedIn>,
    ) -> Result<Step, AuthorizeError> {
        let mut request = self.request(handle).await?;
        let silent = request.prompt == Prompt::None;
        let Some(who) = who.filter(|who| self.is_fresh(&request, who)) else {
            return Ok(if silent {
                Step::Answer(self.refused(&request, "login_required", "nobody is signed in"))
            } else {
                Step::SignIn(request.login_hint)
            });
        };
        self.bind(handle, &mut request, who).await?;
        let considered = match self.considered(request, &who.user).await? {
            Ok(considered) => considered,
            Err(answer) => return Ok(Step::Answer(answer)),
        };
        let open = considered.patient.is_none() && is_about_a_patient(&considered.scopes);
        match (silent, open) {
            (true, true) => {
                let text = "the person has to choose a patient";
                let answer = self.refused(&considered.request, "interaction_required", text);
                Ok(Step::Answer(answer))
            }
            (true, false) => Ok(Step::Answer(self.silent(handle, who, considered).await?)),
            (false, true) => Ok(Step::ChoosePatient(Box::new(considered))),
            (false, false) => Ok(Step::Decide(Box::new(considered))),
        }
    }

    /// Notes about whom the request is; false when the person may not see this patient.
    ///
    /// # Errors
    /// As [`AuthServer::consider`].
    pub async fn choose_patient(
        &self,
        handle: &str,
        who: &SignedIn,
        patient: &ResourceId,
    ) -> Result<bool, AuthorizeError> {
        let mut request = self.own_request(handle, who).await?;
        // What was launched from a chart stays about the patient of the chart.
        if request.launched_by.is_some() || !self.may_open(&who.user, patient).await? {
            return Ok(false);
        }
        request.context.patient = Some(patient.to_string());
        self.keep(handle, &request).await?;
        Ok(true)
    }

    /// Allows what is kept of the request; the app gets a code. Where nothing is kept it is refused.
    /// Nothing happens where the form was about another patient than the request is now: the person
    /// has to be asked again.
    ///
    /// # Errors
    /// As [`AuthServer::consider`].
    pub async fn allow(
        &self,
        handle: &str,
        who: &SignedIn,
        decision: Decision<'_>,
    ) -> Result<Option<Answer>, AuthorizeError> {
        let request = self.own_request(handle, who).await?;
        let considered = match self.considered(request, &who.user).await? {
            Ok(considered) => considered,
            Err(answer) => return Ok(Some(answer)),
        };
        if considered.patient.as_deref() != decision.patient {
            return Ok(None);
        }
        let left = allowed(&considered.scopes, decision.kept);
        if offers(&left).is_empty() {
            return self.refuse(handle, who).await.map(Some);
        }
        if considered.patient.is_none() && is_about_a_patient(&left) {
            return Err(AuthorizeError::Shown(
                "Choose first whose record it is about.",
            ));
        }
        self.grant(handle, who, (considered, left)).await.map(Some)
    }

    /// Refuses the request; the app is told that access was denied.
    ///
    /// # Errors
    /// As [`AuthServer::consider`].
    pub async fn refuse(&self, handle: &str, who: &SignedIn) -> Result<Answer, AuthorizeError> {
        let request = self.own_request(handle, who).await?;
        self.store.consume_ticket(hash(handle)).await?.ok_or(GONE)?;
        Ok(self.refused(&request, "access_denied", "the person refused"))
    }

    /// Without a word: only what the person allowed this app before.
    async fn silent(
        &self,
        handle: &str,
        who: &SignedIn,
        considered: Considered,
    ) -> Result<Answer, AuthorizeError> {
        let required = |text| {
            let answer = self.refused(&considered.request, "consent_required", text);
            Ok(answer)
        };
        let is_public = considered.app.details.client_type == ClientType::Public;
        if is_public && !redirect_uri::is_claimed(&considered.redirect_uri) {
            // RFC 8252 §8.6: any app on the device may wait at such an address under this client_id.
            return required("an app on the person's device is not known without the person");
        }
        let before = self.store.list_consents(&who.user.id).await?;
        let limits = &self.settings.limits;
        let is_covered = before.iter().any(|consent| {
            consent.client_id == considered.app.client_id
                && consent.context.patient == considered.patient
                && ScopeSet::parse(&consent.scopes, limits)
                    .is_ok_and(|scopes| scopes.covers(&considered.scopes))
        });
        if !is_covered {
            return required("the person has not allowed this");
        }
        let scopes = considered.scopes.clone();
        self.grant(handle, who, (considered, scopes)).await
    }

    async fn grant(
        &self,
        handle: &str,
        who: &SignedIn,
        (considered, scopes): (Considered, ScopeSet),
    ) -> Result<Answer, AuthorizeError> {
        let now = self.clock.now();
        // To one of two who press at once, and for what was considered alone: another window may
        // have changed it since.
        let taken = self.store.consume_ticket(hash(handle)).await?.ok_or(GONE)?;
        let request: AuthorizationRequest = serde_json::from_str(&taken.content).map_err(broken)?;
        if request != considered.request {
            return Err(GONE);
        }
        let code = self.generate(Kind::Code);
        let consent = Consent {
            id: generate_id("con_", self.rng.as_ref()),
            user: who.user.id.clone(),
            client_id: request.client_id,
            scopes: scopes.to_string(),
            context: InContext {
                patient: considered.patient,
                ..request.context
            },
            authenticated: who.session.authenticated,
            proof: who.session.proof,
            granted: now,
            last_used: None,
            revoked: None,
        };
        let stored = Code {
            hash: hash(code.expose()),
            consent: consent.id.clone(),
            redirect_uri: request.redirect_uri.clone(),
            challenge: request.challenge,
            nonce: request.nonce,
            key: request.key,
            expires: later(now, CODE_S),
        };
        let session = who.session.hash;
        let added = self.store.add_consent(consent, stored, session);
        if !deciding(added).await? {
            return Err(SIGNED_OUT);
        }
        let to = (request.redirect_uri.as_str(), request.state.as_deref());
        Ok(self.answer(to, &[("code", code.expose())]))
    }

    /// The request within what the person may allow; or what the app is told where that is nothing.
    async fn considered(
        &self,
        request: AuthorizationRequest,
        user: &User,
    ) -> Result<Result<Considered, Answer>, AuthorizeError> {
        let limits = &self.settings.limits;
        let app = self.app_here(&request.client_id).await?;
        let app = app.filter(|app| app.enabled).ok_or(GONE)?;
        let asked = ScopeSet::parse(&request.scopes, limits).map_err(broken)?;
        let patient = patient(&request.context, &asked, user);
        let id: Option<ResourceId> = patient.as_ref().and_then(|id| id.parse().ok());
        if let Some(id) = id
            && !self.may_open(user, &id).await?
        {
            let text = "the record of this patient is not this person's to open";
            return Ok(Err(self.refused(&request, "access_denied", text)));
        }
        let scopes = rights::within(&asked, user.role, limits)?
            .retain(|scope| is_in_context(scope, &request.context));
        if offers(&scopes).is_empty() {
            let text = "nothing of what was asked for is this person's to give";
            return Ok(Err(self.refused(&request, "access_denied", text)));
        }
        Ok(Ok(Considered {
            offers: offers(&scopes),
            refresh_days: self.refresh_days(&app),
            token_lifetime_s: self.settings.token_lifetime_s,
            redirect_uri: request.redirect_uri.clone(),
            app,
            patient,
            scopes,
            request,
        }))
    }

    /// Whether a person may let an app have anything of this patient.
    async fn may_open(&self, user: &User, patient: &ResourceId) -> Result<bool, StoreError> {
        match user.role {
            Role::Patient | Role::Proxy => {
                Ok(user.patients.iter().any(|id| id == patient.as_str()))
            }
            role => {
                let access = rights::access(role, &self.settings.limits)?;
                self.store.knows_patient(&access, patient).await
            }
        }
    }

    /// Life of the refresh tokens of an app in days, 0 for ever.
    pub(crate) fn refresh_days(&self, app: &App) -> u32 {
        app.details
            .refresh_days
            .unwrap_or(self.settings.refresh_days)
    }

    async fn request(&self, handle: &str) -> Result<AuthorizationRequest, AuthorizeError> {
        if !self.is_of_kind(Kind::Request, handle) {
            return Err(GONE);
        }
        let ticket = self.store.lookup_ticket(hash(handle)).await?;
        let ticket = ticket.filter(|ticket| ticket.expires > self.clock.now());
        let request = ticket.and_then(|ticket| serde_json::from_str(&ticket.content).ok());
        request.ok_or(GONE)
    }

    /// The request, if this person is the one who considers it.
    async fn own_request(
        &self,
        handle: &str,
        who: &SignedIn,
    ) -> Result<AuthorizationRequest, AuthorizeError> {
        let request = self.request(handle).await?;
        let own = request.user.as_ref() == Some(&who.user.id) && self.is_fresh(&request, who);
        if own { Ok(request) } else { Err(GONE) }
    }

    async fn bind(
        &self,
        handle: &str,
        request: &mut AuthorizationRequest,
        who: &SignedIn,
    ) -> Result<(), AuthorizeError> {
        let launcher = request.launched_by.as_ref();
        if launcher.is_some_and(|launcher| *launcher != who.user.id) {
            return Err(AuthorizeError::Shown(
                "Somebody else launched this app. Launch it again from the chart.",
            ));
        }
        match &request.user {
            Some(user) if *user == who.user.id => Ok(()),
            Some(_) => Err(GONE),
            None => {
                request.user = Some(who.user.id.clone());
                self.keep(handle, request).await
            }
        }
    }

    async fn keep(
        &self,
        handle: &str,
        request: &AuthorizationRequest,
    ) -> Result<(), AuthorizeError> {
        let content = serde_json::to_string(request).map_err(broken)?;
        let kept = self.store.update_ticket(hash(handle), content).await?;
        if kept { Ok(()) } else { Err(GONE) }
    }

    /// Whether the person signed in as lately as the app wants.
    fn is_fresh(&self, request: &AuthorizationRequest, who: &SignedIn) -> bool {
        let authenticated = who.session.authenticated;
        let again = request.prompt == Prompt::Login && authenticated < request.asked;
        let age = self.clock.now().duration_since(authenticated);
        let old = |max_s| age > SignedDuration::from_secs(max_s) && authenticated < request.asked;
        !again && !request.max_age_s.is_some_and(old)
    }

    fn refused(&self, request: &AuthorizationRequest, code: &str, text: &str) -> Answer {
        let to = (request.redirect_uri.as_str(), request.state.as_deref());
        self.refusal(to, code, text)
    }
}

/// The patient a request is about, where nobody needs to choose.
fn patient(context: &InContext, asked: &ScopeSet, user: &User) -> Option<String> {
    if context.patient.is_some() || !is_about_a_patient(asked) {
        return context.patient.clone();
    }
    match (user.role, user.patients.as_slice()) {
        (Role::Patient | Role::Proxy, [only]) => Some(only.clone()),
        _ => None,
    }
}

/// Whether scopes need a patient in context.
fn is_about_a_patient(scopes: &ScopeSet) -> bool {
    scopes.iter().any(|scope| {
        *scope == Scope::Named(NamedScope::LaunchPatient)
            || context(scope) == Some(Context::Patient)
    })
}

/// An encounter can only be had where one is in context, and a launch where there was one.
fn is_in_context(scope: &Scope, context: &InContext) -> bool {
    match scope {
        Scope::Named(NamedScope::LaunchEncounter) => context.encounter.is_some(),
        Scope::Named(NamedScope::Launch) => context.need_patient_banner.is_some(),
        _ => true,
    }
}

fn broken(error: impl std::fmt::Display) -> StoreError {
    StoreError::Failed(format!("a stored authorization request: {error}"))
}
