//! How a search was answered, in a header: for apps of practices that allow it.

use axum::response::Response;
use cresset_fhir::Handling;
use cresset_fhir::explain::Searched;
use http::HeaderValue;

use crate::extract::{Ask, EXPLAIN};

/// Longest explanation in a header, in bytes: what lies between refuses or cuts longer ones.
const HEADER_BYTES_MAX: usize = 8 * 1024;

/// The answer with the explanation, where it was asked for. The search is run once more for it; where that
/// fails, or there is too much to tell, the answer is sent without.
pub(super) async fn explained(
    ask: &Ask,
    searched: &Searched,
    pairs: Option<Vec<(String, String)>>,
    mut answer: Response,
) -> Response {
    let Some(pairs) = pairs else {
        return answer;
    };
    let fhir = &ask.instance.fhir;
    let explanation = fhir
        .explain(ask.access(), searched, (pairs, Handling::Lenient))
        .await;
    let Ok(explanation) = explanation.inspect_err(|fault| {
        let detail = fault.detail.as_deref();
        tracing::debug!(detail, "a search was not explained");
    }) else {
        return answer;
    };
    let text = serde_json::to_string(&explanation).unwrap_or_default();
    let text = text.replace('…', "...");
    // A name is ASCII; whatever else might come is no header.
    if text.len() <= HEADER_BYTES_MAX
        && let Ok(value) = HeaderValue::try_from(text)
    {
        answer.headers_mut().insert(EXPLAIN, value);
    }
    answer
}
