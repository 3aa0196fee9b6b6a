//! Apps that developers register themselves, by a link the practice gave them.
//!
//! The practice makes a link and gives it to one developer. Who holds it may fill in the form behind
//! it, once, and is given another handle, with which to see what became of it. The practice approves
//! or denies. An approved app has a secret nobody knows until its developer asks for it, once: so
//! neither the practice nor the database ever holds one that works.

use cresset_base::Secret;
use cresset_store::Error as StoreError;
use cresset_store::grant::{App, AppDetails, Hashed};
use cresset_store::note::deciding;
use cresset_store::registration::{Along, Decision, Handle, Registration, Request, Stage};
use jiff::SignedDuration;

use crate::app::{AppError, NewApp, needs_secret};
use crate::credential::{Kind, generate, generate_id, hash, is_of_kind};
use crate::grant::GrantType;
use crate::server::AuthServer;

const TEXT_CHARS_MAX: usize = 200;
const PROSE_CHARS_MAX: usize = 2_000;
const DAYS_MAX: i64 = 365;

/// What a developer asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppRequest {
    /// The app. Its organization is asked for too.
    pub app: NewApp,
    /// Whom to ask about it.
    pub contact: String,
    /// Where to write to them.
    pub email: String,
    /// What it does with what it reads.
    pub purpose: String,
}

