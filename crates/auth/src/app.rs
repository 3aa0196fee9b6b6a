//! Registering apps.

use cresset_access::{Context, InvalidScopeSet, Scope, ScopeSet};
use cresset_base::Secret;
use cresset_outbound::{NotAllowed, address};
use cresset_store::Error as StoreError;
use cresset_store::grant::{App, AppDetails, ClientType, Pkce};
use cresset_store::mail::Mail;
use cresset_store::note::{deciding, is_about};

use crate::credential::{Kind, generate, hash};
use crate::grant::GrantType;
use crate::key_set::{self, InvalidKeySet};
use crate::redirect_uri::{self, InvalidRedirectUri};
use crate::server::AuthServer;

const NAME_CHARS_MAX: usize = 200;
const REFRESH_DAYS_MAX: u32 = 36_500;

/// What is said of an app when it is registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewApp {
    /// Name shown to people: 1 to 200 characters.
    pub name: String,
    /// Scopes it may ask for, space-separated; also what it gets when it asks for none.
    pub scopes: String,
    /// Grants it may use.
    pub grant_types: Vec<GrantType>,
    /// Whether it may get tokens for single patients by `client_credentials`. No grant implies it:
    /// such an app can act for any patient it can name.
    pub patient_tokens: bool,
    /// What else is said of an app that people use.
    pub details: AppDetails,
}

/// A registered app with its secret, which cannot be had a second time.
#[derive(Debug)]
pub struct Registered {
    /// The app as stored.
    pub app: App,
    /// `client_secret`; a public app has none.
    pub secret: Option<Secret<String>>,
}

