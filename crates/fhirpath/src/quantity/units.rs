//! UCUM units that are commonly converted into each other: mass, length, volume, time.

use rust_decimal::Decimal;

/// What a unit measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dimension {
    Mass,
    Length,
    Volume,
    Time,
    Amount,
    Number,
}

/// A unit as a multiple of the base unit of its dimension.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unit {
    pub(super) dimension: Dimension,
    pub(super) factor: Decimal,
}

/// Code, dimension, and factor as mantissa and decimal places.
const UNITS: [(&str, Dimension, i64, u32); 20] = [
    ("1", Dimension::Number, 1, 0),
    ("%", Dimension::Number, 1, 2),
    ("s", Dimension::Time, 1, 0),
    ("min", Dimension::Time, 60, 0),
    ("h", Dimension::Time, 3_600, 0),
    ("d", Dimension::Time, 86_400, 0),
    ("wk", Dimension::Time, 604_800, 0),
    // UCUM's Julian year of 365.25 days, and a twelfth of it.
    ("mo", Dimension::Time, 2_629_800, 0),
    ("a", Dimension::Time, 31_557_600, 0),
    ("g", Dimension::Mass, 1, 0),
    ("t", Dimension::Mass, 1_000_000, 0),
    ("[lb_av]", Dimension::Mass, 45_359_237, 5),
    ("[oz_av]", Dimension::Mass, 28_349_523_125, 9),
    ("m", Dimension::Length, 1, 0),
    ("[in_i]", Dimension::Length, 254, 4),
    ("[ft_i]", Dimension::Length, 3_048, 4),
    ("L", Dimension::Volume, 1, 0),
    ("l", Dimension::Volume, 1, 0),
    ("mol", Dimension::Amount, 1, 0),
    ("[mi_i]", Dimension::Length, 1_609_344, 3),
];

/// Metric prefixes as powers of ten.
const PREFIXES: [(&str, i32); 9] = [
    ("k", 3),
    ("h", 2),
    ("d", -1),
    ("c", -2),
    ("m", -3),
    ("u", -6),
    ("n", -9),
    ("p", -12),
    ("f", -15),
];

/// Units that take a prefix.
const METRIC: [&str; 6] = ["g", "m", "L", "l", "s", "mol"];

/// The unit of this code; `None` for the many that are compared only with themselves.
pub(super) fn unit(code: &str) -> Option<Unit> {
    let plain = |code: &str| UNITS.into_iter().find(|(c, ..)| *c == code);
    if let Some((_, dimension, mantissa, places)) = plain(code) {
        let factor = Decimal::new(mantissa, places);
        return Some(Unit { dimension, factor });
    }
    PREFIXES.into_iter().find_map(|(prefix, power)| {
        let base = code.strip_prefix(prefix).filter(|b| METRIC.contains(b))?;
        let (_, dimension, ..) = plain(base)?;
        let places = power.unsigned_abs();
        let factor = if power < 0 {
            Decimal::new(1, places)
        } else {
            Decimal::new(10_i64.checked_pow(places)?, 0)
        };
        Some(Unit { dimension, factor })
    })
}