/// Why a registration did not come further.
#[derive(Debug, thiserror::Error)]
pub enum RegistrationError {
    /// The note is empty, too long or not printable.
    #[error("say for whom the link is, in 1 to {TEXT_CHARS_MAX} printable characters")]
    Note,
    /// A life of the link that is no number of days.
    #[error("a link lives 1 to {DAYS_MAX} days")]
    Days,
    /// There is no organization.
    #[error("an organization is named in 1 to {TEXT_CHARS_MAX} printable characters")]
    Organization,
    /// There is nobody to ask.
    #[error("a person to ask is named in 1 to {TEXT_CHARS_MAX} printable characters")]
    Contact,
    /// There is nowhere to write to.
    #[error(
        "an e-mail address has a name, an @ and a domain, and at most {TEXT_CHARS_MAX} characters"
    )]
    Email,
    /// What the app is for is not said.
    #[error("say in 1 to {PROSE_CHARS_MAX} characters what the app does with what it reads")]
    Purpose,
    /// There is no reason.
    #[error("give the developer a reason, in 1 to {PROSE_CHARS_MAX} characters")]
    Reason,
    /// What is said of the app is not usable.
    #[error(transparent)]
    App(#[from] AppError),
    /// Nobody was given this link, or it has been used, taken back or is too old.
    #[error("this link is not, or is no longer, good; ask the practice for another")]
    Ended,
    /// There is no such registration.
    #[error("there is no such registration")]
    Unknown,
    /// Somebody else was faster.
    #[error("this registration has moved on meanwhile; look at it again")]
    Moved,
    /// The store is at fault.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AuthServer {
    /// Makes a link that lives some days, for whoever the note says. The link is shown this once.
    ///
    /// # Errors
    /// [`RegistrationError::Note`], [`RegistrationError::Days`], or when the store fails.
    pub async fn add_registration(
        &self,
        by: &str,
        note: &str,
        days: i64,
    ) -> Result<(Registration, Secret<String>), RegistrationError> {
        let created = self.clock.now();
        if !(1..=DAYS_MAX).contains(&days) {
            return Err(RegistrationError::Days);
        }
        let expires = created
            .checked_add(SignedDuration::from_hours(24 * days))
            .map_err(|_| RegistrationError::Days)?;
        let registration = Registration {
            id: generate_id("reg_", self.rng.as_ref()),
            note: printed(note, TEXT_CHARS_MAX).ok_or(RegistrationError::Note)?,
            created,
            created_by: by.to_owned(),
            expires,
            request: None,
            stage: Stage::Open,
            decision: None,
            client_id: None,
        };
        let link = generate(Kind::RegistrationLink, self.rng.as_ref());
        let added = self
            .store
            .add_registration(registration.clone(), hash(link.expose()));
        deciding(added).await?;
        Ok((registration, link))
    }

    /// The newest ones, up to the limit on what a page lists.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn list_registrations(&self) -> Result<Vec<Registration>, RegistrationError> {
        let max = self.settings.limits.registrations_listed_max;
        Ok(self.store.list_registrations(max).await?)
    }

    /// The one with this id.
    ///
    /// # Errors
    /// When there is none, or the store fails.
    pub async fn registration(&self, id: &str) -> Result<Registration, RegistrationError> {
        let found = self.store.lookup_registration(id).await?;
        found.ok_or(RegistrationError::Unknown)
    }

    /// The one whose link this is, as long as the link is good.
    ///
    /// # Errors
    /// [`RegistrationError::Ended`], or when the store fails.
    pub async fn registration_of_link(
        &self,
        link: &str,
    ) -> Result<Registration, RegistrationError> {
        let found = self
            .held(Kind::RegistrationLink, Handle::Link, link)
            .await?;
        let is_good = |r: &Registration| r.stage == Stage::Open && self.clock.now() < r.expires;
        found.filter(is_good).ok_or(RegistrationError::Ended)
    }

    /// The one whose form was sent by who holds this.
    ///
    /// # Errors
    /// [`RegistrationError::Unknown`], or when the store fails.
    pub async fn registration_of_status(
        &self,
        status: &str,
    ) -> Result<Registration, RegistrationError> {
        let found = self.held(Kind::RegistrationStatus, Handle::Status, status);
        found.await?.ok_or(RegistrationError::Unknown)
    }

    async fn held(
        &self,
        kind: Kind,
        handle: fn(Hashed) -> Handle,
        plain: &str,
    ) -> Result<Option<Registration>, StoreError> {
        if !is_of_kind(kind, plain) {
            return Ok(None);
        }
        self.store.find_registration(handle(hash(plain))).await
    }

    /// Sends the form behind a link, which ends with it. What is returned shows the one who sent it
    /// what became of it.
    ///
    /// # Errors
    /// What is wrong with the request, [`RegistrationError::Ended`], or when the store fails.
    pub async fn submit_registration(
        &self,
        link: &str,
        asked: AppRequest,
    ) -> Result<Secret<String>, RegistrationError> {
        let before = self.registration_of_link(link).await?;
        let request = self.judged(asked)?;
        let to = Registration {
            request: Some(request),
            stage: Stage::Submitted,
            ..before
        };
        let status = generate(Kind::RegistrationStatus, self.rng.as_ref());
        let along = Along::Status(hash(status.expose()));
        match self.advance(Stage::Open, to, along).await {
            Ok(()) => Ok(status),
            Err(RegistrationError::Moved) => Err(RegistrationError::Ended),
            Err(error) => Err(error),
        }
    }

    /// A request whose app could be registered as it is.
    fn judged(&self, asked: AppRequest) -> Result<Request, RegistrationError> {
        let organization = asked
            .app
            .details
            .organization
            .as_deref()
            .unwrap_or_default();
        let organization =
            printed(organization, TEXT_CHARS_MAX).ok_or(RegistrationError::Organization)?;
        let contact = printed(&asked.contact, TEXT_CHARS_MAX).ok_or(RegistrationError::Contact)?;
        let email = printed(&asked.email, TEXT_CHARS_MAX).filter(|email| is_address(email));
        let email = email.ok_or(RegistrationError::Email)?;
        let scopes = self.check(&asked.app)?;
        let names = asked.app.grant_types.iter().map(|g| g.as_str().to_owned());
        Ok(Request {
            at: self.clock.now(),
            contact,
            email: email.clone(),
            purpose: prose(&asked.purpose).ok_or(RegistrationError::Purpose)?,
            scopes: scopes.to_string(),
            grant_types: names.collect(),
            name: asked.app.name,
            details: AppDetails {
                organization: Some(organization),
                contact: Some(email),
                ..asked.app.details
            },
        })
    }

    /// Registers the app that was asked for, with the scopes that the practice gives.
    ///
    /// # Errors
    /// When the scopes are not usable, it is not waiting for a decision, or the store fails.
    pub async fn approve_registration(
        &self,
        id: &str,
        by: &str,
        scopes: &str,
    ) -> Result<App, RegistrationError> {
        let before = self.registration(id).await?;
        let Some(request) = before.request.clone() else {
            return Err(RegistrationError::Moved);
        };
        let scopes = self.check(&described(&request, scopes))?;
        let app = App {
            client_id: self.generate_client_id(),
            name: request.name,
            // Until its developer asks for one, a secret that nobody has seen.
            secret: needs_secret(&request.details)
                .then(|| hash(generate(Kind::ClientSecret, self.rng.as_ref()).expose())),
            scopes: scopes.to_string(),
            grant_types: request.grant_types,
            patient_tokens: false,
            registered: self.clock.now(),
            enabled: true,
            details: request.details,
        };
        let to = Registration {
            stage: Stage::Approved,
            client_id: Some(app.client_id.clone()),
            decision: Some(self.decision(by, String::new())),
            ..before
        };
        let along = Along::App(Box::new(app.clone()));
        self.advance(Stage::Submitted, to, along).await?;
        Ok(app)
    }

    /// Says no, and why.
    ///
    /// # Errors
    /// [`RegistrationError::Reason`], when it is not waiting for a decision, or the store fails.
    pub async fn deny_registration(
        &self,
        id: &str,
        by: &str,
        reason: &str,
    ) -> Result<(), RegistrationError> {
        let reason = prose(reason).ok_or(RegistrationError::Reason)?;
        let to = Registration {
            stage: Stage::Denied,
            decision: Some(self.decision(by, reason)),
            ..self.registration(id).await?
        };
        self.advance(Stage::Submitted, to, Along::Nothing).await
    }

    /// Takes a link back that nobody has used yet.
    ///
    /// # Errors
    /// When it was used, or the store fails.
    pub async fn withdraw_registration(&self, id: &str, by: &str) -> Result<(), RegistrationError> {
        let to = Registration {
            stage: Stage::Withdrawn,
            decision: Some(self.decision(by, String::new())),
            ..self.registration(id).await?
        };
        self.advance(Stage::Open, to, Along::Nothing).await
    }

    /// Gives the developer the app's secret, this once; the app and its `client_id` are in `App`.
    ///
    /// # Errors
    /// When it was given before, the app has none or is gone, or the store fails.
    pub async fn collect_secret(
        &self,
        status: &str,
    ) -> Result<(App, Secret<String>), RegistrationError> {
        let before = self.registration_of_status(status).await?;
        let client_id = before.client_id.clone();
        let app = self
            .find_app(&client_id.ok_or(RegistrationError::Moved)?)
            .await?;
        let secret = generate(Kind::ClientSecret, self.rng.as_ref());
        let to = Registration {
            stage: Stage::Collected,
            ..before
        };
        let along = Along::Secret(hash(secret.expose()));
        self.advance(Stage::Approved, to, along).await?;
        Ok((app, secret))
    }

    fn decision(&self, by: &str, reason: String) -> Decision {
        Decision {
            by: by.to_owned(),
            at: self.clock.now(),
            reason,
        }
    }

    async fn advance(
        &self,
        from: Stage,
        to: Registration,
        along: Along,
    ) -> Result<(), RegistrationError> {
        let advanced = self.store.advance_registration(from, to, along);
        let advanced = deciding(advanced).await;
        // It may have given the app another secret.
        self.tokens.forget_all();
        if advanced? {
            Ok(())
        } else {
            Err(RegistrationError::Moved)
        }
    }
}

