//! The value of a primitive as JSON writes it.

use cresset_definitions::Primitive;
use cresset_model::write_string;

/// Writes a value. What is no number or boolean although its type says so becomes a string, and
/// validation says what is wrong with it.
pub(super) fn literal(primitive: Primitive, value: &str, out: &mut Vec<u8>) {
    let is_bare = match primitive {
        Primitive::Boolean => matches!(value, "true" | "false"),
        Primitive::Integer
        | Primitive::UnsignedInt
        | Primitive::PositiveInt
        | Primitive::Decimal => is_number(value),
        _ => false,
    };
    if is_bare {
        out.extend_from_slice(value.as_bytes());
    } else {
        write_string(value, out);
    }
}

/// Whether JSON reads this text as a number (RFC 8259 §6).
fn is_number(text: &str) -> bool {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let whole = whole.strip_prefix('-').unwrap_or(whole);
    let leads = whole == "0" || !whole.starts_with('0');
    leads
        && digits(whole)
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|e| digits(e.strip_prefix(['+', '-']).unwrap_or(e)))
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}
