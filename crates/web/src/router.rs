//! The map of everything this server answers.

use axum::Router;
use axum::routing::{get, post};

use crate::app::App;
use crate::{fhir, oauth, outside, pages};

/// Every route, grouped by who may call it. What is not here is answered by [`outside`].
pub fn router(app: App) -> Router {
    Router::new()
        .merge(pages_for_anybody())
        .merge(pages_for_people())
        .merge(pages_for_administrators())
        .merge(pages_about_apps())
        .merge(pages_for_developers())
        .merge(discovery())
        .merge(with_token())
        .merge(asynchronous())
        .merge(allergens())
        .merge(operations())
        .merge(of_records())
        .merge(authorization_endpoint())
        .merge(authorization_server())
        .fallback(outside::nothing_here)
        .method_not_allowed_fallback(outside::wrong_method)
        .with_state(app)
}

/// Pages: anybody.
fn pages_for_anybody() -> Router<App> {
    Router::new()
        .route("/", get(pages::home))
        .route("/docs", get(pages::docs_index))
        .route("/docs/{type}", get(pages::docs_of_type))
        .route("/assets/{file}", get(pages::asset))
        .route("/{instance}", get(pages::to_dashboard))
        .route("/{instance}/", get(pages::dashboard))
        .route("/{instance}/docs/api", get(pages::api))
        .route("/{instance}/docs/api/{type}", get(pages::api))
        .route("/{instance}/sandbox-token", post(pages::sandbox_token))
        .route("/{instance}/logos/{client_id}/{digest}", get(pages::logo))
}

/// Pages: people who sign in.
fn pages_for_people() -> Router<App> {
    Router::new()
        .route(
            "/{instance}/sign-in",
            get(pages::sign_in_form).post(pages::sign_in),
        )
        .route("/{instance}/sign-in/code", post(pages::sign_in_with_code))
        .route("/{instance}/sign-in/passkey", post(pages::ask_for_passkey))
        .route(
            "/{instance}/sign-in/passkey/answer",
            post(pages::sign_in_with_passkey),
        )
        .route("/{instance}/sign-out", post(pages::sign_out))
        .route(
            "/{instance}/forgot-password",
            get(pages::forgot_password_form).post(pages::forgot_password),
        )
        .route(
            "/{instance}/new-password/{link}",
            get(pages::new_password_form).post(pages::choose_password),
        )
        .route("/{instance}/account", get(pages::account))
        .route(
            "/{instance}/account/password",
            get(pages::password_form).post(pages::change_password),
        )
        .route(
            "/{instance}/account/sign-out-elsewhere",
            post(pages::sign_out_elsewhere),
        )
        .route("/{instance}/account/security", get(pages::security))
        .route(
            "/{instance}/account/security/set-up",
            get(pages::set_up_form).post(pages::turn_on),
        )
        .route(
            "/{instance}/account/security/turn-off",
            post(pages::turn_off),
        )
        .route(
            "/{instance}/account/security/passkeys",
            get(pages::passkey_form).post(pages::make_passkey),
        )
        .route(
            "/{instance}/account/security/passkeys/add",
            post(pages::add_passkey),
        )
        .route(
            "/{instance}/account/security/passkeys/remove",
            post(pages::remove_passkey),
        )
        .route("/{instance}/record-access", get(pages::record_access))
        .route("/{instance}/chart", get(pages::chart_search))
        .route("/{instance}/chart/{patient}", get(pages::chart))
        .route("/{instance}/chart/{patient}/launch", post(pages::launch))
        .route(
            "/{instance}/connected-apps",
            get(pages::connected_apps).post(pages::disconnect),
        )
        .route(
            "/{instance}/consent/{request}",
            get(pages::consent_form).post(pages::decide),
        )
        .route(
            "/{instance}/consent/{request}/patient",
            get(pages::patient_form).post(pages::choose_patient),
        )
}

/// Pages: administrators of the practice.
fn pages_for_administrators() -> Router<App> {
    Router::new()
        .route("/{instance}/people", get(pages::people))
        .route(
            "/{instance}/people/invite",
            get(pages::new_person).post(pages::add_person),
        )
        .route("/{instance}/people/{person}", get(pages::person))
        .route(
            "/{instance}/people/{person}/invite",
            post(pages::invite_person),
        )
        .route(
            "/{instance}/people/{person}/state",
            post(pages::switch_person),
        )
        .route(
            "/{instance}/people/{person}/patients",
            post(pages::set_patients),
        )
        .route(
            "/{instance}/people/{person}/second-factor",
            post(pages::reset_second_factor),
        )
}

