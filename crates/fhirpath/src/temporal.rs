//! Dates, times and moments of any precision, as FHIRPath compares and moves them.

pub(crate) mod arithmetic;
pub(crate) mod boundary;
mod order;
mod read;
mod write;

/// Which of the three types it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TemporalKind {
    /// `@2014-01-25`
    Date,
    /// `@2014-01-25T14:30:14.559Z`, and `instant`.
    DateTime,
    /// `@T14:30:14`
    Time,
}

/// How much of it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Precision {
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
    Millisecond,
}

/// A date, a time of day, or both; parts beyond the precision are the least there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Temporal {
    pub(crate) kind: TemporalKind,
    pub(crate) precision: Precision,
    pub(crate) year: i32,
    pub(crate) month: u32,
    pub(crate) day: u32,
    /// Since midnight.
    pub(crate) milliseconds: i64,
    /// Minutes east of Greenwich.
    pub(crate) zone: Option<i32>,
}

pub(crate) const HOUR: i64 = 3_600_000;
pub(crate) const MINUTE: i64 = 60_000;
pub(crate) const SECOND: i64 = 1_000;
pub(crate) const DAY: i64 = 24 * HOUR;

impl Temporal {
    /// Reads a FHIR or FHIRPath text (without `@`) of one of the types.
    pub fn parse(text: &str, kind: TemporalKind) -> Option<Self> {
        read::read(text, kind)
    }

    /// Which of the three types it is.
    pub fn kind(&self) -> TemporalKind {
        self.kind
    }

    /// The day it lies on, as a date.
    pub(crate) fn date(self) -> Self {
        Self {
            kind: TemporalKind::Date,
            precision: self.precision.min(Precision::Day),
            milliseconds: 0,
            zone: None,
            ..self
        }
    }

    /// Its time of day.
    pub(crate) fn time(self) -> Self {
        Self {
            kind: TemporalKind::Time,
            year: 0,
            month: 1,
            day: 1,
            zone: None,
            ..self
        }
    }

    /// Days since 1970-01-01.
    fn days(&self) -> i64 {
        days_from_civil(i64::from(self.year), self.month, self.day)
    }

    fn with_days(self, days: i64) -> Option<Self> {
        let (year, month, day) = civil_from_days(days);
        Some(Self {
            year: i32::try_from(year)
                .ok()
                .filter(|y| (1..=9999).contains(y))?,
            month,
            day,
            ..self
        })
    }
}

/// Days from 1970-01-01 to a day of the Gregorian calendar (years of 400-year eras from March on).
fn days_from_civil(year: i64, month: u32, day: u32) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((i64::from(month) + 9) % 12) + 2) / 5 + i64::from(day) - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

fn civil_from_days(days: i64) -> (i64, u32, u32) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = u32::try_from(of_year - (153 * shifted + 2) / 5 + 1).unwrap_or(1);
    let month = u32::try_from(if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    })
    .unwrap_or(1);
    (year + era * 400 + i64::from(month <= 2), month, day)
}

/// The days a month has.
fn days_in_month(year: i32, month: u32) -> u32 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}
