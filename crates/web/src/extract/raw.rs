//! Content sent as itself.

use axum::extract::Request;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use cresset_fhir::Kind;
use http::HeaderName;
use http::header::CONTENT_TYPE;

use super::layout;
use crate::content::SECURITY_CONTEXT;
use crate::failure::Failure;

/// Content sent as itself to where a `Binary` stands (R4 §2.44.1).
pub(super) struct Raw {
    media_type: String,
    /// The id of the address, for an update.
    id: Option<String>,
    security_context: Option<String>,
}

impl Raw {
    /// `None` for other addresses, and for a body that does not say what it is.
    pub(super) fn of(request: &Request) -> Option<Self> {
        let path = request.uri().path();
        let header = |name: HeaderName| {
            let value = request.headers().get(name)?.to_str().ok()?;
            Some(value.to_owned())
        };
        Some(Self {
            media_type: header(CONTENT_TYPE).filter(|_| layout::is_binary(path))?,
            id: path.split('/').nth(4).map(str::to_owned),
            security_context: header(SECURITY_CONTEXT),
        })
    }

    /// The `Binary` that holds the content.
    pub(super) fn wrapped(self, content: &[u8]) -> Result<Bytes, Failure> {
        if content.is_empty() {
            return Err(Failure::new(Kind::Required, "there is no content"));
        }
        let mut binary = serde_json::json!({
            "resourceType": "Binary",
            "contentType": self.media_type,
            "data": STANDARD.encode(content),
        });
        if let Some(members) = binary.as_object_mut() {
            if let Some(id) = self.id {
                members.insert("id".to_owned(), id.into());
            }
            if let Some(context) = self.security_context {
                let reference = serde_json::json!({ "reference": context });
                members.insert("securityContext".to_owned(), reference);
            }
        }
        Ok(Bytes::from(binary.to_string()))
    }
}
