//! FHIR dates as ranges of instants.

use crate::value::DateRange;

const SECOND_MS: i64 = 1_000;
const MINUTE_MS: i64 = 60 * SECOND_MS;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;

impl DateRange {
    /// The range that a `date`, `dateTime` or `instant` names: a year, month, day, minute, second or
    /// part of one. A time may lack its seconds, as it may in a search (3.1.1.4.7); without a time
    /// zone UTC is meant.
    ///
    /// `None` when the text is no such date, including days and hours that do not exist.
    pub fn parse(text: &str) -> Option<Self> {
        let mut rest = Rest(text.as_bytes());
        let year = rest.digits(4)?;
        if rest.is_empty() {
            return Some(Self::days(day(year, 1, 1)?, day(year + 1, 1, 1)?));
        }
        let month = rest.after(b'-')?.digits(2)?;
        if rest.is_empty() {
            let (next_year, next_month) = if month == 12 {
                (year + 1, 1)
            } else {
                (year, month + 1)
            };
            return Some(Self::days(
                day(year, month, 1)?,
                day(next_year, next_month, 1)?,
            ));
        }
        let date = day(year, month, rest.after(b'-')?.digits(2)?)?;
        if rest.is_empty() {
            return Some(Self::days(date, date + 1));
        }
        let (time_ms, width_ms) = rest.after(b'T')?.time()?;
        let start_ms = date * DAY_MS + time_ms - rest.zone_ms()?;
        rest.is_empty().then_some(Self {
            start_ms,
            end_ms: start_ms + width_ms - 1,
        })
    }

    /// The range from the start of `start` to the end of `end`; an absent side is open.
    ///
    /// `None` when both are absent.
    pub fn period(start: Option<Self>, end: Option<Self>) -> Option<Self> {
        if start.is_none() && end.is_none() {
            return None;
        }
        Some(Self {
            start_ms: start.map_or(i64::MIN, |s| s.start_ms),
            end_ms: end.map_or(i64::MAX, |e| e.end_ms),
        })
    }

    fn days(first: i64, next: i64) -> Self {
        Self {
            start_ms: first * DAY_MS,
            end_ms: next * DAY_MS - 1,
        }
    }
}

/// What of the text has not been read.
struct Rest<'t>(&'t [u8]);

impl Rest<'_> {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn digits(&mut self, count: usize) -> Option<i64> {
        let (digits, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        digits.iter().try_fold(0, |number, b| {
            b.is_ascii_digit()
                .then(|| number * 10 + i64::from(b - b'0'))
        })
    }

    fn after(&mut self, byte: u8) -> Option<&mut Self> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        (*first == byte).then_some(self)
    }

    fn starts_with(&self, byte: u8) -> bool {
        self.0.first() == Some(&byte)
    }

    /// Milliseconds into the day and how many the text leaves open.
    fn time(&mut self) -> Option<(i64, i64)> {
        let hour = self.digits(2).filter(|h| *h < 24)?;
        let minute = self.after(b':')?.digits(2).filter(|m| *m < 60)?;
        let start = (hour * 60 + minute) * MINUTE_MS;
        if !self.starts_with(b':') {
            return Some((start, MINUTE_MS));
        }
        // A leap second is taken for the second before it.
        let second = self.after(b':')?.digits(2).filter(|s| *s <= 60)?.min(59);
        let start = start + second * SECOND_MS;
        if !self.starts_with(b'.') {
            return Some((start, SECOND_MS));
        }
        let (fraction, width) = self.after(b'.')?.fraction()?;
        Some((start + fraction, width))
    }

    /// Digits after the point; beyond the third they are finer than this index.
    fn fraction(&mut self) -> Option<(i64, i64)> {
        let count = self.0.iter().take_while(|b| b.is_ascii_digit()).count();
        let (digits, rest) = self.0.split_at_checked(count).filter(|_| count > 0)?;
        self.0 = rest;
        let kept = digits.iter().take(3);
        let (mut start, mut width) = (0, SECOND_MS);
        for digit in kept {
            width /= 10;
            start += i64::from(digit - b'0') * width;
        }
        Some((start, width))
    }

    fn zone_ms(&mut self) -> Option<i64> {
        let Some((sign, rest)) = self.0.split_first() else {
            return Some(0);
        };
        self.0 = rest;
        let sign = match sign {
            b'Z' => return Some(0),
            b'+' => 1,
            b'-' => -1,
            _ => return None,
        };
        let hours = self.digits(2).filter(|h| *h <= 14)?;
        let minutes = self.after(b':')?.digits(2).filter(|m| *m < 60)?;
        Some(sign * (hours * 60 + minutes) * MINUTE_MS)
    }
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar.
fn day(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=last).contains(&day) {
        return None;
    }
    // Years are counted from March, so that a leap day ends one.
    let shifted = (month + 9) % 12;
    let year = year - i64::from(month <= 2);
    let day_of_year = (153 * shifted + 2) / 5 + day - 1;
    let days =
        year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + day_of_year;
    Some(days - 719_468)
}
