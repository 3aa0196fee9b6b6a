//! The few conversions between measured and written numbers.

/// The whole number nearest to `value`; clinical values are far inside the range.
#[expect(
    clippy::cast_possible_truncation,
    reason = "values are clamped into a range that i64 holds exactly"
)]
pub(crate) fn whole(value: f64) -> i64 {
    value.clamp(-9.0e15, 9.0e15).round() as i64
}

/// A whole number as a measured one; days and amounts are far below 2^53.
#[expect(
    clippy::cast_precision_loss,
    reason = "days, minutes and cents stay far below 2^53"
)]
pub(crate) fn measured(value: i64) -> f64 {
    value as f64
}

/// The top 53 bits of `bits` as a number from 0 up to 1.
#[expect(
    clippy::cast_precision_loss,
    reason = "53 bits are exactly what f64 holds"
)]
pub(crate) fn fraction(bits: u64) -> f64 {
    (bits >> 11) as f64 / (1_u64 << 53) as f64
}

/// The share of a normal population below `z` standard deviations, in percent.
pub(crate) fn percentile(z: f64) -> f64 {
    // Tabulated at half deviations; a table, not `exp`, so that all platforms agree.
    const SHARES: [(f64, f64); 13] = [
        (-3.0, 0.1),
        (-2.5, 0.6),
        (-2.0, 2.3),
        (-1.5, 6.7),
        (-1.0, 15.9),
        (-0.5, 30.9),
        (0.0, 50.0),
        (0.5, 69.1),
        (1.0, 84.1),
        (1.5, 93.3),
        (2.0, 97.7),
        (2.5, 99.4),
        (3.0, 99.9),
    ];
    interpolated(&SHARES, z)
}

/// The value at `x` on the line through `points`, which rise in their first part; flat beyond the ends.
pub(crate) fn interpolated(points: &[(f64, f64)], x: f64) -> f64 {
    let mut before: Option<(f64, f64)> = None;
    for &(at, value) in points {
        if x <= at {
            return before.map_or(value, |(x0, y0)| y0 + (value - y0) * (x - x0) / (at - x0));
        }
        before = Some((at, value));
    }
    before.map_or(0.0, |(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::{interpolated, percentile};

    #[test]
    fn lines_are_straight_between_points_and_flat_beyond() {
        let points = [(0.0, 10.0), (2.0, 20.0)];
        for (x, expect) in [
            (-1.0, 10.0),
            (0.0, 10.0),
            (1.0, 15.0),
            (2.0, 20.0),
            (3.0, 20.0),
        ] {
            assert!((interpolated(&points, x) - expect).abs() < 1e-9, "{x}");
        }
        assert!((percentile(0.25) - 59.55).abs() < 1e-9);
    }
}
