//! The form of an answer: `Accept`, `_format`, `_pretty`.

use http::{HeaderMap, Uri};

use super::media;
use crate::failure::Failure;
use crate::path;
use crate::render::{Format, Layout};

/// The form the caller asks for. `_format` outweighs `Accept` (R4 3.1.0.1.11).
///
/// # Errors
/// 400 for a `_format` that is no format, 406 when nothing of what is accepted is served.
pub fn of(uri: &Uri, headers: &HeaderMap) -> Result<Layout, Failure> {
    let query = uri.query().unwrap_or_default();
    let format = query
        .split('&')
        .find_map(|pair| pair.strip_prefix("_format="));
    let native = format.is_none() && is_binary(uri.path()) && !media::names_fhir(headers);
    let format = match format {
        Some(format) => media::named(format)?,
        None if native => Format::Json,
        None => media::accepted(headers)?,
    };
    let pretty = query.split('&').any(|pair| pair == "_pretty=true");
    Ok(Layout {
        format,
        pretty,
        native,
    })
}

/// Whether a path names the type whose resources can be had and sent as what they hold.
pub fn is_binary(path: &str) -> bool {
    path::parts(path).nth(3) == Some("Binary")
}

/// The form of words about what went wrong: JSON where nothing served was asked for.
pub fn of_failure(uri: &Uri, headers: &HeaderMap) -> Layout {
    of(uri, headers).unwrap_or(Layout {
        format: Format::Json,
        pretty: false,
        native: false,
    })
}
