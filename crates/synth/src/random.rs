//! A stream of chance that is the same everywhere.

use rand_pcg::Pcg64Mcg;
use rand_pcg::rand_core::Rng as _;

use crate::id::mix;
use crate::number::{fraction, whole};

/// One chart's own stream of chance.
///
/// Draws are made from raw 64-bit outputs with integer and basic floating point operations only,
/// so that the same seed gives the same lives on every platform and with every library version.
#[derive(Debug, Clone)]
pub(crate) struct Random(Pcg64Mcg);

impl Random {
    /// The stream of one chart of a population.
    pub(crate) fn of(seed: u64, chart: u64) -> Self {
        let high = mix(seed);
        let low = mix(high ^ chart);
        Self(Pcg64Mcg::new((u128::from(high) << 64) | u128::from(low)))
    }

    /// A whole number from `from` up to and including `to`.
    pub(crate) fn between(&mut self, from: i64, to: i64) -> i64 {
        let width = u128::from((to - from).max(0).unsigned_abs()) + 1;
        let drawn = (u128::from(self.0.next_u64()) * width) >> 64;
        from + i64::try_from(drawn).unwrap_or_default()
    }

    /// True in `percent` of a hundred draws.
    pub(crate) fn chance(&mut self, percent: f64) -> bool {
        self.unit() * 100.0 < percent
    }

    /// A number from 0 up to 1.
    pub(crate) fn unit(&mut self) -> f64 {
        fraction(self.0.next_u64())
    }

    /// A draw from a bell around 0 with standard deviation 1, never beyond ±3.5.
    pub(crate) fn bell(&mut self) -> f64 {
        // The sum of four uniform draws has variance 1/3.
        (self.unit() + self.unit() + self.unit() + self.unit() - 2.0) * 1.732_050_8
    }

    /// A whole number from a bell around `middle`.
    pub(crate) fn around(&mut self, middle: f64, deviation: f64) -> i64 {
        whole(middle + deviation * self.bell())
    }

    /// One of `items`; the default if there are none.
    pub(crate) fn pick<T: Copy + Default>(&mut self, items: &[T]) -> T {
        let last = i64::try_from(items.len()).unwrap_or_default() - 1;
        let at = usize::try_from(self.between(0, last)).unwrap_or_default();
        items.get(at).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::Random;

    #[test]
    fn draws_stay_in_range_and_reach_the_ends() {
        let mut random = Random::of(1, 2);
        let drawn: Vec<i64> = (0..1000).map(|_| random.between(3, 6)).collect();
        assert_eq!(drawn.iter().min(), Some(&3));
        assert_eq!(drawn.iter().max(), Some(&6));
        assert!((0..1000).map(|_| random.bell()).all(|z| z.abs() <= 3.5));
        assert_eq!(random.pick::<&str>(&[]), "");
    }

    #[test]
    fn streams_of_two_charts_differ() {
        let draw = |chart| Random::of(1, chart).between(0, i64::MAX - 1);
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
    }
}
