//! Operations on the record of a patient: `$everything`, `$docref`, `$lastn`, `$match`

use axum::response::Response;
use cresset_definitions::ResourceType;
use cresset_fhir::{Fault, Kind};

use crate::extract::Call;
use crate::failure::Failure;

/// `[base]/Patient/[id]/$everything`
pub(crate) async fn patient_everything(call: Call) -> Result<Response, Failure> {
    everything(call, "Patient").await
}

/// `[base]/Encounter/[id]/$everything`
pub(crate) async fn encounter_everything(call: Call) -> Result<Response, Failure> {
    everything(call, "Encounter").await
}

async fn everything(call: Call, name: &str) -> Result<Response, Failure> {
    let (Some(of), Some(id)) = (ResourceType::parse(name), &call.id) else {
        return Err(Fault::new(Kind::NotFound, "There is nothing at this address").into());
    };
    let ask = &call.ask;
    let answer = ask
        .instance
        .fhir
        .everything(ask.access(), (of, id), &call.inputs)
        .await?;
    Ok(ask.answered(answer))
}

/// `[base]/DocumentReference/$docref`
pub(crate) async fn docref(call: Call) -> Result<Response, Failure> {
    let ask = &call.ask;
    let answer = ask.instance.fhir.docref(ask.access(), &call.inputs).await?;
    Ok(ask.answered(answer))
}

/// `[base]/Observation/$lastn`
pub(crate) async fn lastn(call: Call) -> Result<Response, Failure> {
    let ask = &call.ask;
    let answer = ask.instance.fhir.lastn(ask.access(), &call.inputs).await?;
    Ok(ask.answered(answer))
}

/// `[base]/Patient/$match`
pub(crate) async fn match_patient(call: Call) -> Result<Response, Failure> {
    let ask = &call.ask;
    let answer = ask
        .instance
        .fhir
        .match_patient(ask.access(), &call.inputs)
        .await?;
    Ok(ask.answered(answer))
}
