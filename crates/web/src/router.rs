//! The map of everything this server answers.

use axum::Router;
use axum::routing::{get, post};

use crate::app::App;
use crate::{fhir, oauth, pages};

/// Every route. Who may call it stands beside it; everything else under a FHIR base needs a token.
pub fn router(app: App) -> Router {
    Router::new()
        // Anybody.
        .route("/", get(pages::home))
        .route("/health", get(pages::health))
        .route("/.well-known/oauth-authorization-server/{instance}/auth", get(oauth::server_metadata))
        .route("/docs", get(pages::docs_index))
        .route("/docs/{type}", get(pages::docs_of_type))
        .route("/assets/{*file}", get(pages::asset))
        .route("/{instance}", get(pages::to_dashboard))
        .route("/{instance}/", get(pages::dashboard))
        .nest("/{instance}/fhir", fhir_routes())
        .nest("/{instance}/auth", auth_routes())
        .fallback(pages::lost)
        .method_not_allowed_fallback(pages::wrong_method)
        .with_state(app)
}

fn fhir_routes() -> Router<App> {
    Router::new()
        // Anybody.
        .route("/metadata", get(fhir::capabilities))
        .route("/.well-known/smart-configuration", get(oauth::smart_configuration))
        // A token.
        .route("/", post(fhir::transaction))
        .route("/{type}", get(fhir::search).post(fhir::create))
        .route("/{type}/_search", post(fhir::search_by_form))
        .route("/{type}/{id}", get(fhir::read).put(fhir::update).delete(fhir::delete))
        .route("/{type}/{id}/_history", get(fhir::history))
        .route("/{type}/{id}/_history/{version}", get(fhir::vread))
        .fallback(fhir::not_found)
        .method_not_allowed_fallback(fhir::wrong_method)
}

fn auth_routes() -> Router<App> {
    Router::new()
        // Anybody.
        .route("/.well-known/oauth-authorization-server", get(oauth::server_metadata))
        // An app that proves itself.
        .route("/token", post(oauth::token))
        .route("/token/", post(oauth::token))
        .route("/revoke", post(oauth::revoke))
        .route("/revoke/", post(oauth::revoke))
        .route("/revoke_token", post(oauth::revoke))
        .route("/revoke_token/", post(oauth::revoke))
        .route("/introspect", post(oauth::introspect))
        .route("/introspect/", post(oauth::introspect))
}