/// Pages: administrators of the practice, who keep its apps.
fn pages_about_apps() -> Router<App> {
    Router::new()
        .route("/{instance}/auth/applications", get(pages::applications))
        .route("/{instance}/auth/applications/", get(pages::applications))
        .route(
            "/{instance}/auth/applications/register/",
            get(pages::new_application).post(pages::register_application),
        )
        .route(
            "/{instance}/auth/applications/{client_id}",
            get(pages::application),
        )
        .route(
            "/{instance}/auth/applications/{client_id}/edit",
            get(pages::edit_application).post(pages::change_application),
        )
        .route(
            "/{instance}/auth/applications/{client_id}/rotate",
            post(pages::rotate_application),
        )
        .route(
            "/{instance}/auth/applications/{client_id}/state",
            post(pages::switch_application),
        )
        .route(
            "/{instance}/auth/applications/{client_id}/logo",
            post(pages::change_logo),
        )
        .route(
            "/{instance}/auth/applications/{client_id}/delete",
            post(pages::delete_application),
        )
        .route(
            "/{instance}/auth/registrations/",
            get(pages::registrations).post(pages::make_registration),
        )
        .route(
            "/{instance}/auth/registrations/{registration}",
            get(pages::registration),
        )
        .route(
            "/{instance}/auth/registrations/{registration}/approve",
            post(pages::approve_registration),
        )
        .route(
            "/{instance}/auth/registrations/{registration}/deny",
            post(pages::deny_registration),
        )
        .route(
            "/{instance}/auth/registrations/{registration}/withdraw",
            post(pages::withdraw_registration),
        )
}

/// Pages: developers whom the practice gave a link.
fn pages_for_developers() -> Router<App> {
    Router::new()
        .route(
            "/{instance}/register/{link}",
            get(pages::registration_form).post(pages::submit_registration),
        )
        .route(
            "/{instance}/register/status/{handle}",
            get(pages::registration_status).post(pages::collect_secret),
        )
}

/// Monitors and discovery: anybody.
fn discovery() -> Router<App> {
    Router::new()
        .route("/health", get(pages::health))
        .route("/{instance}/fhir/metadata", get(fhir::capabilities))
        .route("/{instance}/fhir/openapi.json", get(fhir::openapi_document))
        .route(
            "/{instance}/fhir/.well-known/smart-configuration",
            get(oauth::smart_configuration),
        )
        .route(
            "/{instance}/auth/.well-known/oauth-authorization-server",
            get(oauth::server_metadata),
        )
        .route(
            "/.well-known/oauth-authorization-server/{instance}/auth",
            get(oauth::server_metadata),
        )
        .route("/{instance}/auth/smart-style.json", get(oauth::smart_style))
        .route(
            "/{instance}/auth/.well-known/openid-configuration",
            get(oauth::server_metadata),
        )
        .route("/{instance}/auth/jwks", get(oauth::jwks))
        // Files: whoever holds the address.
        .route("/{instance}/fhir/files/{address}", get(fhir::file))
        // Who the person is: a token.
        .route(
            "/{instance}/auth/userinfo",
            get(oauth::userinfo).post(oauth::userinfo),
        )
        .route(
            "/{instance}/auth/userinfo/",
            get(oauth::userinfo).post(oauth::userinfo),
        )
}

/// Authorization server: a browser that an app sent.
fn authorization_endpoint() -> Router<App> {
    Router::new()
        .route(
            "/{instance}/auth/authorize",
            get(oauth::authorize).post(oauth::authorize),
        )
        .route(
            "/{instance}/auth/authorize/",
            get(oauth::authorize).post(oauth::authorize),
        )
}

/// Authorization server: an app that proves itself.
fn authorization_server() -> Router<App> {
    Router::new()
        .route("/{instance}/auth/par", post(oauth::push))
        .route("/{instance}/auth/par/", post(oauth::push))
        .route("/{instance}/auth/token", post(oauth::token))
        .route("/{instance}/auth/token/", post(oauth::token))
        .route("/{instance}/auth/revoke", post(oauth::revoke))
        .route("/{instance}/auth/revoke/", post(oauth::revoke))
        .route("/{instance}/auth/revoke_token", post(oauth::revoke))
        .route("/{instance}/auth/revoke_token/", post(oauth::revoke))
        .route("/{instance}/auth/register", post(oauth::register))
        .route("/{instance}/auth/register/", post(oauth::register))
        .route(
            "/{instance}/auth/register/{client_id}",
            get(oauth::registration)
                .put(oauth::change_registration)
                .delete(oauth::end_registration),
        )
        .route("/{instance}/auth/introspect", post(oauth::introspect))
        .route("/{instance}/auth/introspect/", post(oauth::introspect))
}

/// FHIR: a token.
fn with_token() -> Router<App> {
    Router::new()
        .route(
            "/{instance}/fhir",
            get(fhir::search_system).post(fhir::bundle),
        )
        .route(
            "/{instance}/fhir/",
            get(fhir::search_system).post(fhir::bundle),
        )
        .route(
            "/{instance}/fhir/_search",
            post(fhir::search_system_by_form),
        )
        .route(
            "/{instance}/fhir/{type}",
            get(fhir::search)
                .post(fhir::create)
                .put(fhir::update_matching)
                .patch(fhir::patch_matching)
                .delete(fhir::delete_matching),
        )
        .route(
            "/{instance}/fhir/{type}/_search",
            post(fhir::search_by_form),
        )
        .route(
            "/{instance}/fhir/{type}/{id}",
            get(fhir::read)
                .put(fhir::update)
                .patch(fhir::patch)
                .delete(fhir::delete),
        )
        .route(
            "/{instance}/fhir/{type}/{id}/files/{element}",
            get(fhir::file_address),
        )
        .route("/{instance}/fhir/_history", get(fhir::history_of_system))
        .route(
            "/{instance}/fhir/{type}/_history",
            get(fhir::history_of_type),
        )
        .route("/{instance}/fhir/{type}/{id}/_history", get(fhir::history))
        .route(
            "/{instance}/fhir/{type}/{id}/{member}",
            get(fhir::search_compartment),
        )
        .route(
            "/{instance}/fhir/{type}/{id}/{member}/_search",
            post(fhir::search_compartment_by_form),
        )
        .route(
            "/{instance}/fhir/{type}/{id}/_history/{version}",
            get(fhir::vread),
        )
}

