//! Numbers as ranges of their precision.

use crate::value::NumberRange;

impl NumberRange {
    /// The range of a number as asked for: `100` means 99.5 to 100.5, `100.00` means 99.995 to
    /// 100.005, `1e2` means 95 to 105 (3.1.1.5.4).
    ///
    /// `None` when the text is no decimal number.
    pub fn parse(text: &str) -> Option<Self> {
        let value = parse(text)?;
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, ""));
        let decimals = mantissa
            .split_once('.')
            .map_or(0, |(_, fraction)| fraction.len());
        let last_digit = exponent
            .parse::<i32>()
            .unwrap_or(0)
            .saturating_sub(i32::try_from(decimals).ok()?);
        // The standard counts the digit after the last one written when an exponent is used.
        let finer = if exponent.is_empty() { 1 } else { 2 };
        // Read from text, so that 0.005 is the double nearest to it.
        let half: f64 = format!("5e{}", last_digit.saturating_sub(finer))
            .parse()
            .ok()?;
        let (low, high) = (value - half, value + half);
        (low.is_finite() && high.is_finite()).then_some(Self { low, high, value })
    }
}

/// The double nearest to a decimal as FHIR writes it: no infinity, no bare point, no blank.
pub fn parse(text: &str) -> Option<f64> {
    let legal = |b: u8| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.' | b'e' | b'E');
    let bare = text.starts_with('.') || text.ends_with('.') || text.starts_with("-.");
    if bare || !text.bytes().all(legal) {
        return None;
    }
    text.parse().ok().filter(|value: &f64| value.is_finite())
}
