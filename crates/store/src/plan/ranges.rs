//! Prefixes over ranges (R4 3.1.1.5.3) → stretches of keys.

use cresset_search::{DateRange, NumberRange, Prefix};

use super::lookups::Span;
use crate::layout::encode::LONG_MS;
use crate::layout::sortable;

/// As alternatives of (start, end).
pub(super) fn dates(prefix: Prefix, asked: DateRange) -> Vec<(Span, Span)> {
    let (low, high) = (asked.start_ms, asked.end_ms);
    let above = (Span::ALL, Span::from(high.saturating_add(1)));
    let below = (Span::to(low.saturating_sub(1)), Span::ALL);
    match prefix {
        Prefix::Eq => vec![(Span { low, high }, Span::to(high))],
        Prefix::Ne => vec![below, above],
        Prefix::Gt => vec![above],
        Prefix::Lt => vec![below],
        // "Above, or inside": inside needs its end bounded only where it is not above already.
        Prefix::Ge => vec![above, (Span::from(low), Span::ALL)],
        Prefix::Le => vec![below, (Span::ALL, Span::to(high))],
        Prefix::Sa => vec![(Span::from(high.saturating_add(1)), Span::ALL)],
        Prefix::Eb => vec![(Span::ALL, Span::to(low.saturating_sub(1)))],
        Prefix::Ap => vec![(Span::to(high), Span::from(low))],
    }
}

/// As [`dates`] for values that are one instant.
pub(super) fn instants(prefix: Prefix, asked: DateRange) -> Vec<Span> {
    let (low, high) = (asked.start_ms, asked.end_ms);
    let above = Span::from(high.saturating_add(1));
    let below = Span::to(low.saturating_sub(1));
    match prefix {
        Prefix::Eq | Prefix::Ap => vec![Span { low, high }],
        Prefix::Ne => vec![below, above],
        Prefix::Gt | Prefix::Sa => vec![above],
        Prefix::Lt | Prefix::Eb => vec![below],
        Prefix::Ge => vec![Span::from(low)],
        Prefix::Le => vec![Span::to(high)],
    }
}

pub(super) fn numbers(prefix: Prefix, asked: NumberRange) -> Vec<Span> {
    let (low, value) = (sortable::number(asked.low), sortable::number(asked.value));
    let end = sortable::number(asked.high);
    let high = if asked.high > asked.low {
        end.saturating_sub(1)
    } else {
        end
    };
    match prefix {
        Prefix::Eq => vec![Span { low, high }],
        Prefix::Ne => vec![
            Span::to(low.saturating_sub(1)),
            Span::from(high.saturating_add(1)),
        ],
        Prefix::Gt => vec![Span::from(value.saturating_add(1))],
        Prefix::Lt => vec![Span::to(value.saturating_sub(1))],
        Prefix::Ge => vec![Span::from(value)],
        Prefix::Le => vec![Span::to(value)],
        Prefix::Sa => vec![Span::from(high.saturating_add(1))],
        Prefix::Eb => vec![Span::to(low.saturating_sub(1))],
        Prefix::Ap => vec![Span { low, high: end }],
    }
}

/// Bound of a start from a bound of an end, where no range is longer than a day.
pub(crate) fn start_from(end: Span) -> i64 {
    end.low.saturating_sub(LONG_MS)
}
