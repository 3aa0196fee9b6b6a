//! Operations a rule set has beside the standard: `DiagnosticReport/$create-lab-report` and
//! `Practitioner/[id]/$send-reset-password-email`

use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use cresset_access::Operation;
use cresset_auth::user::UserError;
use cresset_fhir::{Kind, operation};
use http::StatusCode;

use crate::app::App;
use crate::extract::{Ask, Call, FhirBody};
use crate::failure::Failure;
use crate::render;

/// Stores a report of a laboratory and its values.
pub(crate) async fn create_lab_report(
    ask: Ask,
    FhirBody(body): FhirBody,
) -> Result<Response, Failure> {
    let by = ask.audited(StatusCode::CREATED);
    let body = ask.instance.fhir.create_lab_report(by, &body).await?;
    ask.trail.committed();
    Ok(render::fhir(
        StatusCode::CREATED,
        Bytes::from(body),
        ask.layout,
    ))
}

/// Sends the person whose Practitioner it is a link for a new password.
pub(crate) async fn send_reset_password_email(
    State(app): State<App>,
    call: Call,
) -> Result<Response, Failure> {
    let ask = &call.ask;
    let instance = &ask.instance;
    let named = ("Practitioner", "send-reset-password-email");
    let scope = Operation::SendResetPasswordEmail;
    instance.fhir.permit_operation(ask.access(), named, scope)?;
    call.inputs.only(&[])?;
    let id = call.id.as_ref().map(ToString::to_string);
    let own = format!("Practitioner/{}", id.unwrap_or_default());
    let users = instance.auth.list_users().await.map_err(failed)?;
    let user = users
        .iter()
        .find(|user| user.fhir_user.as_deref() == Some(own.as_str()));
    let Some(user) = user else {
        let text = "No person signs in as this practitioner";
        return Err(Failure::new(Kind::NotFound, text));
    };
    if instance.auth.count_link(user).await?.is_some() {
        let text = "This practitioner was sent too many links lately; try again later";
        return Err(Failure::new(Kind::Throttled, text));
    }
    instance.auth.invite(&user.id).await.map_err(failed)?;
    app.instances().deliver_mail_of(instance).await;
    let answer = operation::Answer::default().into_json();
    Ok(render::fhir(
        StatusCode::OK,
        Bytes::from(answer),
        ask.layout,
    ))
}

/// Nobody is told more than that no letter can be sent; a store that fails is told as everywhere.
fn failed(error: UserError) -> Failure {
    match error {
        UserError::Store(error) => error.into(),
        _ => Failure::new(
            Kind::BusinessRule,
            "The practitioner is shut out or has no email address",
        ),
    }
}
