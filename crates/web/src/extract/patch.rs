//! The body of a patch: its media type says in which dialect it is written.

use axum::extract::{FromRequest, Request};
use cresset_fhir::patch::{Dialect, Patch};
use cresset_fhir::{Fault, Kind};

use super::{body, media};
use crate::app::App;
use crate::failure::Failure;

const FHIR_XML: &str = "application/fhir+xml";

/// A patch that was understood.
pub struct PatchBody(pub Patch);

impl FromRequest<App> for PatchBody {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &App) -> Result<Self, Failure> {
        let media_type = media::essence(request.headers());
        let dialect = dialect(&media_type)?;
        let mut bytes = body::unpacked(request, app).await?;
        if media_type == FHIR_XML {
            bytes = body::from_xml(&bytes, app.limits())?;
        }
        Ok(Self(Patch::parse(dialect, &bytes, app.limits())?))
    }
}

fn dialect(media_type: &str) -> Result<Dialect, Fault> {
    match media_type {
        "application/json-patch+json" => Ok(Dialect::Json),
        "application/merge-patch+json" => Ok(Dialect::Merge),
        "application/fhir+json" | FHIR_XML => Ok(Dialect::FhirPath),
        _ => {
            let text = "A patch is sent as Content-Type: application/json-patch+json, application/merge-patch+json or, as Parameters, application/fhir+json or application/fhir+xml";
            Err(Fault::new(Kind::UnsupportedMediaType, text))
        }
    }
}
