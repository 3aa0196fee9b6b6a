//! Moving by calendar durations.

use super::{DAY, HOUR, MINUTE, Precision, SECOND, Temporal, TemporalKind, days_in_month};

/// A unit of time to move by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Span {
    /// So many months.
    Months(i64),
    /// So many milliseconds.
    Milliseconds(i64),
}

impl Temporal {
    /// Later by `span`, counted in whole units of its own precision; `None` beyond the calendar.
    pub(crate) fn plus(self, span: Span) -> Option<Self> {
        if self.kind == TemporalKind::Time {
            let Span::Milliseconds(by) = span else {
                return None;
            };
            let milliseconds = self.milliseconds.checked_add(self.whole(by))?;
            return Some(Self {
                milliseconds: milliseconds.rem_euclid(DAY),
                ..self
            });
        }
        match (span, self.precision) {
            (Span::Months(by), Precision::Year) => self.plus_months(by / 12 * 12),
            (Span::Months(by), _) => self.plus_months(by),
            // A year has 365 days and a month 30 where the date knows no days.
            (Span::Milliseconds(by), Precision::Year) => self.plus_months(by / (365 * DAY) * 12),
            (Span::Milliseconds(by), Precision::Month) => self.plus_months(by / (30 * DAY)),
            (Span::Milliseconds(by), _) => {
                let moved = self.milliseconds.checked_add(self.whole(by))?;
                let same = Self {
                    milliseconds: moved.rem_euclid(DAY),
                    ..self
                };
                same.with_days(self.days().checked_add(moved.div_euclid(DAY))?)
            }
        }
    }

    /// Cuts a span down to the precision.
    fn whole(self, milliseconds: i64) -> i64 {
        let unit = match self.precision {
            Precision::Hour => HOUR,
            Precision::Minute => MINUTE,
            Precision::Second => SECOND,
            Precision::Millisecond => 1,
            Precision::Year | Precision::Month | Precision::Day => DAY,
        };
        milliseconds / unit * unit
    }

    /// The same day of another month, or its last where it has fewer.
    fn plus_months(self, by: i64) -> Option<Self> {
        let months = (i64::from(self.year) * 12 + i64::from(self.month) - 1).checked_add(by)?;
        let year = i32::try_from(months.div_euclid(12)).ok()?;
        let month = u32::try_from(months.rem_euclid(12) + 1).ok()?;
        let moved = Self {
            year,
            month,
            day: self.day.min(days_in_month(year, month)),
            ..self
        };
        (1..=9999).contains(&year).then_some(moved)
    }
}
