//! The apps a person allowed, and how each is stopped.

use cresset_base::Timestamp;
use cresset_store::Error as StoreError;
use cresset_store::consent::Consent;
use cresset_store::grant::App;
use cresset_store::note::deciding;
use cresset_store::user::User;

use cresset_access::NamedScope;

use crate::authorize::later;
use crate::server::AuthServer;

/// One app with what a person allows it now.
#[derive(Debug, Clone)]
pub struct ConnectedApp {
    /// The app.
    pub app: App,
    /// What it may see now, newest first; never empty.
    pub consents: Vec<Consent>,
}

impl AuthServer {
    /// The apps that can still see something with a person's consent, the newest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn connected_apps(&self, user: &User) -> Result<Vec<ConnectedApp>, StoreError> {
        let now = self.clock.now();
        let mut connected: Vec<ConnectedApp> = Vec::new();
        for consent in self.store.list_consents(&user.id).await? {
            let known = connected
                .iter_mut()
                .find(|known| known.app.client_id == consent.client_id);
            if let Some(known) = known {
                if self.is_alive(&known.app, &consent, now) {
                    known.consents.push(consent);
                }
                continue;
            }
            let app = self.store.lookup_app(&consent.client_id).await?;
            if let Some(app) = app.filter(|app| self.is_alive(app, &consent, now)) {
                let consents = vec![consent];
                connected.push(ConnectedApp { app, consents });
            }
        }
        Ok(connected)
    }

    /// Ends everything a person allowed an app; its tokens have ended when this returns.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn disconnect(&self, user: &User, client_id: &str) -> Result<(), StoreError> {
        for consent in self.store.list_consents(&user.id).await? {
            if consent.client_id == client_id {
                let revoked = self.store.revoke_consent(&consent.id, self.clock.now());
                deciding(revoked).await?;
            }
        }
        self.tokens.forget_all();
        Ok(())
    }

    /// Whether a consent can still be used: it has a token that lives, or one that can be renewed.
    fn is_alive(&self, app: &App, consent: &Consent, now: Timestamp) -> bool {
        let last_used = consent.last_used.unwrap_or(consent.granted);
        let offline = NamedScope::OfflineAccess.as_str();
        let token_s = i64::from(self.settings.token_lifetime_s);
        if !consent.scopes.split(' ').any(|scope| scope == offline) {
            let online_s = i64::from(self.settings.session_s);
            return now < later(last_used, token_s.max(online_s));
        }
        match self.refresh_days(app) {
            0 => true,
            days => now < later(last_used, i64::from(days) * 24 * 60 * 60),
        }
    }
}
