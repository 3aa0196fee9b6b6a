//! The tokens of one consent: issued together, ended together.

use cresset_access::{NamedScope, Scope, ScopeSet};
use cresset_base::{Secret, Timestamp};
use cresset_store::Error as StoreError;
use cresset_store::consent::{Consent, RefreshToken};
use cresset_store::grant::{App, ClientType, Hashed, Token};
use cresset_store::note::{self, deciding};

use super::{ContextReference, LaunchContext, TokenResponse, end_of_life};
use crate::authorize::later;
use crate::credential::{Kind, token};
use crate::error::{AuthError, ErrorCode, Refusal};
use crate::grant::GrantType;
use crate::server::AuthServer;

const DAY_S: i64 = 24 * 60 * 60;

/// What tokens of a consent are to be.
pub(super) struct Issued<'a> {
    pub(super) app: &'a App,
    /// Of the access token, space-separated.
    pub(super) scopes: String,
    pub(super) nonce: Option<String>,
    pub(super) successor: Successor,
    /// The key whose holder alone may use the access token.
    pub(super) key: Option<Hashed>,
}

/// What the tokens come after.
pub(super) enum Successor {
    /// A code.
    OfCode,
    /// A refresh token, which is used up with this.
    Of(RefreshToken),
}

impl AuthServer {
    /// Issues an access token of a consent and what goes with it; durable when it returns.
    pub(super) async fn issue_of(
        &self,
        consent: Consent,
        issued: Issued<'_>,
    ) -> Result<TokenResponse, AuthError> {
        let now = self.clock.now();
        note::is_by(&consent.user);
        if let Some(patient) = &consent.context.patient {
            note::is_of(patient);
        }
        let access_token = self.generate(Kind::AccessToken);
        let lifetime_s = self.settings.token_lifetime_s;
        let token = Token {
            hash: token::key(access_token.expose()),
            client_id: consent.client_id.clone(),
            scopes: issued.scopes.clone(),
            patient: consent.context.patient.clone(),
            consent: Some(consent.id.clone()),
            issued: now,
            expires: end_of_life(now, lifetime_s),
            key: issued.key,
        };
        let id_token = self
            .id_token(&consent, &issued.scopes, issued.nonce.as_deref())
            .await?;
        let refresh_token = match issued.successor {
            Successor::OfCode => {
                let refresh = self.first_refresh(&consent, &issued, now);
                let (plain, stored) = refresh.unzip();
                deciding(self.store.add_tokens(token, stored)).await?;
                plain
            }
            Successor::Of(used) => {
                let (plain, stored) = self.next_refresh(issued.app, &used);
                let rotated = self.store.rotate_refresh_token(used.hash, token, stored);
                if !deciding(rotated).await? {
                    // Somebody was faster with the same token.
                    self.end_copied(&consent).await?;
                    let text = "the refresh token is unknown here, used, ended or of another app";
                    return Err(Refusal::new(ErrorCode::InvalidGrant, text).into());
                }
                Some(plain)
            }
        };
        Ok(TokenResponse {
            access_token,
            expires_in: lifetime_s,
            scope: issued.scopes,
            refresh_token,
            id_token,
            user: Some(consent.user.clone()),
            launch: self.launch_context(consent),
            key: issued.key,
        })
    }

    /// The refresh token that a code gives, where the person allowed one.
    fn first_refresh(
        &self,
        consent: &Consent,
        issued: &Issued<'_>,
        now: Timestamp,
    ) -> Option<(Secret<String>, RefreshToken)> {
        let refreshes = GrantType::RefreshToken.as_str();
        if !issued.app.grant_types.iter().any(|g| g == refreshes) {
            return None;
        }
        let scopes = ScopeSet::parse(&consent.scopes, &self.settings.limits).ok()?;
        let has = |named| scopes.contains(&Scope::Named(named));
        let expires = if has(NamedScope::OfflineAccess) {
            self.end_of_refresh(issued.app, now)
        } else if has(NamedScope::OnlineAccess) {
            // As long as the person can be signed in.
            Some(later(
                consent.authenticated,
                i64::from(self.settings.session_s),
            ))
        } else {
            return None;
        };
        // RFC 9449 §5: an app that keeps a secret proves itself and may change its key.
        let is_public = issued.app.details.client_type == ClientType::Public;
        Some(self.refresh(RefreshToken {
            hash: Hashed([0; 32]),
            consent: consent.id.clone(),
            scopes: consent.scopes.clone(),
            issued: now,
            expires,
            used: None,
            key: issued.key.filter(|_| is_public),
        }))
    }

