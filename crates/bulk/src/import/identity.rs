//! Which id a record is stored under.
//!
//! A record gets the same id in every run, so that an import may be repeated: the id it brings, or
//! one derived from its bytes and its place.

use aws_lc_rs::digest;
use cresset_base::ResourceId;

/// An id for the `number`-th record of a source that brings none of its own.
///
/// A version 8 UUID (RFC 9562 §5.8) from a SHA-256 of the record's bytes and number.
pub(crate) fn derived(number: u64, bytes: &[u8]) -> Option<ResourceId> {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(&number.to_be_bytes());
    context.update(bytes);
    let digest = context.finish();
    let mut id = [0; 16];
    for (to, from) in id.iter_mut().zip(digest.as_ref()) {
        *to = *from;
    }
    uuid::Builder::from_custom_bytes(id)
        .into_uuid()
        .to_string()
        .parse()
        .ok()
}

/// The number of a lower-case `8-4-4-4-12` UUID.
pub(crate) fn uuid_number(text: &str) -> Option<u128> {
    let uuid = uuid::Uuid::try_parse(text).ok()?;
    let mut written = uuid::Uuid::encode_buffer();
    (uuid.hyphenated().encode_lower(&mut written) == text).then(|| uuid.as_u128())
}

/// The UUID text of a number, the inverse of [`uuid_number`].
pub(crate) fn uuid_text(number: u128) -> String {
    uuid::Uuid::from_u128(number).to_string()
}
