//! An app that people use, from the authorization request to its tokens.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cresset_auth::{GrantType, NewApp};
use cresset_store::grant::{AppDetails, ClientType};
use serde_json::Value;

use super::people::{Browser, encoded};
use super::practice::{Answer, HOST, Practice};

pub(crate) const CALLBACK: &str = "https://app.example/cb";
pub(crate) const VERIFIER: &str = "a-verifier-of-more-than-forty-three-characters";
pub(crate) const SCOPES: &str = "launch/patient openid fhirUser offline_access patient/Patient.rs \
                                 patient/Condition.rs patient/Observation.rs";

/// An app registered at `demo`.
pub(crate) struct TestApp {
    /// Whose addresses it asks at: `demo`, or the front before it.
    pub(crate) at: &'static str,
    pub(crate) client_id: String,
    pub(crate) secret: Option<String>,
}

/// The challenge of [`VERIFIER`].
pub(crate) fn challenge() -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, VERIFIER.as_bytes());
    URL_SAFE_NO_PAD.encode(digest)
}

/// What an app is registered with that has one address.
pub(crate) fn details(client_type: ClientType) -> AppDetails {
    AppDetails {
        client_type,
        redirect_uris: vec![CALLBACK.to_owned()],
        organization: Some("Sunrise Health".to_owned()),
        ..AppDetails::default()
    }
}

impl Practice {
    /// Registers an app that people use.
    pub(crate) async fn people_app(&self, scopes: &str, details: AppDetails) -> TestApp {
        let new = NewApp {
            name: "Sunrise".to_owned(),
            scopes: scopes.to_owned(),
            grant_types: vec![GrantType::AuthorizationCode, GrantType::RefreshToken],
            patient_tokens: false,
            details,
        };
        let registered = self.auth().register_app(new).await.unwrap();
        TestApp {
            at: "demo",
            client_id: registered.app.client_id,
            secret: registered.secret.map(|secret| secret.expose().clone()),
        }
    }
}

impl TestApp {
    /// The authorization request with these parameters added or, where empty, left out.
    pub(crate) fn request(&self, changed: &[(&str, &str)]) -> String {
        let challenge = challenge();
        let aud = format!("{HOST}/{}/fhir", self.at);
        let mut pairs = vec![
            ("response_type", "code"),
            ("client_id", &self.client_id),
            ("redirect_uri", CALLBACK),
            ("scope", SCOPES),
            ("state", "a state"),
            ("aud", &aud),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        for (name, value) in changed {
            pairs.retain(|(known, _)| known != name);
            if !value.is_empty() {
                pairs.push((name, value));
            }
        }
        encoded(&pairs)
    }

    pub(crate) fn address(&self, changed: &[(&str, &str)]) -> String {
        format!("/{}/auth/authorize/?{}", self.at, self.request(changed))
    }

    /// A form to the token endpoint as this app.
    pub(crate) async fn token(&self, practice: &Practice, pairs: &[(&str, &str)]) -> Answer {
        let mut form = vec![("client_id", self.client_id.as_str())];
        form.extend(
            self.secret
                .as_deref()
                .map(|secret| ("client_secret", secret)),
        );
        form.extend(pairs);
        let address = format!("/{}/auth/token/", self.at);
        practice.form(&address, &encoded(&form)).await
    }

    pub(crate) async fn redeem(&self, practice: &Practice, code: &str) -> Answer {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ];
        self.token(practice, &form).await
    }

    pub(crate) async fn refresh(&self, practice: &Practice, token: &str) -> Answer {
        let form = [("grant_type", "refresh_token"), ("refresh_token", token)];
        self.token(practice, &form).await
    }

    /// The whole way with everything allowed, in a browser in which somebody is signed in.
    pub(crate) async fn tokens(&self, practice: &Practice, browser: &mut Browser<'_>) -> Value {
        let code = browser.allow(&self.address(&[]), Keep::All).await.code();
        let answer = self.redeem(practice, &code).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    }
}

/// What a person keeps on the consent page.
pub(crate) enum Keep<'k> {
    All,
    Only(&'k [&'k str]),
}

impl Browser<'_> {
    /// Follows an authorization request to the consent page.
    pub(crate) async fn consent_page(&mut self, address: &str) -> (String, Answer) {
        let sent = self.get(address).await;
        let path = sent.location().to_owned();
        assert!(path.starts_with("/demo/consent/crh_"), "{path}");
        let page = self.get(&path).await;
        (path, page)
    }

    /// Goes to the consent page and allows.
    pub(crate) async fn allow(&mut self, address: &str, keep: Keep<'_>) -> Sent {
        let (path, page) = self.consent_page(address).await;
        assert_eq!(page.status, 200, "{page:?}");
        let token = page.field("form_token");
        let ticked = page.ticked();
        let kept = match keep {
            Keep::All => ticked.iter().map(String::as_str).collect(),
            Keep::Only(kept) => kept.to_vec(),
        };
        let patient = page.patient();
        let mut fields = vec![("form_token", token.as_str()), ("decision", "allow")];
        fields.extend(patient.as_deref().map(|patient| ("patient", patient)));
        fields.extend(kept.into_iter().map(|key| ("keep", key)));
        let at = address.split('/').nth(1).unwrap();
        Sent::by(at, &self.post(&path, &fields).await)
    }
}

impl Answer {
    /// The patient that a consent form is about.
    pub(crate) fn patient(&self) -> Option<String> {
        let is_about = self.html().contains("name=\"patient\"");
        is_about.then(|| self.field("patient"))
    }

    /// The values of check boxes that are ticked.
    pub(crate) fn ticked(&self) -> Vec<String> {
        let html = self.html();
        let boxes = html.split("<input type=\"checkbox\"").skip(1);
        let boxes = boxes.filter_map(|rest| rest.split('>').next());
        boxes
            .filter(|tag| tag.contains(" checked"))
            .map(|tag| {
                let value = tag.split("value=\"").nth(1).unwrap();
                value.split('"').next().unwrap().to_owned()
            })
            .collect()
    }
}

/// What an app is sent through the browser.
#[derive(Debug)]
pub(crate) struct Sent(pub(crate) Vec<(String, String)>);

impl Sent {
    pub(crate) fn of(answer: &Answer) -> Self {
        Self::by("demo", answer)
    }

    /// By the authorization server at the addresses of this instance.
    pub(crate) fn by(at: &str, answer: &Answer) -> Self {
        let location = answer.location();
        let (address, query) = location.split_once('?').unwrap();
        assert_eq!(address, CALLBACK);
        let pairs = form_urlencoded::parse(query.as_bytes());
        let sent = Self(pairs.into_owned().collect());
        assert_eq!(sent.get("iss"), format!("{HOST}/{at}/auth"), "{sent:?}");
        assert_eq!(sent.get("state"), "a state", "{sent:?}");
        sent
    }

    pub(crate) fn get(&self, name: &str) -> &str {
        let mut found = self.0.iter().filter(|(key, _)| key == name);
        found.next().map_or("", |(_, value)| value)
    }

    pub(crate) fn code(&self) -> String {
        assert_eq!(self.get("error"), "", "{self:?}");
        assert!(self.get("code").starts_with("crc_"), "{self:?}");
        self.get("code").to_owned()
    }
}
