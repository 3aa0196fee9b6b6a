//! Several practices at one base: that of a front (decision record 0052).
//!
//! A practice behind a front answers there beside its own base, as a second [`AuthServer`] over the same
//! store: with the addresses and the keys of the front, and with a mark. What this second one makes, a
//! `client_id`, a token, a code, bears the mark; and it knows nothing that does not. So whose a request
//! at the front is follows from what it brings, and nothing is good at both bases.

use cresset_base::Secret;
use cresset_store::Error as StoreError;
use cresset_store::grant::App;

use crate::client_assertion;
use crate::client_authentication::basic_ids;
use crate::credential::{self, Kind, generate_marked, is_marked, token};
use crate::server::{AuthServer, AuthSettings};

pub use crate::credential::{mark_before, mark_of, new_mark};

/// The mark of the token in the `Authorization` headers of a request.
pub fn mark_presented<'h>(authorization: &[&'h [u8]]) -> Option<&'h str> {
    let [value] = authorization else { return None };
    let value = std::str::from_utf8(value).ok()?;
    let (_, token) = value.split_once(' ')?;
    mark_of(token)
}

/// The mark of the app that sends a form, or says to: nothing of it is proved.
pub fn mark_claimed(authorization: &[&[u8]], form: &[(String, String)]) -> Option<String> {
    let of_form = |name: &str| {
        let mut fields = form.iter().filter(move |(key, _)| key == name);
        fields.next().map(|(_, value)| value.clone())
    };
    let asserted = of_form("client_assertion");
    let ids = authorization.iter().flat_map(|header| basic_ids(header));
    let ids = ids.chain(asserted.and_then(|jwt| client_assertion::claimed_id(&jwt)));
    let ids: Vec<String> = ids.chain(of_form("client_id")).collect();
    let marks = ids.iter().filter_map(|id| mark_of(id));
    let mark = marks.chain(mark_presented(authorization)).next();
    mark.map(str::to_owned)
}

impl AuthServer {
    /// The same server at the base of a front; what is remembered and counted is one for both.
    #[must_use]
    pub fn behind(&self, front: &Self, mark: &str) -> Self {
        let settings = AuthSettings {
            issuer: front.settings.issuer.clone(),
            fhir_base: front.settings.fhir_base.clone(),
            // Whose app it would become, nobody could say.
            client_registration: None,
            mark: Some(mark.to_owned()),
            ..self.settings.clone()
        };
        Self {
            keys: front.store.clone(),
            signing: front.signing.clone(),
            // What they say holds of both, or the front does not serve it.
            documents: front.documents.clone(),
            settings,
            ..self.clone()
        }
    }

    fn mark(&self) -> Option<&str> {
        self.settings.mark.as_deref()
    }

    /// The app with this `client_id`, if it is one of this base.
    pub(crate) async fn app_here(&self, client_id: &str) -> Result<Option<App>, StoreError> {
        let elsewhere = self.store.endings();
        let known = elsewhere.and_then(|at| self.tokens.app(client_id, at));
        let app = match known {
            Some(app) => Some(app),
            None => self.read_app(client_id, elsewhere).await?,
        };
        Ok(app.filter(|app| mark_of(&app.client_id) == self.mark()))
    }

    async fn read_app(
        &self,
        client_id: &str,
        elsewhere: Option<u64>,
    ) -> Result<Option<App>, StoreError> {
        let ticket = self.tokens.ticket(elsewhere);
        let app = self.store.lookup_app(client_id).await?;
        if let Some(app) = &app {
            self.tokens.insert_app(app.clone(), ticket);
        }
        Ok(app)
    }

    /// A new value of this kind, good at this base alone.
    pub(crate) fn generate(&self, kind: Kind) -> Secret<String> {
        let rng = self.rng.as_ref();
        if kind.is_token() {
            token::generate(kind, (self.mark(), self.clock.now()), rng)
        } else {
            generate_marked(kind, self.mark(), rng)
        }
    }

    pub(crate) fn generate_client_id(&self) -> String {
        credential::generate_client_id(self.mark(), self.rng.as_ref())
    }

    /// Whether `text` has the shape of what [`AuthServer::generate`] makes.
    pub(crate) fn is_of_kind(&self, kind: Kind, text: &str) -> bool {
        is_marked(kind, self.mark(), text)
    }
}

#[cfg(test)]
mod tests {
    use super::mark_claimed;
    use base64::Engine;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

    fn check(authorization: &[&str], form: &[(&str, &str)], expect: Option<&str>) {
        let values: Vec<&[u8]> = authorization.iter().map(|value| value.as_bytes()).collect();
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let form: Vec<_> = form.iter().map(owned).collect();
        let mark = mark_claimed(&values, &form);
        assert_eq!(mark.as_deref(), expect, "{authorization:?} {form:?}");
    }

    /// In whatever way an app says who it is, it is asked of its own practice.
    #[test]
    fn the_mark_is_where_the_app_says_who_it_is() {
        let basic = |text: &str| format!("Basic {}", STANDARD.encode(text));
        let mark = "0123456789abcdef01234567";
        let id = format!("app_{mark}.abc");
        let claims = URL_SAFE_NO_PAD.encode(format!(r#"{{"iss":"x","sub":"{id}"}}"#));
        let jwt = format!("e30.{claims}.c2ln");
        check(&[&basic(&format!("{id}:secret"))], &[], Some(mark));
        let escaped = format!("app%5F{mark}%2Eabc:secret");
        check(&[&basic(&escaped)], &[], Some(mark));
        check(&[], &[("client_id", &id)], Some(mark));
        check(&[], &[("client_assertion", &jwt)], Some(mark));
        let bearer = format!("Bearer crt_{mark}.abc");
        check(&[&bearer], &[("token", "x")], Some(mark));
        for (authorization, client_id) in [
            (basic("app_abc:secret"), "app_abc"),
            (basic("no colon"), "sandbox"),
            ("Basic ?".to_owned(), "app_.abc"),
            ("Bearer".to_owned(), ""),
        ] {
            check(&[&authorization], &[("client_id", client_id)], None);
        }
        check(&[], &[("client_assertion", "e30.?.c2ln")], None);
    }

    /// Whatever else stands in its place was made by nobody here, and is looked up nowhere.
    #[test]
    fn what_does_not_look_like_a_mark_is_none() {
        let long = "a".repeat(100_000);
        for mark in [
            "",
            "1f",
            "0123456789abcdef0123456",
            "0123456789abcdef012345678",
            "0123456789ABCDEF01234567",
            "0123456789abcde\u{0}01234567",
            "0123456789abcdeg01234567",
            "éééééééééééé",
            &long,
        ] {
            check(&[], &[("client_id", &format!("app_{mark}.abc"))], None);
        }
        check(&[], &[("client_id", "app_0123456789abcdef01234567")], None);
        check(
            &[],
            &[("client_id", "apps0123456789abcdef01234567.a")],
            None,
        );
    }
}
