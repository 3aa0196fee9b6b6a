//! Values that can be more or less: dates, numbers, quantities, with their prefixes (3.1.1.4.5).

use cresset_base::Timestamp;

use super::escape::{split_once, unescape};
use super::token::token;
use crate::query::Match;
use crate::value::{DateRange, NumberRange, Prefix, TokenMatch};

const PREFIXES: [(&str, Prefix); 9] = [
    ("eq", Prefix::Eq),
    ("ne", Prefix::Ne),
    ("gt", Prefix::Gt),
    ("lt", Prefix::Lt),
    ("ge", Prefix::Ge),
    ("le", Prefix::Le),
    ("sa", Prefix::Sa),
    ("eb", Prefix::Eb),
    ("ap", Prefix::Ap),
];

/// A date with its prefix; `ap` widens it by a tenth of its distance to `now`.
pub(super) fn date(text: &str, now: Timestamp) -> Option<Match> {
    let (prefix, text) = prefixed(text);
    // A `+` that was not percent-encoded has become a blank.
    let range = DateRange::parse(&text.replace(' ', "+"))?;
    Some(Match::Date(
        prefix,
        if prefix == Prefix::Ap {
            around(range, now)
        } else {
            range
        },
    ))
}

/// A number with its prefix; `ap` widens it by a tenth of its value.
pub(super) fn number(text: &str) -> Option<Match> {
    let (prefix, range) = amount(text)?;
    Some(Match::Number(prefix, range))
}

/// `number`, `number|system|code` or `number||code`.
pub(super) fn quantity(text: &str) -> Option<Match> {
    let Some((value, unit)) = split_once(text, '|') else {
        let (prefix, range) = amount(text)?;
        return Some(Match::Quantity(prefix, range, None));
    };
    let (prefix, range) = amount(value)?;
    let (system, code) = split_once(unit, '|')?;
    let unit = match (system.is_empty(), code.is_empty()) {
        (true, true) => None,
        (true, false) => Some(TokenMatch::Code(unescape(code))),
        _ => Some(token(unit)?),
    };
    Some(Match::Quantity(prefix, range, unit))
}

fn amount(text: &str) -> Option<(Prefix, NumberRange)> {
    let (prefix, text) = prefixed(text);
    let range = NumberRange::parse(text)?;
    Some((
        prefix,
        if prefix == Prefix::Ap {
            near(range)
        } else {
            range
        },
    ))
}

fn prefixed(text: &str) -> (Prefix, &str) {
    let found = PREFIXES
        .iter()
        .find_map(|(letters, prefix)| Some((*prefix, text.strip_prefix(letters)?)));
    found.unwrap_or((Prefix::Eq, text))
}

fn around(range: DateRange, now: Timestamp) -> DateRange {
    let now = now.as_millisecond();
    let distance = (now - range.start_ms).abs().min((now - range.end_ms).abs());
    let within = (range.start_ms..=range.end_ms).contains(&now);
    let margin = if within { 0 } else { distance / 10 };
    DateRange {
        start_ms: range.start_ms - margin,
        end_ms: range.end_ms + margin,
    }
}

fn near(range: NumberRange) -> NumberRange {
    let margin = range.value.abs() / 10.0;
    NumberRange {
        low: range.low.min(range.value - margin),
        high: range.high.max(range.value + margin),
        value: range.value,
    }
}
