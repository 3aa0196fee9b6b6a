//! Equality of JSON values as RFC 6902 §4.6 has it.

use cresset_model::Value;

/// Members in any order, numbers by their value: `1.0` is `1`.
pub(super) fn equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            let holds = |(name, value): &(Box<str>, Value)| {
                b.iter()
                    .any(|(other, found)| other == name && equal(value, found))
            };
            a.len() == b.len() && a.iter().all(holds)
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b))
        }
        (Value::Number(a), Value::Number(b)) => a == b || Decimal::of(a) == Decimal::of(b),
        (a, b) => a == b,
    }
}

/// A number without a second way of writing it: sign, digits without zeros at either end, and the
/// power of ten of the last digit.
#[derive(PartialEq, Eq)]
struct Decimal {
    negative: bool,
    digits: String,
    exponent: i128,
}

impl Decimal {
    fn of(text: &str) -> Self {
        let (negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = format!("{whole}{fraction}");
        let digits = all.trim_start_matches('0').trim_end_matches('0');
        if digits.is_empty() {
            return Self {
                negative: false,
                digits: String::new(),
                exponent: 0,
            };
        }
        let after = |n: usize| i128::try_from(n).unwrap_or(i128::MAX / 4);
        let dropped = all.len() - all.trim_end_matches('0').len();
        // An exponent beyond all sense stays unequal to every other that is written differently.
        let written = exponent.parse::<i64>().map_or(i128::MAX / 2, i128::from);
        Self {
            negative,
            digits: digits.to_owned(),
            exponent: written - after(fraction.len()) + after(dropped),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Decimal;

    #[test]
    fn numbers_are_equal_by_value() {
        let equal = |a: &str, b: &str| Decimal::of(a) == Decimal::of(b);
        for (a, b) in [
            ("1", "1.00"),
            ("100", "1e2"),
            ("0", "-0.0"),
            ("0.5", "5E-1"),
            ("-120", "-1.2e+2"),
            ("0.10", "0.1"),
        ] {
            assert!(equal(a, b), "{a} {b}");
        }
        for (a, b) in [("1", "-1"), ("1", "10"), ("0.1", "0.01"), ("12", "21")] {
            assert!(!equal(a, b), "{a} {b}");
        }
    }
}
