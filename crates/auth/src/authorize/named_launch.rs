//! The `launch` of an older dialect: the app itself names the patient, in base64 of JSON such as
//! `{"patient":"123"}`. It proves nothing, so it opens nothing that the person may not open anyway.

use base64::Engine;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use cresset_base::ResourceId;
use cresset_store::consent::InContext;
use serde::Deserialize;

const CONFIG: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const ENGINES: [GeneralPurpose; 2] = [
    GeneralPurpose::new(&STANDARD, CONFIG),
    GeneralPurpose::new(&URL_SAFE, CONFIG),
];

/// What may be named. Anything else is not understood, and so is nothing.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    patient: String,
}

/// The context that a `launch` names, if it is one of this dialect.
pub(super) fn read(launch: &str) -> Option<InContext> {
    let decoded = ENGINES
        .iter()
        .find_map(|engine| engine.decode(launch).ok())?;
    let named: Named = serde_json::from_slice(&decoded).ok()?;
    let patient: ResourceId = named.patient.parse().ok()?;
    Some(InContext {
        patient: Some(patient.to_string()),
        need_patient_banner: Some(true),
        ..InContext::default()
    })
}
