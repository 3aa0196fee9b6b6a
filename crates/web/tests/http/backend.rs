//! Apps that act for themselves, at whichever base.

use axum::body::Body;
use cresset_auth::{AuthServer, GrantType, NewApp};
use cresset_store::grant::AppDetails;
use http::Request;

use super::practice::{Answer, Practice};

/// An app and its secret.
pub(crate) struct Backend {
    pub(crate) client_id: String,
    pub(crate) secret: String,
}

/// Registers one that may do everything.
pub(crate) async fn backend(auth: &AuthServer) -> Backend {
    let new = NewApp {
        name: "Reports".to_owned(),
        scopes: "system/*.cruds".to_owned(),
        grant_types: vec![GrantType::ClientCredentials],
        patient_tokens: false,
        details: AppDetails::default(),
    };
    let registered = auth.register_app(new).await.unwrap();
    Backend {
        client_id: registered.app.client_id,
        secret: registered.secret.unwrap().expose().clone(),
    }
}

impl Backend {
    /// What it sends for a token.
    pub(crate) fn form(&self) -> String {
        format!(
            "grant_type=client_credentials&client_id={}&client_secret={}",
            self.client_id, self.secret
        )
    }

    /// A token that the server at this name gives it.
    pub(crate) async fn token_at(&self, practice: &Practice, at: &str) -> String {
        let answer = practice
            .form(&format!("/{at}/auth/token/"), &self.form())
            .await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()["access_token"].as_str().unwrap().to_owned()
    }
}

impl Practice {
    /// A request with a token, and a body or none.
    pub(crate) async fn bearing(&self, token: &str, line: &str, body: &str) -> Answer {
        let (method, path) = line.split_once(' ').unwrap();
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("content-type", "application/fhir+json")
            .header("authorization", format!("Bearer {token}"));
        self.send(request.body(Body::from(body.to_owned())).unwrap())
            .await
    }
}
