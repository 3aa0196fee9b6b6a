//! Randomness as a parameter.

/// A source of unpredictable bytes. The binary passes the operating system's, tests a seeded one.
pub trait Rng: Send + Sync + 'static {
    /// Fills `out` completely.
    fn fill(&self, out: &mut [u8]);
}
