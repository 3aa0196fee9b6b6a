//! The earliest and latest moment an imprecise one may mean.

use super::{DAY, HOUR, MINUTE, Precision, SECOND, Temporal, TemporalKind, days_in_month};

/// Which end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Low,
    High,
}

impl Temporal {
    /// The digits its precision has: 4 for a year, 17 for a moment to the millisecond.
    pub(crate) fn digits(&self) -> i64 {
        let day = match self.precision {
            Precision::Year => 4,
            Precision::Month => 6,
            Precision::Day => 8,
            Precision::Hour => 10,
            Precision::Minute => 12,
            Precision::Second => 14,
            Precision::Millisecond => 17,
        };
        if self.kind == TemporalKind::Time {
            day - 8
        } else {
            day
        }
    }

    /// The end of what it may mean, to so many digits; `None` when there is no such precision.
    pub(crate) fn boundary(self, end: End, digits: Option<i64>) -> Option<Self> {
        let most = match self.kind {
            TemporalKind::Date => 8,
            TemporalKind::DateTime => 17,
            TemporalKind::Time => 9,
        };
        let mut wanted = digits.unwrap_or(most);
        if self.kind == TemporalKind::Time {
            wanted += 8;
        }
        let precision = match wanted {
            4 => Precision::Year,
            6 => Precision::Month,
            8 => Precision::Day,
            10 => Precision::Hour,
            12 => Precision::Minute,
            14 => Precision::Second,
            17 => Precision::Millisecond,
            _ => return None,
        };
        let mut filled = self.filled(end);
        if self.kind == TemporalKind::DateTime && precision >= Precision::Hour {
            // A moment without a zone may lie anywhere from UTC+14 to UTC-12.
            let furthest = if end == End::Low { 14 * 60 } else { -12 * 60 };
            filled.zone = self.zone.or(Some(furthest));
        } else {
            filled.zone = None;
        }
        filled.precision = precision;
        Some(filled)
    }

    /// Every unknown part at its least or most.
    fn filled(self, end: End) -> Self {
        if end == End::Low {
            return self;
        }
        let mut filled = self;
        if self.precision < Precision::Month {
            filled.month = 12;
        }
        if self.precision < Precision::Day {
            filled.day = days_in_month(filled.year, filled.month);
        }
        let unknown = match self.precision {
            Precision::Year | Precision::Month | Precision::Day => DAY,
            Precision::Hour => HOUR,
            Precision::Minute => MINUTE,
            Precision::Second => SECOND,
            Precision::Millisecond => 1,
        };
        filled.milliseconds += unknown - 1;
        filled
    }
}