    /// The refresh token after another: of the same scopes, and valid anew.
    fn next_refresh(&self, app: &App, used: &RefreshToken) -> (Secret<String>, RefreshToken) {
        let now = self.clock.now();
        let offline = used
            .scopes
            .split(' ')
            .any(|scope| scope == NamedScope::OfflineAccess.as_str());
        let expires = if offline {
            self.end_of_refresh(app, now)
        } else {
            used.expires
        };
        self.refresh(RefreshToken {
            issued: now,
            expires,
            ..used.clone()
        })
    }

    /// A fresh token like this one.
    fn refresh(&self, like: RefreshToken) -> (Secret<String>, RefreshToken) {
        let plain = self.generate(Kind::RefreshToken);
        let hash = token::key(plain.expose());
        (plain, RefreshToken { hash, ..like })
    }

    fn end_of_refresh(&self, app: &App, now: Timestamp) -> Option<Timestamp> {
        match self.refresh_days(app) {
            0 => None,
            days => Some(later(now, i64::from(days) * DAY_S)),
        }
    }

    /// The consent with this id, unless it was ended or the person who gave it is shut out. When it was used
    /// last may be told wrong.
    pub(crate) async fn live_consent(&self, id: &str) -> Result<Option<Consent>, StoreError> {
        let elsewhere = self.store.endings();
        if let Some(consent) = elsewhere.and_then(|at| self.tokens.consent(id, at)) {
            return Ok(Some(consent));
        }
        let ticket = self.tokens.ticket(elsewhere);
        let Some(consent) = self.store.lookup_consent(id).await? else {
            return Ok(None);
        };
        let live = self.if_live(consent).await?;
        if let Some(consent) = &live {
            self.tokens.insert_consent(consent.clone(), ticket);
        }
        Ok(live)
    }

    /// A consent as it was found, unless it had ended or the person who gave it is shut out.
    pub(super) async fn if_live(&self, consent: Consent) -> Result<Option<Consent>, StoreError> {
        if consent.revoked.is_some() {
            return Ok(None);
        }
        let user = self.store.lookup_user(&consent.user).await?;
        Ok(user.filter(|user| user.enabled).map(|_| consent))
    }

    /// Ends a consent: its tokens have ended when this returns.
    pub(crate) async fn end_consent(&self, id: &str) -> Result<(), StoreError> {
        self.store.revoke_consent(id, self.clock.now()).await?;
        self.tokens.forget_all();
        Ok(())
    }

    /// Ends a consent of which a refresh token came twice (RFC 9700 §4.14.2): somebody holds a copy, and
    /// nobody can tell who. Its person is told.
    pub(super) async fn end_copied(&self, consent: &Consent) -> Result<(), StoreError> {
        self.end_consent(&consent.id).await?;
        let app = self.store.lookup_app(&consent.client_id).await?;
        if let (Some(app), Some(user)) = (app, self.store.lookup_user(&consent.user).await?) {
            let mail = self.sender().refresh_copied(&user, &app.name);
            self.tell_once(&format!("copied\n{}", consent.id), mail)
                .await;
            let mail = self.sender().refresh_copied_of(&app);
            self.tell_once(&format!("copied-of\n{}", app.client_id), mail)
                .await;
        }
        Ok(())
    }

    fn launch_context(&self, consent: Consent) -> Option<LaunchContext> {
        let context = consent.context;
        let patient = context.patient?;
        Some(LaunchContext {
            patient,
            encounter: context.encounter,
            need_patient_banner: context.need_patient_banner.unwrap_or(true),
            smart_style_url: self.smart_style_url(),
            fhir_context: context
                .fhir_context
                .into_iter()
                .map(|reference| ContextReference { reference })
                .collect(),
        })
    }
}
