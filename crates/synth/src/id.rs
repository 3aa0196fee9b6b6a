//! Identifiers that follow from seed, patient and position.

/// A resource id in the shape of a UUID (RFC 9562 §5.8, version 8: the bits are our own).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Id([u8; 36]);

impl Id {
    /// The id of the `position`th resource of a chart.
    pub(crate) fn of(seed: u64, chart: u64, position: u64) -> Self {
        let high =
            mix(mix(seed ^ 0x6a09_e667_f3bc_c908).wrapping_add(chart)).wrapping_add(position);
        let high = mix(high);
        let low = mix(high ^ mix(chart.wrapping_shl(32) ^ position ^ seed.rotate_left(17)));
        let bits = (u128::from(high) << 64) | u128::from(low);
        let bits = bits & !(0xf << 76) | (0x8 << 76);
        let bits = bits & !(0x3 << 62) | (0x2 << 62);
        Self::shown(bits)
    }

    /// The id as text.
    pub(crate) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    fn shown(bits: u128) -> Self {
        let mut text = [b'-'; 36];
        let mut shift = 128;
        for (at, slot) in text.iter_mut().enumerate() {
            if !matches!(at, 8 | 13 | 18 | 23) {
                shift -= 4;
                *slot = hex_digit(bits >> shift);
            }
        }
        Self(text)
    }
}

/// The hexadecimal digit of the low four bits.
fn hex_digit(bits: u128) -> u8 {
    let nibble = u8::try_from(bits & 0xf).unwrap_or_default();
    if nibble < 10 {
        b'0' + nibble
    } else {
        b'a' + nibble - 10
    }
}

/// The finalizer of `SplitMix64`: every input bit reaches every output bit.
pub(crate) fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use super::Id;
    use std::collections::HashSet;

    #[test]
    fn ids_are_version_8_uuids_and_differ() {
        let mut seen = HashSet::new();
        for seed in 0..4 {
            for chart in 0..50 {
                for position in 0..300 {
                    let id = Id::of(seed, chart, position);
                    assert_eq!(&id.as_str()[14..15], "8");
                    assert!("89ab".contains(&id.as_str()[19..20]));
                    assert!(seen.insert(id), "{}", id.as_str());
                }
            }
        }
    }
}
