//! Apps that register themselves (RFC 7591) and keep their registration (RFC 7592), where the
//! instance lets them.
//!
//! What an app says of itself nobody has checked. So it gets nothing without a person who allows
//! it, never more than the instance's settings say, and people are told. With the first change that
//! an administrator makes to such an app it is the practice's, and its own token for changes ends.

mod answer;
mod metadata;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cresset_access::{Scope, ScopeSet};
use cresset_base::{Limits, Secret};
use cresset_store::consent::Ticket;
use cresset_store::grant::{App, AppDetails, Hashed};
use cresset_store::{ClientRegistration, Error as StoreError, Registrants};

use crate::app::{AppError, NewApp};
use crate::authorize::later;
use crate::bearer::{BearerError, borne};
use crate::credential::{Kind, generate, hash, is_same};
use crate::form::Asker;
use crate::grant::GrantType;
use crate::server::AuthServer;
pub use answer::{ClientInformation, ClientRegistrationError, RegistrationCode};
use metadata::Metadata;

/// The window in which requests are counted, in seconds.
pub(crate) const WINDOW_S: u32 = 60 * 60;
const DAY_S: i64 = 24 * 60 * 60;
const DAYS_MAX: u32 = 365;

const UNKNOWN: BearerError =
    BearerError::Invalid("this access token is not known here, was used or has ended");

/// A request to the registration endpoint or to the address of one registration.
#[derive(Clone, Copy)]
pub struct RegistrationRequest<'r> {
    /// The values of all `Authorization` headers.
    pub authorization: &'r [&'r [u8]],
    /// Where it comes from.
    pub address: &'r str,
    /// Where is noted which app asks.
    pub asker: &'r Asker,
}

impl AuthServer {
    /// Makes a token with which one app may register itself within some days. It is shown this once.
    ///
    /// # Errors
    /// [`ClientRegistrationError::Off`], [`ClientRegistrationError::Days`], or when the store fails.
    pub async fn initial_access_token(
        &self,
        days: u32,
    ) -> Result<Secret<String>, ClientRegistrationError> {
        self.registration_settings()?;
        if !(1..=DAYS_MAX).contains(&days) {
            return Err(ClientRegistrationError::Days(DAYS_MAX));
        }
        let now = self.clock.now();
        let token = generate(Kind::InitialAccess, self.rng.as_ref());
        let ticket = Ticket {
            hash: hash(token.expose()),
            content: String::new(),
            expires: later(now, i64::from(days) * DAY_S),
        };
        self.store.add_ticket(ticket, None, now).await?;
        Ok(token)
    }

    /// The client registration endpoint (RFC 7591 §3): registers an app as the metadata says.
    ///
    /// # Errors
    /// What is wrong with token or metadata; that there are too many; or that the store failed.
    pub async fn register_client(
        &self,
        request: RegistrationRequest<'_>,
        metadata: &[u8],
    ) -> Result<ClientInformation, ClientRegistrationError> {
        let allowed = self.registration_settings()?;
        self.count_registration(request.address).await?;
        let initial = self.initial_access(allowed, request.authorization).await?;
        let metadata = Metadata::parse(metadata)?;
        let new = metadata.new_app(allowed, &self.settings.limits)?;
        self.check(&new)?;
        let _alone = self.app_changes.lock().await;
        self.has_room().await?;
        if let Some(initial) = initial
            && self.store.consume_ticket(initial).await?.is_none()
        {
            return Err(UNKNOWN.into());
        }
        let token = generate(Kind::RegistrationAccess, self.rng.as_ref());
        let registered = self
            .register_app(kept_with(new, hash(token.expose())))
            .await?;
        request.asker.is_app(&registered.app.client_id);
        Ok(self.information(registered.app, registered.secret, token))
    }

    /// What an app is registered with (RFC 7592 §2.1). Its secret is not among it: only a hash of
    /// it is kept.
    ///
    /// # Errors
    /// When the token is not that of the app, or the store fails.
    pub async fn read_client(
        &self,
        request: RegistrationRequest<'_>,
        client_id: &str,
    ) -> Result<ClientInformation, ClientRegistrationError> {
        let (app, token) = self.registrant(request, client_id).await?;
        Ok(self.information(app, None, token))
    }

    /// Replaces all that an app is registered with (RFC 7592 §2.2); what is left out ends.
    ///
    /// # Errors
    /// When the token is not that of the app, the metadata is not usable, or the store fails.
    pub async fn update_client(
        &self,
        request: RegistrationRequest<'_>,
        client_id: &str,
        metadata: &[u8],
    ) -> Result<ClientInformation, ClientRegistrationError> {
        let allowed = self.registration_settings()?;
        self.count_registration(request.address).await?;
        let _alone = self.app_changes.lock().await;
        let (app, token) = self.registrant(request, client_id).await?;
        let metadata = Metadata::parse(metadata)?;
        metadata.check_update(&app)?;
        let new = metadata.new_app(allowed, &self.settings.limits)?;
        let new = kept_with(new, hash(token.expose()));
        let (app, secret) = self.replace_app(client_id, new).await?;
        Ok(self.information(app, secret, token))
    }

