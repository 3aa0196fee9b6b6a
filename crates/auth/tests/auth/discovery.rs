//! The discovery documents, and that they promise only what is kept.

use crate::instance::{instance, shown};
use cresset_access::Scope;
use cresset_auth::GrantType;

#[tokio::test]
async fn the_documents_are_these() {
    let demo = instance("demo", 1);
    insta::assert_snapshot!("smart_configuration", demo.server.smart_configuration());
    insta::assert_snapshot!(
        "oauth_authorization_server",
        demo.server.authorization_server_metadata()
    );
}

#[tokio::test]
async fn every_scope_and_grant_they_list_can_be_had() {
    let demo = instance("demo", 1);
    let document: serde_json::Value =
        serde_json::from_str(demo.server.authorization_server_metadata()).unwrap();
    let app = demo
        .app("system/*.cruds user/*.cruds user/Note.read user/Note.write")
        .await;
    for scope in document["scopes_supported"].as_array().unwrap() {
        let scope = scope.as_str().unwrap();
        let parsed: Scope = scope.parse().unwrap();
        if GrantType::ClientCredentials.gives(&parsed) {
            assert_eq!(demo.token(&app, scope).await.unwrap().scope, scope);
        } else {
            assert!(GrantType::AuthorizationCode.gives(&parsed), "{scope}");
        }
    }
    for grant in document["grant_types_supported"].as_array().unwrap() {
        let form = [("grant_type", grant.as_str().unwrap())];
        let error = demo.post(&[], &form).await.unwrap_err();
        assert_eq!(shown(&error), "401 invalid_client");
    }
}