/// Requests that nobody waits for: a token of whoever made them.
fn asynchronous() -> Router<App> {
    Router::new().route(
        "/{instance}/fhir/_async/{job}",
        get(fhir::async_answer).delete(fhir::async_cancel),
    )
}

/// A type of a rule set that R4 does not have: a token.
fn allergens() -> Router<App> {
    Router::new()
        .route("/{instance}/fhir/Allergen", get(fhir::allergens))
        .route(
            "/{instance}/fhir/Allergen/_search",
            post(fhir::allergens_by_form),
        )
        .route("/{instance}/fhir/Allergen/{id}", get(fhir::allergen))
}

/// Operations of R4: a token, parameters in the URL or in a body.
fn operations() -> Router<App> {
    Router::new()
        .route(
            "/{instance}/fhir/ValueSet/$expand",
            get(fhir::expand).post(fhir::expand),
        )
        .route(
            "/{instance}/fhir/ValueSet/{id}/$expand",
            get(fhir::expand).post(fhir::expand),
        )
        .route(
            "/{instance}/fhir/ValueSet/$validate-code",
            get(fhir::validate_code_of_value_set).post(fhir::validate_code_of_value_set),
        )
        .route(
            "/{instance}/fhir/ValueSet/{id}/$validate-code",
            get(fhir::validate_code_of_value_set).post(fhir::validate_code_of_value_set),
        )
        .route(
            "/{instance}/fhir/CodeSystem/$validate-code",
            get(fhir::validate_code_of_code_system).post(fhir::validate_code_of_code_system),
        )
        .route(
            "/{instance}/fhir/CodeSystem/{id}/$validate-code",
            get(fhir::validate_code_of_code_system).post(fhir::validate_code_of_code_system),
        )
        .route(
            "/{instance}/fhir/CodeSystem/$lookup",
            get(fhir::lookup).post(fhir::lookup),
        )
        .route(
            "/{instance}/fhir/CodeSystem/$subsumes",
            get(fhir::subsumes).post(fhir::subsumes),
        )
        .route(
            "/{instance}/fhir/CodeSystem/{id}/$subsumes",
            get(fhir::subsumes).post(fhir::subsumes),
        )
        .route(
            "/{instance}/fhir/ConceptMap/$translate",
            get(fhir::translate).post(fhir::translate),
        )
        .route(
            "/{instance}/fhir/ConceptMap/{id}/$translate",
            get(fhir::translate).post(fhir::translate),
        )
        .route(
            "/{instance}/fhir/$graphql",
            get(fhir::graphql_of_system).post(fhir::graphql_of_system),
        )
        .route(
            "/{instance}/fhir/{type}/{id}/$graphql",
            get(fhir::graphql_of_resource).post(fhir::graphql_of_resource),
        )
        .route("/{instance}/fhir/{type}/$validate", post(fhir::validate))
        .route(
            "/{instance}/fhir/{type}/{id}/$validate",
            get(fhir::validate).post(fhir::validate),
        )
}

/// Operations on the record of a patient: a token.
fn of_records() -> Router<App> {
    Router::new()
        .route(
            "/{instance}/fhir/Patient/{id}/$everything",
            get(fhir::patient_everything).post(fhir::patient_everything),
        )
        .route(
            "/{instance}/fhir/Encounter/{id}/$everything",
            get(fhir::encounter_everything).post(fhir::encounter_everything),
        )
        .route(
            "/{instance}/fhir/DocumentReference/$docref",
            get(fhir::docref).post(fhir::docref),
        )
        .route(
            "/{instance}/fhir/Observation/$lastn",
            get(fhir::lastn).post(fhir::lastn),
        )
        .route("/{instance}/fhir/Patient/$match", post(fhir::match_patient))
        .route(
            "/{instance}/fhir/DiagnosticReport/$create-lab-report",
            post(fhir::create_lab_report),
        )
        .route(
            "/{instance}/fhir/Practitioner/{id}/$send-reset-password-email",
            post(fhir::send_reset_password_email),
        )
        .route("/{instance}/fhir/{type}/{id}/$meta", get(fhir::meta))
        .route(
            "/{instance}/fhir/{type}/{id}/$meta-add",
            post(fhir::meta_add),
        )
        .route(
            "/{instance}/fhir/{type}/{id}/$meta-delete",
            post(fhir::meta_delete),
        )
}
