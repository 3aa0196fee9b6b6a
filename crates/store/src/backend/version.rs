//! Versions as rows keep them.

use bytes::Bytes;
use cresset_base::ResourceId;
use cresset_definitions::ResourceType;

use super::codec::Codec;
use super::instant;
use crate::store::{Error, Method, Version};

/// A version as a row has it.
#[derive(Debug, Clone, Copy)]
pub struct Stored<'r> {
    /// Its number.
    pub version: u64,
    /// When it was written, in milliseconds.
    pub updated_ms: i64,
    /// [`method_code`].
    pub method: i64,
    /// The compressed body; of a deletion the id.
    pub body: &'r [u8],
}

/// How a method is stored.
pub fn method_code(method: Method) -> i64 {
    match method {
        Method::Create => 0,
        Method::Update => 1,
        Method::Delete => 2,
    }
}

/// The method of a code.
pub fn method_of(code: i64) -> Method {
    match code {
        0 => Method::Create,
        1 => Method::Update,
        _ => Method::Delete,
    }
}

impl Stored<'_> {
    /// The version. Without an id at hand it is read from the body, where it stands at a fixed place.
    ///
    /// # Errors
    /// [`Error::Failed`] when the body is none.
    pub fn version(
        self,
        codec: &Codec,
        resource_type: ResourceType,
        id: Option<&ResourceId>,
    ) -> Result<Version, Error> {
        let method = method_of(self.method);
        let body = if method == Method::Delete {
            Bytes::new()
        } else {
            codec.expand(self.body)?
        };
        let id = match id {
            Some(id) => id.clone(),
            None if method == Method::Delete => read_id(self.body)?,
            None => read_id(
                id_in(&body, resource_type)
                    .ok_or_else(|| Error::failed("a stored body has no id"))?,
            )?,
        };
        Ok(Version {
            resource_type,
            id,
            version: self.version,
            last_updated: instant::timestamp(self.updated_ms),
            method,
            body,
        })
    }
}

/// A stored body begins `{"resourceType":"…","id":"…"`.
fn id_in(body: &[u8], resource_type: ResourceType) -> Option<&[u8]> {
    let rest = body.strip_prefix(br#"{"resourceType":""#)?;
    let rest = rest.strip_prefix(resource_type.name().as_bytes())?;
    let rest = rest.strip_prefix(br#"","id":""#)?;
    rest.split(|byte| *byte == b'"').next()
}

fn read_id(text: &[u8]) -> Result<ResourceId, Error> {
    let text = std::str::from_utf8(text).ok();
    text.and_then(|text| text.parse().ok())
        .ok_or_else(|| Error::failed("a stored id is none"))
}
