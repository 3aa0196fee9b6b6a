//! Text into a date, time or moment.

use super::{HOUR, MINUTE, Precision, SECOND, Temporal, TemporalKind, days_in_month};

pub(super) fn read(text: &str, kind: TemporalKind) -> Option<Temporal> {
    let empty = Temporal {
        kind,
        precision: Precision::Year,
        year: 0,
        month: 1,
        day: 1,
        milliseconds: 0,
        zone: None,
    };
    match kind {
        TemporalKind::Date => day(text, empty),
        TemporalKind::Time => {
            let (read, rest) = clock(text.strip_prefix('T').unwrap_or(text), empty)?;
            rest.is_empty().then_some(read)
        }
        TemporalKind::DateTime => match text.split_once('T') {
            None => day(text, empty),
            Some((date, "")) => day(date, empty),
            Some((date, time)) => {
                let read = day(date, empty).filter(|d| d.precision == Precision::Day)?;
                let (read, rest) = clock(time, read)?;
                let zone = match rest {
                    "" => None,
                    rest => Some(zone(rest)?),
                };
                Some(Temporal { zone, ..read })
            }
        },
    }
}

/// `YYYY`, `YYYY-MM`, `YYYY-MM-DD`.
fn day(text: &str, mut read: Temporal) -> Option<Temporal> {
    let mut parts = text.split('-');
    read.year = digits(parts.next()?, 4)?.try_into().ok()?;
    if let Some(month) = parts.next() {
        read.month = digits(month, 2).filter(|m| (1..=12).contains(m))?;
        read.precision = Precision::Month;
    }
    if let Some(day) = parts.next() {
        let last = days_in_month(read.year, read.month);
        read.day = digits(day, 2).filter(|d| (1..=last).contains(d))?;
        read.precision = Precision::Day;
    }
    parts.next().is_none().then_some(read)
}

/// `hh`, `hh:mm`, `hh:mm:ss`, `hh:mm:ss.fff`; gives what follows.
fn clock(text: &str, mut read: Temporal) -> Option<(Temporal, &str)> {
    let part = |text: &str, max: u32| digits(text.get(..2)?, 2).filter(|n| *n <= max);
    read.milliseconds = i64::from(part(text, 23)?) * HOUR;
    read.precision = Precision::Hour;
    let mut rest = text.get(2..)?;
    if let Some(minute) = rest.strip_prefix(':') {
        read.milliseconds += i64::from(part(minute, 59)?) * MINUTE;
        read.precision = Precision::Minute;
        rest = minute.get(2..)?;
        if let Some(second) = rest.strip_prefix(':') {
            read.milliseconds += i64::from(part(second, 60)?) * SECOND;
            read.precision = Precision::Second;
            rest = second.get(2..)?;
        }
    }
    if let Some(fraction) = rest.strip_prefix('.')
        && read.precision == Precision::Second
    {
        let len = fraction.bytes().take_while(u8::is_ascii_digit).count();
        let known = fraction.get(..len.min(3)).filter(|f| !f.is_empty())?;
        let scale = [100, 10, 1].get(known.len() - 1)?;
        read.milliseconds += known.parse::<i64>().ok()? * scale;
        read.precision = Precision::Millisecond;
        rest = fraction.get(len..)?;
    }
    Some((read, rest))
}

/// `Z` or `+hh:mm`, in minutes.
fn zone(text: &str) -> Option<i32> {
    let sign = match text.bytes().next()? {
        b'Z' if text.len() == 1 => return Some(0),
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, minutes) = text.get(1..)?.split_once(':')?;
    let minutes = digits(hours, 2)? * 60 + digits(minutes, 2).filter(|m| *m < 60)?;
    Some(sign * i32::try_from(minutes).ok()?)
}

/// A number of exactly so many digits.
fn digits(text: &str, len: usize) -> Option<u32> {
    let plain = text.len() == len && text.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}
