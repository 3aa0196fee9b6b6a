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
