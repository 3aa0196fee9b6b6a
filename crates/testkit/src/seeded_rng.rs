//! Randomness that repeats.

use cresset_base::Rng;
use parking_lot::Mutex;

/// Gives the same bytes for the same seed (`SplitMix64`). Fine for tests, worthless as a secret.
#[derive(Debug)]
pub struct SeededRng(Mutex<u64>);

impl SeededRng {
    /// A generator that starts from `seed`.
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(seed))
    }
}

fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

impl Rng for SeededRng {
    fn fill(&self, out: &mut [u8]) {
        let mut state = self.0.lock();
        for chunk in out.chunks_mut(8) {
            let bytes = next(&mut state).to_le_bytes();
            for (to, from) in chunk.iter_mut().zip(bytes) {
                *to = from;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::SeededRng;
    use cresset_base::Rng;

    fn bytes(rng: &SeededRng) -> [u8; 20] {
        let mut out = [0; 20];
        rng.fill(&mut out);
        out
    }

    #[test]
    fn a_seed_decides_the_bytes() {
        assert_eq!(bytes(&SeededRng::new(7)), bytes(&SeededRng::new(7)));
        assert_ne!(bytes(&SeededRng::new(7)), bytes(&SeededRng::new(8)));
        let rng = SeededRng::new(7);
        assert_ne!(bytes(&rng), bytes(&rng));
    }
}