/// Why an app was not registered or changed.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The name is empty, too long or not printable.
    #[error("an app's name is 1 to {NAME_CHARS_MAX} printable characters")]
    Name,
    /// A picture that is none, or too large.
    #[error("a logo is a PNG or JPEG of at most {0} bytes")]
    Logo(usize),
    /// The scopes do not parse.
    #[error(transparent)]
    Scopes(#[from] InvalidScopeSet),
    /// There are no scopes, so the app could never get a token.
    #[error("an app needs at least one scope, for example 'system/*.rs'")]
    NoScopes,
    /// No grant of the app can give this scope.
    #[error("the app's grants cannot give the scope '{0}'")]
    UnusableScope(String),
    /// There are no grants, so the app could never get a token.
    #[error("an app needs at least one grant, for example client_credentials")]
    NoGrants,
    /// Tokens for single patients are got by a grant that the app does not have.
    #[error("tokens for single patients are got by client_credentials, which the app lacks")]
    PatientTokens,
    /// People are sent somewhere, and there is nowhere.
    #[error("an app that people use needs at least one redirect URI")]
    NoRedirectUri,
    /// A redirect URI that codes must not be sent to.
    #[error(transparent)]
    RedirectUri(#[from] InvalidRedirectUri),
    /// A launch URL that people must not be sent to.
    #[error(
        "a launch URL is an https address without a fragment; http only on the person's own device"
    )]
    LaunchUrl,
    /// A life of refresh tokens that is no number of days.
    #[error("refresh tokens live a whole number of days up to {REFRESH_DAYS_MAX}, 0 for ever")]
    RefreshDays,
    /// What a public app cannot have.
    #[error("a public app cannot keep a secret, so it {0}")]
    Public(&'static str),
    /// Nobody is named of whom it could be said that they were checked.
    #[error("name who makes the app before saying that somebody made sure of it")]
    NoOrganization,
    /// An app that proves itself with a signature has no secret.
    #[error("this app signs with its own keys and has no secret to replace")]
    SignsInstead,
    /// Two sources of keys, of which only one could be right.
    #[error("an app's keys are given as a set or by their URL, not both")]
    TwoKeySets,
    /// Keys that cannot be used.
    #[error("the app's key set cannot be used: {0}")]
    KeySet(#[from] InvalidKeySet),
    /// A URL of keys that this server would not ask.
    #[error("the URL of the app's key set cannot be used: {0}")]
    KeySetUrl(#[from] NotAllowed),
    /// No such app.
    #[error("no app has this client_id")]
    Unknown,
    /// The store is at fault.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AuthServer {
    /// Registers an app under a random `client_id`; a confidential one that names no keys gets a
    /// random secret.
    ///
    /// # Errors
    /// When what is said of the app is not usable, or the store fails.
    pub async fn register_app(&self, new: NewApp) -> Result<Registered, AppError> {
        let scopes = self.check(&new)?;
        let secret =
            needs_secret(&new.details).then(|| generate(Kind::ClientSecret, self.rng.as_ref()));
        let app = App {
            client_id: self.generate_client_id(),
            name: new.name,
            secret: secret.as_ref().map(|secret| hash(secret.expose())),
            scopes: scopes.to_string(),
            grant_types: names(&new.grant_types),
            patient_tokens: new.patient_tokens,
            registered: self.clock.now(),
            enabled: true,
            details: new.details,
        };
        is_about(&app.client_id);
        deciding(self.store.add_app(app.clone())).await?;
        Ok(Registered { app, secret })
    }

    /// Whether what is said of an app is usable, and its scopes.
    pub(crate) fn check(&self, new: &NewApp) -> Result<ScopeSet, AppError> {
        let printable = |c: char| !c.is_control();
        let name_is_legal = !new.name.trim().is_empty()
            && new.name.chars().count() <= NAME_CHARS_MAX
            && new.name.chars().all(printable);
        if !name_is_legal {
            return Err(AppError::Name);
        }
        if new.grant_types.is_empty() {
            return Err(AppError::NoGrants);
        }
        let by_client_credentials = new.grant_types.contains(&GrantType::ClientCredentials);
        if new.patient_tokens && !by_client_credentials {
            return Err(AppError::PatientTokens);
        }
        self.check_details(new)?;
        let scopes = ScopeSet::parse(&new.scopes, &self.settings.limits)?;
        if scopes.is_empty() {
            return Err(AppError::NoScopes);
        }
        let usable = |scope: &Scope| {
            new.grant_types.iter().any(|g| g.gives(scope))
                || (new.patient_tokens && is_of_patient(scope))
        };
        let unusable = scopes
            .iter()
            .find(|scope| !usable(scope))
            .map(ToString::to_string);
        match unusable {
            Some(scope) => Err(AppError::UnusableScope(scope)),
            None => Ok(scopes),
        }
    }

    fn check_details(&self, new: &NewApp) -> Result<(), AppError> {
        let details = &new.details;
        self.check_keys(details)?;
        let launched = details.launch_url.as_deref();
        if launched.is_some_and(|url| !url.starts_with("http") || redirect_uri::check(url).is_err())
        {
            return Err(AppError::LaunchUrl);
        }
        if details
            .refresh_days
            .is_some_and(|days| days > REFRESH_DAYS_MAX)
        {
            return Err(AppError::RefreshDays);
        }
        let uses = |grant| new.grant_types.contains(&grant);
        if details.client_type == ClientType::Public {
            if uses(GrantType::ClientCredentials) {
                return Err(AppError::Public("gets no token without a person"));
            }
            if has_keys(details) {
                return Err(AppError::Public("keeps no private key either"));
            }
            if details.pkce == Pkce::Exempt {
                return Err(AppError::Public("must use PKCE"));
            }
        }
        if uses(GrantType::AuthorizationCode) && details.redirect_uris.is_empty() {
            return Err(AppError::NoRedirectUri);
        }
        Ok(redirect_uri::check_all(
            &details.redirect_uris,
            self.settings.limits.redirect_uris_max,
        )?)
    }

    fn check_keys(&self, details: &AppDetails) -> Result<(), AppError> {
        match (&details.jwks, &details.jwks_uri) {
            (None, None) => Ok(()),
            (Some(_), Some(_)) => Err(AppError::TwoKeySets),
            (Some(keys), None) => Ok(key_set::check(keys, self.settings.limits.jwks_keys_max)?),
            (None, Some(url)) => {
                address::judge(url, self.settings.outbound.reach())?;
                Ok(())
            }
        }
    }

    /// All apps by name.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn list_apps(&self) -> Result<Vec<App>, AppError> {
        Ok(self.store.list_apps().await?)
    }

    /// Replaces the app's secret; the old one ends at once, tokens issued with it live on. An app that
    /// registered itself is kept by the practice from then on.
    ///
    /// # Errors
    /// When there is no such app, or the store fails.
    pub async fn rotate_secret(&self, client_id: &str) -> Result<Secret<String>, AppError> {
        let _alone = self.app_changes.lock().await;
        let mut app = self.app(client_id).await?;
        if app.details.client_type == ClientType::Public {
            return Err(AppError::Public("has none to replace"));
        }
        if has_keys(&app.details) {
            return Err(AppError::SignsInstead);
        }
        let secret = generate(Kind::ClientSecret, self.rng.as_ref());
        app.secret = Some(hash(secret.expose()));
        // Whoever keeps it could drop the secret and be given another.
        app.details.registration_token = None;
        let told = self
            .sender()
            .app_changed(&app, &["its secret was replaced"]);
        self.renew_app(app, told).await?;
        Ok(secret)
    }

    /// The app with this `client_id`.
    ///
    /// # Errors
    /// When there is none, or the store fails.
    pub async fn find_app(&self, client_id: &str) -> Result<App, AppError> {
        self.app(client_id).await
    }

    /// Changes what an app is registered with; tokens keep what they were given. An app that comes
    /// to need a secret gets one, which is returned; one that no longer does loses its own. An app
    /// that registered itself is kept by the practice from then on.
    ///
    /// # Errors
    /// When what is said of the app is not usable, there is no such app, or the store fails.
    pub async fn change_app(
        &self,
        client_id: &str,
        new: NewApp,
    ) -> Result<Option<Secret<String>>, AppError> {
        let _alone = self.app_changes.lock().await;
        let (_, secret) = self.replace_app(client_id, new).await?;
        Ok(secret)
    }

    /// The same for whoever has seen to it that nobody else changes the app meanwhile; gives the
    /// app as it is then.
    pub(crate) async fn replace_app(
        &self,
        client_id: &str,
        new: NewApp,
    ) -> Result<(App, Option<Secret<String>>), AppError> {
        let scopes = self.check(&new)?;
        let old = self.app(client_id).await?;
        let keeps_secret = needs_secret(&new.details);
        let fresh = (keeps_secret && old.secret.is_none())
            .then(|| generate(Kind::ClientSecret, self.rng.as_ref()));
        let mut what = changes(&old.details, &new.details);
        if fresh.is_some() {
            what.push("it has a new secret");
        }
        // What an app says of itself nobody has checked.
        let is_same_maker = new.details.organization == old.details.organization
            && new.details.registration_token.is_none();
        let app = App {
            name: new.name,
            secret: fresh
                .as_ref()
                .map(|secret| hash(secret.expose()))
                .or(old.secret)
                .filter(|_| keeps_secret),
            scopes: scopes.to_string(),
            grant_types: names(&new.grant_types),
            patient_tokens: new.patient_tokens,
            details: AppDetails {
                verified: old.details.verified.filter(|_| is_same_maker),
                logo: old.details.logo,
                contact: old.details.contact,
                ..new.details
            },
            ..old
        };
        let told = if what.is_empty() {
            None
        } else {
            self.sender().app_changed(&app, &what)
        };
        self.renew_app(app.clone(), told).await?;
        Ok((app, fresh))
    }

    /// Deletes an app; what it was given ends with the return of this call.
    ///
    /// # Errors
    /// When there is no such app, or the store fails.
    pub async fn delete_app(&self, client_id: &str) -> Result<(), AppError> {
        let _alone = self.app_changes.lock().await;
        self.remove_app(client_id).await
    }

    /// The same for whoever has seen to it that nobody else changes the app meanwhile.
    pub(crate) async fn remove_app(&self, client_id: &str) -> Result<(), AppError> {
        let existed = deciding(self.store.remove_app(client_id)).await;
        self.tokens.forget_all();
        if existed? {
            Ok(())
        } else {
            Err(AppError::Unknown)
        }
    }

    /// Lets an app be used again; tokens it still has work again.
    ///
    /// # Errors
    /// When there is no such app, or the store fails.
    pub async fn enable_app(&self, client_id: &str) -> Result<(), AppError> {
        let _alone = self.app_changes.lock().await;
        let app = App {
            enabled: true,
            ..self.app(client_id).await?
        };
        Ok(self.renew_app(app, None).await?)
    }

    /// Notes that somebody of the practice made sure that the organization behind an app is who it
    /// says; people are told when the app asks them.
    ///
    /// # Errors
    /// When no organization is named, there is no such app, or the store fails.
    pub async fn verify_app(&self, client_id: &str) -> Result<(), AppError> {
        let _alone = self.app_changes.lock().await;
        let mut app = self.app(client_id).await?;
        if app.details.organization.is_none() {
            return Err(AppError::NoOrganization);
        }
        app.details.verified = Some(self.clock.now());
        Ok(self.renew_app(app, None).await?)
    }

    /// Ends the use of an app; its tokens end with the return of this call.
    ///
    /// # Errors
    /// When there is no such app, or the store fails.
    pub async fn disable_app(&self, client_id: &str) -> Result<(), AppError> {
        let _alone = self.app_changes.lock().await;
        let app = App {
            enabled: false,
            ..self.app(client_id).await?
        };
        let told = self.sender().app_changed(&app, &["it was disabled"]);
        Ok(self.renew_app(app, told).await?)
    }

    /// Stores an app anew. What is remembered of it is forgotten also where that failed: it may have been stored
    /// all the same.
    async fn renew_app(&self, app: App, told: Option<Mail>) -> Result<(), StoreError> {
        let stored = deciding(self.store.update_app(app, told)).await;
        self.tokens.forget_all();
        stored
    }

    async fn app(&self, client_id: &str) -> Result<App, AppError> {
        self.store
            .lookup_app(client_id)
            .await?
            .ok_or(AppError::Unknown)
    }
}

/// What whoever answers for an app is told of: with each of it somebody else could be the app.
fn changes(old: &AppDetails, new: &AppDetails) -> Vec<&'static str> {
    let parts = [
        (
            old.redirect_uris != new.redirect_uris,
            "people are sent back to other addresses",
        ),
        (
            old.launch_url != new.launch_url,
            "it is launched at another address",
        ),
        (
            (&old.jwks, &old.jwks_uri) != (&new.jwks, &new.jwks_uri),
            "it has other keys",
        ),
    ];
    let changed = parts.into_iter().filter(|(is_other, _)| *is_other);
    changed.map(|(_, what)| what).collect()
}

/// Whether an app proves itself with a secret.
pub(crate) fn needs_secret(details: &AppDetails) -> bool {
    details.client_type == ClientType::Confidential && !has_keys(details)
}

fn names(grant_types: &[GrantType]) -> Vec<String> {
    grant_types.iter().map(|g| g.as_str().to_owned()).collect()
}

/// Whether an app proves itself with a signature; it then has no secret.
pub(crate) fn has_keys(details: &AppDetails) -> bool {
    details.jwks.is_some() || details.jwks_uri.is_some()
}

/// Whether a scope is about the patient in context.
pub(crate) fn is_of_patient(scope: &Scope) -> bool {
    context(scope) == Some(Context::Patient)
}

/// On whose behalf a scope lets an app act; `None` for the scopes of launch, identity and refresh.
pub(crate) fn context(scope: &Scope) -> Option<Context> {
    match scope {
        Scope::Named(_) => None,
        Scope::Resource(scope) => Some(scope.context),
        Scope::Operation(context, _) => Some(*context),
    }
}
