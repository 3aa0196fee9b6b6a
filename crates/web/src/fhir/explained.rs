//! How a search was answered, in a header: for apps of practices that allow it.

use axum::response::Response;
use cresset_fhir::Handling;
use cresset_fhir::explain::Searched;
use http::HeaderValue;

use crate::extract::{Ask, EXPLAIN};
use crate::failure::Failure;

/// The answer with the explanation, where it was asked for. The search is run once more for it.
pub(super) async fn explained(
    ask: &Ask,
    searched: &Searched,
    pairs: Option<Vec<(String, String)>>,
    mut answer: Response,
) -> Result<Response, Failure> {
    let Some(pairs) = pairs else {
        return Ok(answer);
    };
    let fhir = &ask.instance.fhir;
    let explanation = fhir
        .explain(ask.access(), searched, (pairs, Handling::Lenient))
        .await?;
    let text = serde_json::to_string(&explanation).unwrap_or_default();
    // A name is ASCII; whatever else might come is no header.
    if let Ok(value) = HeaderValue::try_from(text.replace('…', "...")) {
        answer.headers_mut().insert(EXPLAIN, value);
    }
    Ok(answer)
}
