//! `date`, `dateTime`, `instant` and `time`: form and calendar.

use super::Fault;

const DATE: Fault = "must be a date as YYYY, YYYY-MM or YYYY-MM-DD";
const DATE_TIME: Fault =
    "must be YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm:ss with a time zone";
const INSTANT: Fault = "must be YYYY-MM-DDThh:mm:ss with a time zone (Z or +hh:mm)";
const TIME: Fault = "must be a time of day as hh:mm:ss";
const NO_DAY: Fault = "is a day the calendar does not have";
const ZONE: Fault = "must end with a time zone (Z, or +hh:mm up to 14:00) after the time";

/// A date of any precision.
pub(super) fn date(text: &str) -> Result<(), Fault> {
    let bytes = text.as_bytes();
    let year = number(bytes.get(..4)).filter(|y| *y > 0).ok_or(DATE)?;
    let Some(rest) = bytes.get(4..).filter(|r| !r.is_empty()) else {
        return Ok(());
    };
    let [b'-', rest @ ..] = rest else {
        return Err(DATE);
    };
    let month = number(rest.get(..2)).ok_or(DATE)?;
    if !(1..=12).contains(&month) {
        return Err("must have a month from 01 to 12");
    }
    let Some(rest) = rest.get(2..).filter(|r| !r.is_empty()) else {
        return Ok(());
    };
    let [b'-', a, b] = rest else { return Err(DATE) };
    let day = number(Some(&[*a, *b])).ok_or(DATE)?;
    if day == 0 || day > days(year, month) {
        return Err(NO_DAY);
    }
    Ok(())
}

/// A date, or a day with time and zone.
pub(super) fn date_time(text: &str) -> Result<(), Fault> {
    match text.split_once('T') {
        None => date(text).map_err(|f| if f == DATE { DATE_TIME } else { f }),
        Some((day, clock)) => moment(day, clock, DATE_TIME),
    }
}

/// A day with time and zone.
pub(super) fn instant(text: &str) -> Result<(), Fault> {
    let (day, clock) = text.split_once('T').ok_or(INSTANT)?;
    moment(day, clock, INSTANT)
}

/// A time of day without zone.
pub(super) fn time(text: &str) -> Result<(), Fault> {
    let rest = clock(text.as_bytes(), TIME)?;
    if rest.is_empty() { Ok(()) } else { Err(TIME) }
}

fn moment(day: &str, clock_and_zone: &str, fault: Fault) -> Result<(), Fault> {
    if day.len() != 10 {
        return Err(fault);
    }
    date(day).map_err(|f| if f == DATE { fault } else { f })?;
    zone(clock(clock_and_zone.as_bytes(), fault)?)
}

/// Reads `hh:mm:ss` and a fraction; gives what follows.
fn clock(text: &[u8], fault: Fault) -> Result<&[u8], Fault> {
    let [h1, h2, b':', m1, m2, b':', s1, s2, rest @ ..] = text else {
        return Err(fault);
    };
    let part = |a: &u8, b: &u8| number(Some(&[*a, *b])).ok_or(fault);
    let (hour, minute, second) = (part(h1, h2)?, part(m1, m2)?, part(s1, s2)?);
    // A leap second is a real time of day (R4 allows 60).
    if hour > 23 || minute > 59 || second > 60 {
        return Err("is a time of day the clock does not have");
    }
    let [b'.', fraction @ ..] = rest else {
        return Ok(rest);
    };
    let digits = fraction.iter().take_while(|b| b.is_ascii_digit()).count();
    if digits == 0 {
        Err(fault)
    } else {
        Ok(fraction.get(digits..).unwrap_or_default())
    }
}

fn zone(text: &[u8]) -> Result<(), Fault> {
    let [b'+' | b'-', h1, h2, b':', m1, m2] = text else {
        return if text == b"Z" { Ok(()) } else { Err(ZONE) };
    };
    let part = |a: &u8, b: &u8| number(Some(&[*a, *b])).ok_or(ZONE);
    let minutes = part(h1, h2)? * 60 + part(m1, m2)?;
    if minutes <= 14 * 60 && part(m1, m2)? < 60 {
        Ok(())
    } else {
        Err(ZONE)
    }
}

/// The value of digits, nothing else allowed.
fn number(digits: Option<&[u8]>) -> Option<u32> {
    digits?.iter().try_fold(0_u32, |n, b| {
        b.is_ascii_digit().then(|| n * 10 + u32::from(b - b'0'))
    })
}

fn days(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => {
            29
        }
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}
