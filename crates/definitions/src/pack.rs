//! The file form of the tables: zstd over postcard.
//!
//! A pack is decompressed once and kept: every string of the tables is a slice of that one buffer.

use serde::{Deserialize, Serialize};

/// Largest decompressed pack, in bytes; the packs are our own, the bound keeps a bad one harmless.
const BYTES_MAX: usize = 64 * 1024 * 1024;

/// Why a pack could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// Not zstd, or larger than the bound.
    #[error("the pack does not decompress: {0}")]
    Compression(#[from] std::io::Error),
    /// Not the expected structure.
    #[error("the pack does not decode: {0}")]
    Structure(#[from] postcard::Error),
}

/// The bytes of a pack that holds `tables`.
///
/// # Errors
/// When `tables` cannot be represented, which for the types of this crate does not occur.
pub fn encode<T: Serialize>(tables: &T) -> Result<Vec<u8>, PackError> {
    let plain = postcard::to_stdvec(tables)?;
    Ok(zstd::bulk::compress(&plain, 22)?)
}

/// The tables in a pack. The decompressed buffer stays in memory for the life of the process.
///
/// # Errors
/// When the bytes are not a pack of this structure.
pub fn decode<T: Deserialize<'static>>(bytes: &[u8]) -> Result<T, PackError> {
    let size = zstd::zstd_safe::get_frame_content_size(bytes)
        .ok()
        .flatten()
        .and_then(|n| usize::try_from(n).ok())
        .unwrap_or(BYTES_MAX);
    let plain = zstd::bulk::decompress(bytes, size.min(BYTES_MAX))?;
    let plain: &'static [u8] = Box::leak(plain.into_boxed_slice());
    Ok(postcard::from_bytes(plain)?)
}

/// Reads a list as a `'static` slice: the tables live as long as the process.
pub(crate) fn leaked<'de, D, T>(deserializer: D) -> Result<&'static [T], D::Error>
where
    D: serde::Deserializer<'de>,
    T: Deserialize<'de> + 'static,
{
    let list = Box::<[T]>::deserialize(deserializer)?;
    Ok(if list.is_empty() {
        &[]
    } else {
        Box::leak(list)
    })
}
