//! An HTTP client that distrusts every answer.

use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap};
use reqwest::{Method, RequestBuilder};
use serde_json::Value;

use crate::server::App;

/// The media type of a resource.
pub(crate) const FHIR_JSON: &str = "application/fhir+json";

/// One caller at one instance.
#[derive(Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    /// `http://localhost:<port>/<instance>`
    pub(crate) instance: String,
    /// The bearer token, if the caller has one.
    pub(crate) token: Option<String>,
    /// Whose canaries this caller may see.
    owner: String,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Client {
    /// A caller without a token.
    pub(crate) fn nobody(instance: String, owner: &str) -> Self {
        Self {
            http: reqwest::Client::new(),
            instance,
            token: None,
            owner: owner.to_owned(),
        }
    }

    /// The same caller with this token.
    pub(crate) fn bearing(&self, token: &str) -> Self {
        Self {
            token: Some(token.to_owned()),
            ..self.clone()
        }
    }

    /// The same caller with a fresh token of an app.
    pub(crate) async fn authorized(&self, app: &App, scopes: &str) -> Self {
        let form = [("grant_type", "client_credentials"), ("scope", scopes)];
        let asked = self
            .plain(Method::POST, "/auth/token/")
            .basic_auth(&app.client_id, Some(&app.client_secret));
        let answer = self.send(asked.form(&form)).await.expect_status(200);
        self.bearing(answer.json()["access_token"].as_str().expect("a token"))
    }

    /// Whether the server says that it is well.
    pub(crate) async fn is_well(&self) -> bool {
        let asked = self.http.get(self.health()).send().await;
        asked.is_ok_and(|answer| answer.status().is_success())
    }

    /// What the server says of its health.
    pub(crate) async fn told(&self) -> String {
        let asked = self.http.get(self.health()).send().await;
        asked.expect("an answer").text().await.expect("a text")
    }

    fn health(&self) -> String {
        let address = self.instance.rsplit_once('/').expect("an instance's URL").0;
        format!("{address}/health")
    }

    /// A request to an address below the FHIR base.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self
            .plain(method, &format!("/fhir/{path}"))
            .header(ACCEPT, FHIR_JSON);
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// A request to an address below the instance, without token or headers.
    pub(crate) fn plain(&self, method: Method, path: &str) -> RequestBuilder {
        self.http
            .request(method, format!("{}{path}", self.instance))
    }

    /// Sends and looks at what comes back.
    pub(crate) async fn send(&self, request: RequestBuilder) -> Answer {
        let answer = self.try_send(request).await;
        answer.expect("the server answers")
    }

    /// Sends to a server that may be gone.
    pub(crate) async fn try_send(&self, request: RequestBuilder) -> Option<Answer> {
        let response = request.send().await.ok()?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let answer = Answer {
            status,
            headers,
            text: response.text().await.ok()?,
        };
        answer.assert_correlated();
        let foreign = cresset_testkit::foreign_canaries(&self.owner, &answer.text);
        assert!(
            foreign.is_empty(),
            "{} sees {foreign:?} in {}",
            self.owner,
            answer.text
        );
        Some(answer)
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path)).await
    }

    /// Creates a resource under its type.
    pub(crate) async fn post(&self, resource_type: &str, body: impl Into<String>) -> Answer {
        self.send(
            self.request(Method::POST, resource_type)
                .header(CONTENT_TYPE, FHIR_JSON)
                .body(body.into()),
        )
        .await
    }

    /// Writes a resource under its id.
    pub(crate) async fn put(&self, path: &str, body: impl Into<String>) -> Answer {
        self.send(
            self.request(Method::PUT, path)
                .header(CONTENT_TYPE, FHIR_JSON)
                .body(body.into()),
        )
        .await
    }

    /// How many resources of a type there are for this caller.
    pub(crate) async fn count(&self, resource_type: &str) -> u64 {
        let answer = self.get(&format!("{resource_type}?_summary=count")).await;
        answer.expect_status(200).json()["total"]
            .as_u64()
            .expect("a total")
    }
}

impl Answer {
    /// `fumage-correlation-id` is ours alone; `X-Request-Id` is the caller's where it sent a sane one.
    fn assert_correlated(&self) {
        for name in ["fumage-correlation-id", "x-request-id"] {
            assert!(
                !self.header(name).is_empty(),
                "no {name} on {} {:?}",
                self.status,
                self.headers
            );
        }
    }

    /// The same answer, if it has this status.
    pub(crate) fn expect_status(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// A header's text, empty when it is not there.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// The id of the resource in the body.
    pub(crate) fn id(&self) -> String {
        self.json()["id"].as_str().expect("an id").to_owned()
    }

    /// What the issues of an `OperationOutcome` say, one after the other.
    pub(crate) fn issues(&self) -> String {
        let outcome = self.json();
        assert_eq!(outcome["resourceType"], "OperationOutcome", "{}", self.text);
        let issues = outcome["issue"].as_array().expect("issues");
        assert!(!issues.is_empty(), "{}", self.text);
        let text = |issue: &Value| {
            assert!(
                issue["severity"].is_string() && issue["code"].is_string(),
                "{issue}"
            );
            format!(
                "{} {}",
                issue["details"]["text"].as_str().unwrap_or_default(),
                issue["expression"]
            )
        };
        issues.iter().map(text).collect::<Vec<_>>().join("\n")
    }

    /// The logical ids of a search answer's entries, in order.
    pub(crate) fn entry_ids(&self) -> Vec<String> {
        let bundle = self.json();
        let entries = bundle["entry"].as_array().cloned().unwrap_or_default();
        entries
            .iter()
            .map(|entry| entry["resource"]["id"].as_str().expect("an id").to_owned())
            .collect()
    }

    /// The address of a page link.
    pub(crate) fn link(&self, relation: &str) -> Option<String> {
        let bundle = self.json();
        let links = bundle["link"].as_array().cloned().unwrap_or_default();
        let found = links.iter().find(|link| link["relation"] == relation);
        found.map(|link| link["url"].as_str().expect("an address").to_owned())
    }
}
