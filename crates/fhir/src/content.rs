//! Content of a resource that is no FHIR: what a `Binary` or an `Attachment` holds.

use base64::Engine;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use bytes::Bytes;
use cresset_model::Element;

use crate::fault::Fault;

/// Bytes and what they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// The media type as the resource names it.
    pub media_type: String,
    /// The bytes themselves.
    pub bytes: Bytes,
    /// `Binary.securityContext`, as written.
    pub security_context: Option<String>,
}

/// What a resource does not say the type of.
const UNKNOWN: &str = "application/octet-stream";

const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

impl Content {
    /// The content of a `Binary` or an `Attachment`; nothing when it holds none.
    pub(crate) fn of(holder: Element<'_>) -> Result<Option<Self>, Fault> {
        match holder.get("data").and_then(Element::as_str) {
            Some(data) => Self::decoded(holder, data).map(Some),
            None => Ok(None),
        }
    }

    /// The same, empty when there is none.
    pub(crate) fn or_empty(holder: Element<'_>) -> Result<Self, Fault> {
        Self::decoded(
            holder,
            holder
                .get("data")
                .and_then(Element::as_str)
                .unwrap_or_default(),
        )
    }

    fn decoded(holder: Element<'_>, data: &str) -> Result<Self, Fault> {
        // R4 allows white space in base64Binary.
        let data: Vec<u8> = data.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
        let bytes = LENIENT
            .decode(data)
            .map_err(|_| Fault::internal("stored content is not base64"))?;
        let media_type = holder.get("contentType").and_then(Element::as_str);
        Ok(Self {
            media_type: media_type.unwrap_or(UNKNOWN).to_owned(),
            bytes: Bytes::from(bytes),
            security_context: security_context(holder).map(str::to_owned),
        })
    }
}

/// `securityContext.reference` of a `Binary`.
pub(crate) fn security_context(binary: Element<'_>) -> Option<&str> {
    binary.get("securityContext")?.get("reference")?.as_str()
}
