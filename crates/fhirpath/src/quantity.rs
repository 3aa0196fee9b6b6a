//! Quantities: a number with a UCUM unit or a calendar duration.

mod units;

use std::borrow::Cow;
use std::cmp::Ordering;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::temporal::arithmetic::Span;
use units::Unit;

/// A number with its unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantity<'a> {
    /// How many.
    pub value: Decimal,
    /// A UCUM code (`mg`), or the word of a calendar duration in the singular (`year`).
    pub unit: Cow<'a, str>,
    /// Whether the unit is a calendar duration.
    pub calendar: bool,
}

/// Words for calendar durations, their UCUM codes, and whether both mean the same.
const CALENDAR: [(&str, &str, bool); 8] = [
    ("year", "a", false),
    ("month", "mo", false),
    ("week", "wk", true),
    ("day", "d", true),
    ("hour", "h", true),
    ("minute", "min", true),
    ("second", "s", true),
    ("millisecond", "ms", true),
];

impl<'a> Quantity<'a> {
    /// A quantity with a UCUM unit.
    pub fn new(value: Decimal, unit: impl Into<Cow<'a, str>>) -> Self {
        Self {
            value,
            unit: unit.into(),
            calendar: false,
        }
    }

    /// A calendar duration; `None` when `word` is no unit of it.
    pub(crate) fn calendar(value: Decimal, word: &str) -> Option<Self> {
        let singular = word.strip_suffix('s').unwrap_or(word);
        let (unit, ..) = CALENDAR.into_iter().find(|(word, ..)| *word == singular)?;
        Some(Self {
            value,
            unit: Cow::Borrowed(unit),
            calendar: true,
        })
    }

    /// Reads `4 days`, `4 'mg'`, `4`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let end = text.find(char::is_whitespace).unwrap_or(text.len());
        let (number, unit) = text.split_at_checked(end)?;
        let value = number.parse().ok()?;
        let unit = unit.trim();
        if unit.is_empty() {
            return Some(Self::new(value, "1"));
        }
        match unit.strip_prefix('\'').and_then(|u| u.strip_suffix('\'')) {
            Some(code) => Some(Self::new(value, code.to_owned())),
            None => Self::calendar(value, unit),
        }
    }

    /// Its order beside another; `None` when the units cannot be converted into each other.
    pub(crate) fn compare(&self, other: &Self) -> Option<Ordering> {
        if self.is_same_unit(other) {
            return Some(self.value.cmp(&other.value));
        }
        let (a, b) = (self.in_base()?, other.in_base()?);
        (a.0 == b.0).then(|| a.1.cmp(&b.1))
    }

    /// Whether the two can be compared at all.
    pub(crate) fn is_comparable(&self, other: &Self) -> bool {
        self.compare(other).is_some()
    }

    /// Equal to the precision of the less precise; year and month as their UCUM units.
    pub(crate) fn equivalent(&self, other: &Self) -> bool {
        let loose = |q: &Self| Quantity {
            unit: q.ucum().to_owned().into(),
            calendar: false,
            ..q.clone()
        };
        let (a, b) = (loose(self), loose(other));
        if a.unit == b.unit {
            return roughly(a.value, b.value);
        }
        match (a.unit(), b.unit()) {
            (Some(x), Some(y)) if x.dimension == y.dimension => {
                // In the less precise of the two units.
                let converted = b.value * y.factor / x.factor;
                roughly(a.value, converted.normalize())
            }
            _ => false,
        }
    }

    /// The span of time it means in calendar arithmetic; `None` for a year or month of UCUM, which
    /// have a fixed length the calendar does not, and for anything that is no time.
    pub(crate) fn span(&self) -> Option<Span> {
        let word = if self.calendar {
            self.unit.as_ref()
        } else {
            let means = |&(word, code, same): &(&str, &str, bool)| {
                word == self.unit || (same && code == self.unit)
            };
            let found = CALENDAR.into_iter().find(means);
            found?.0
        };
        let whole = self.value.trunc().to_i64()?;
        let milliseconds = |each: i64| whole.checked_mul(each).map(Span::Milliseconds);
        match word {
            "year" => whole.checked_mul(12).map(Span::Months),
            "month" => Some(Span::Months(whole)),
            "week" => milliseconds(7 * 86_400_000),
            "day" => milliseconds(86_400_000),
            "hour" => milliseconds(3_600_000),
            "minute" => milliseconds(60_000),
            "second" => Some(Span::Milliseconds(
                (self.value * Decimal::ONE_THOUSAND).trunc().to_i64()?,
            )),
            _ => Some(Span::Milliseconds(whole)),
        }
    }

    fn is_same_unit(&self, other: &Self) -> bool {
        let strict = |q: &Self| {
            let differs = CALENDAR
                .into_iter()
                .any(|(w, _, same)| w == q.unit && !same);
            q.calendar && differs
        };
        strict(self) == strict(other) && self.ucum() == other.ucum()
    }

    fn ucum(&self) -> &str {
        let found = CALENDAR
            .into_iter()
            .find(|(word, ..)| self.calendar && *word == self.unit);
        found.map_or(self.unit.as_ref(), |(_, code, _)| code)
    }

    fn unit(&self) -> Option<Unit> {
        units::unit(self.ucum())
    }

    /// The dimension and the number in its base unit.
    fn in_base(&self) -> Option<(units::Dimension, Decimal)> {
        let unit = self.unit()?;
        let fixed = |code: &str| !matches!(code, "a" | "mo");
        if self.calendar && !fixed(self.ucum()) {
            return None;
        }
        Some((unit.dimension, self.value.checked_mul(unit.factor)?))
    }
}

/// Equal when both are rounded to the fewer decimal places.
pub(crate) fn roughly(a: Decimal, b: Decimal) -> bool {
    let places = a.scale().min(b.scale());
    a.round_dp(places) == b.round_dp(places)
}

impl std::fmt::Display for Quantity<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.calendar {
            let plural = if self.value == Decimal::ONE { "" } else { "s" };
            write!(f, "{} {}{plural}", self.value, self.unit)
        } else {
            write!(f, "{} '{}'", self.value, self.unit)
        }
    }
}
