//! Browsers with cookies, in which people sign in.

use axum::body::Body;
use cresset_auth::password::PasswordPool;
use cresset_auth::user::NewUser;
use cresset_auth::{AuthServer, AuthSettings};
use cresset_base::{Limits, Secret};
use cresset_store::InstanceSettings;
use cresset_store::user::{Role, User};
use cresset_testkit::SeededRng;
use http::Request;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::practice::{Answer, HOST, Practice, outbound};

pub(crate) const PASSWORD: &str = "ships pass in the night";

/// Two authorization servers must not make the same ids.
static SEED: AtomicU64 = AtomicU64::new(1_000);

/// A browser: it keeps cookies and goes where it is sent.
pub(crate) struct Browser<'p> {
    practice: &'p Practice,
    pub(crate) cookies: Vec<(String, String)>,
}

impl Practice {
    /// An authorization server beside the one that answers, for what an operator does.
    pub(crate) fn auth(&self) -> AuthServer {
        self.auth_with(&InstanceSettings::new(cresset_base::Clock::now(
            &self.clock,
        )))
    }

    /// The one that answers requests: what it is told it acts on at once.
    pub(crate) async fn serving_auth(&self) -> AuthServer {
        let instance = self.app.instances().open("demo").await.unwrap();
        instance.auth.clone()
    }

    /// The same as [`Practice::auth`] for an instance with settings of its own.
    pub(crate) fn auth_with(&self, settings: &InstanceSettings) -> AuthServer {
        let settings = AuthSettings::new(
            &format!("{HOST}/demo"),
            settings,
            PasswordPool::new(1, 0),
            outbound(),
            Limits::default(),
        );
        let clock = Arc::new(self.clock.clone());
        let rng = Arc::new(SeededRng::new(SEED.fetch_add(1, Ordering::Relaxed)));
        AuthServer::new(self.store.clone(), clock, rng, settings)
    }

    /// The same for a practice of this name.
    pub(crate) async fn auth_of(&self, name: &str) -> AuthServer {
        let platform = self.app.platform();
        let store = platform.instances.open(&name.parse().unwrap()).await;
        let settings = AuthSettings::new(
            &format!("{HOST}/{name}"),
            &InstanceSettings::new(cresset_base::Clock::now(&self.clock)),
            PasswordPool::new(1, 0),
            outbound(),
            Limits::default(),
        );
        let (clock, rng) = (platform.clock.clone(), platform.rng.clone());
        AuthServer::new(store.unwrap().unwrap(), clock, rng, settings)
    }

    /// Adds a person with [`PASSWORD`]; a patient or proxy of the patient with this id.
    pub(crate) async fn person(&self, role: Role, login: &str, id: &str) -> User {
        let (fhir_user, patients) = match role {
            Role::Patient => (Some(format!("Patient/{id}")), Vec::new()),
            Role::Proxy => (None, id.split(' ').map(str::to_owned).collect()),
            _ => (Some(format!("Practitioner/{id}")), Vec::new()),
        };
        let new = NewUser {
            login: login.to_owned(),
            name: format!("Person {login}"),
            role,
            email: None,
            fhir_user,
            patients,
        };
        let password = Secret::new(PASSWORD.to_owned());
        self.auth().add_user(new, Some(password)).await.unwrap()
    }

    pub(crate) fn browser(&self) -> Browser<'_> {
        Browser {
            practice: self,
            cookies: Vec::new(),
        }
    }

    /// A browser in which this person is signed in.
    pub(crate) async fn browser_of(&self, login: &str) -> Browser<'_> {
        let mut browser = self.browser();
        let answer = browser.sign_in(login, PASSWORD).await;
        assert_eq!(answer.status, 303, "{answer:?}");
        browser
    }
}

impl Browser<'_> {
    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.send(Request::get(path), String::new()).await
    }

    /// Sends a form as the page at this address would.
    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let request = Request::post(path)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin");
        self.send(request, encoded(fields)).await
    }

    pub(crate) async fn send(&mut self, request: http::request::Builder, body: String) -> Answer {
        self.send_bytes(request, body.into_bytes()).await
    }

    pub(crate) async fn send_bytes(
        &mut self,
        mut request: http::request::Builder,
        body: Vec<u8>,
    ) -> Answer {
        if !self.cookies.is_empty() {
            let cookies = self
                .cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"));
            request = request.header("cookie", cookies.collect::<Vec<_>>().join("; "));
        }
        let request = request.header("accept", "text/html");
        let answer = self
            .practice
            .send(request.body(Body::from(body)).unwrap())
            .await;
        for cookie in answer.headers.get_all("set-cookie") {
            let (pair, rest) = cookie.to_str().unwrap().split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.retain(|(known, _)| known != name);
            if !rest.contains("Max-Age=0") {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        answer
    }

    /// The sign-in page, filled in and sent.
    pub(crate) async fn sign_in(&mut self, login: &str, password: &str) -> Answer {
        self.sign_in_at("/demo/sign-in", login, password).await
    }

    pub(crate) async fn sign_in_at(&mut self, path: &str, login: &str, password: &str) -> Answer {
        let page = self.get(path).await;
        let (token, to) = (page.field("form_token"), page.field("to"));
        let fields = [
            ("form_token", token.as_str()),
            ("to", &to),
            ("login", login),
            ("password", password),
        ];
        self.post("/demo/sign-in", &fields).await
    }
}

impl Answer {
    pub(crate) fn html(&self) -> String {
        String::from_utf8(self.body.to_vec()).unwrap()
    }

    /// The value of the first hidden field of this name.
    pub(crate) fn field(&self, name: &str) -> String {
        let html = self.html();
        let begin = format!("name=\"{name}\" value=\"");
        let from = html
            .find(&begin)
            .unwrap_or_else(|| panic!("no {name} in {html}"));
        let rest = &html[from + begin.len()..];
        rest[..rest.find('"').unwrap()]
            .replace("&#38;", "&")
            .replace("&amp;", "&")
    }

    /// Where a redirection leads.
    pub(crate) fn location(&self) -> &str {
        assert_eq!(self.status, 303, "{self:?}");
        self.header("location")
    }
}

pub(crate) fn encoded(fields: &[(&str, &str)]) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(fields);
    form.finish()
}