/// The app of a request, with these scopes.
fn described(request: &Request, scopes: &str) -> NewApp {
    let grants = request.grant_types.iter();
    NewApp {
        name: request.name.clone(),
        scopes: scopes.split_whitespace().collect::<Vec<_>>().join(" "),
        grant_types: grants.filter_map(|name| GrantType::parse(name)).collect(),
        patient_tokens: false,
        details: request.details.clone(),
    }
}

/// One line that can be shown, without spaces around it.
fn printed(text: &str, max: usize) -> Option<String> {
    let text = text.trim();
    let is_fine = !text.is_empty() && text.chars().count() <= max;
    (is_fine && !text.chars().any(char::is_control)).then(|| text.to_owned())
}

/// Several lines.
fn prose(text: &str) -> Option<String> {
    let text = text.trim().replace("\r\n", "\n");
    let is_fine = !text.is_empty() && text.chars().count() <= PROSE_CHARS_MAX;
    let is_shown = |c: char| c == '\n' || !c.is_control();
    (is_fine && text.chars().all(is_shown)).then_some(text)
}

/// Whether mail could be sent there; that it arrives is for the practice to find out.
fn is_address(email: &str) -> bool {
    email.rsplit_once('@').is_some_and(|(name, domain)| {
        let is_plain = |part: &str| !part.is_empty() && !part.contains(char::is_whitespace);
        is_plain(name) && is_plain(domain) && !name.contains('@')
    })
}