    /// Ends a registration and everything the app was given (RFC 7592 §2.3).
    ///
    /// # Errors
    /// When the token is not that of the app, or the store fails.
    pub async fn unregister_client(
        &self,
        request: RegistrationRequest<'_>,
        client_id: &str,
    ) -> Result<(), ClientRegistrationError> {
        let _alone = self.app_changes.lock().await;
        self.registrant(request, client_id).await?;
        Ok(self.remove_app(client_id).await?)
    }

    fn registration_settings(&self) -> Result<&ClientRegistration, ClientRegistrationError> {
        let settings = self.settings.client_registration.as_ref();
        settings.ok_or(ClientRegistrationError::Off)
    }

    async fn count_registration(&self, address: &str) -> Result<(), ClientRegistrationError> {
        let now = self.clock.now();
        let counted = self.self_registrations.count(&*self.store, address, now);
        match counted.await? {
            Some(retry_after_s) => Err(ClientRegistrationError::TooMany { retry_after_s }),
            None => Ok(()),
        }
    }

    /// The initial access token of a request, good but not yet used up. One that is sent must be
    /// good, also where none is needed.
    async fn initial_access(
        &self,
        allowed: &ClientRegistration,
        authorization: &[&[u8]],
    ) -> Result<Option<Hashed>, ClientRegistrationError> {
        if authorization.is_empty() && allowed.who == Registrants::Anybody {
            return Ok(None);
        }
        let hashed = hash(borne(authorization, Kind::InitialAccess)?);
        let ticket = self.store.lookup_ticket(hashed).await?;
        let is_good = ticket.is_some_and(|ticket| ticket.expires > self.clock.now());
        Ok(Some(is_good.then_some(hashed).ok_or(UNKNOWN)?))
    }

    async fn has_room(&self) -> Result<(), ClientRegistrationError> {
        let themselves = self.store.count_self_registered().await?;
        if themselves < self.settings.limits.self_registered_apps_max {
            Ok(())
        } else {
            Err(ClientRegistrationError::Full)
        }
    }

    /// The app whose registration the token of the request is for, and the token. An app that is
    /// unknown, disabled or kept by the practice is answered like a wrong token.
    async fn registrant(
        &self,
        request: RegistrationRequest<'_>,
        client_id: &str,
    ) -> Result<(App, Secret<String>), ClientRegistrationError> {
        self.registration_settings()?;
        let plain = borne(request.authorization, Kind::RegistrationAccess)?;
        let app = self.app_here(client_id).await?;
        let app = app.filter(|app| app.enabled && is_kept_with(app, hash(plain)));
        let app = app.ok_or(UNKNOWN)?;
        request.asker.is_app(&app.client_id);
        Ok((app, Secret::new(plain.to_owned())))
    }

    fn information(
        &self,
        app: App,
        secret: Option<Secret<String>>,
        token: Secret<String>,
    ) -> ClientInformation {
        ClientInformation {
            address: format!("{}/register/{}", self.settings.issuer, app.client_id),
            app,
            secret,
            token,
        }
    }
}

impl From<AppError> for ClientRegistrationError {
    fn from(error: AppError) -> Self {
        let code = match error {
            AppError::Store(error) => return Self::Store(error),
            AppError::Unknown => return UNKNOWN.into(),
            AppError::RedirectUri(_) | AppError::NoRedirectUri => RegistrationCode::RedirectUri,
            _ => RegistrationCode::Metadata,
        };
        Self::refused(code, error.to_string())
    }
}

/// Whether apps that register themselves can be given these scopes, all of them for a person.
///
/// # Errors
/// What is wrong with the scopes.
pub fn check_scopes(scopes: &str, limits: &Limits) -> Result<(), AppError> {
    let scopes = ScopeSet::parse(scopes, limits)?;
    if scopes.is_empty() {
        return Err(AppError::NoScopes);
    }
    let is_unusable = |scope: &&Scope| !GrantType::AuthorizationCode.gives(scope);
    match scopes.iter().find(is_unusable) {
        Some(scope) => Err(AppError::UnusableScope(scope.to_string())),
        None => Ok(()),
    }
}

fn kept_with(new: NewApp, token: Hashed) -> NewApp {
    NewApp {
        details: AppDetails {
            registration_token: Some(URL_SAFE_NO_PAD.encode(token.0)),
            ..new.details
        },
        ..new
    }
}

fn is_kept_with(app: &App, token: Hashed) -> bool {
    let stored = app.details.registration_token.as_deref();
    let stored = stored.and_then(|stored| URL_SAFE_NO_PAD.decode(stored).ok());
    let stored = stored.and_then(|stored| <[u8; 32]>::try_from(stored).ok());
    stored.is_some_and(|stored| is_same(Hashed(stored), token))
}

impl From<StoreError> for ClientRegistrationError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<BearerError> for ClientRegistrationError {
    fn from(error: BearerError) -> Self {
        Self::Token(error)
    }
}
