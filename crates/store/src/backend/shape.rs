//! Sets of parameters as rows keep them.

/// Parameter numbers as the `shape` table keeps them.
pub fn numbers_blob(numbers: &[i64]) -> Vec<u8> {
    numbers
        .iter()
        .filter_map(|n| u16::try_from(*n).ok())
        .flat_map(u16::to_le_bytes)
        .collect()
}

/// Whether a set that a resource has says what it should, whatever numbers out of use it still names.
pub fn says(held: &[i64], wanted: &[i64], is_used: impl Fn(i64) -> bool) -> bool {
    let used = held.iter().filter(|number| is_used(**number));
    used.eq(wanted)
}

/// The numbers of such bytes.
pub fn numbers_of(blob: &[u8]) -> Vec<i64> {
    blob.chunks_exact(2)
        .filter_map(|pair| pair.try_into().ok())
        .map(|pair| i64::from(u16::from_le_bytes(pair)))
        .collect()
}
