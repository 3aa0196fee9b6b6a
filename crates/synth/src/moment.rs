//! Local time of the practice.

use jiff::civil::Date;

/// Seconds of one day.
const DAY: i64 = 86_400;

/// A moment in the practice's local time, to the second.
///
/// The practice lies in Arizona, which keeps one offset all year; so local time needs no zone
/// database and no wall-clock hour is ambiguous.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Moment(i64);

impl Moment {
    /// The offset of the practice's local time from UTC.
    pub(crate) const OFFSET: &'static str = "-07:00";

    /// Midnight at the beginning of `date`.
    pub(crate) fn of(date: Date) -> Self {
        let (year, month, day) = (
            i64::from(date.year()),
            i64::from(date.month()),
            i64::from(date.day()),
        );
        // Days since 1970-01-01 in the proleptic Gregorian calendar, counted from March so that
        // the leap day is the last of its year.
        let year = if month <= 2 { year - 1 } else { year };
        let era = year.div_euclid(400);
        let year_of_era = year - era * 400;
        let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        Self((era * 146_097 + day_of_era - 719_468) * DAY)
    }

    /// The same day at this hour and minute.
    pub(crate) fn at(self, hour: i64, minute: i64) -> Self {
        Self(self.0.div_euclid(DAY) * DAY + hour * 3_600 + minute * 60)
    }

    /// This moment moved by whole days.
    pub(crate) fn plus_days(self, days: i64) -> Self {
        Self(self.0 + days * DAY)
    }

    /// This moment moved by minutes.
    pub(crate) fn plus_minutes(self, minutes: i64) -> Self {
        Self(self.0 + minutes * 60)
    }

    /// Whole days from `earlier` to this moment.
    pub(crate) fn days_since(self, earlier: Self) -> i64 {
        (self.0 - earlier.0).div_euclid(DAY)
    }

    /// The day of the week, Monday is 0.
    pub(crate) fn weekday(self) -> i64 {
        (self.0.div_euclid(DAY) + 3).rem_euclid(7)
    }

    /// This moment, or the Monday after it if it falls on a weekend.
    pub(crate) fn on_weekday(self) -> Self {
        match self.weekday() {
            day @ 5.. => self.plus_days(7 - day),
            _ => self,
        }
    }

    /// Year, month and day.
    pub(crate) fn calendar(self) -> (u64, u64, u64) {
        let days = self.0.div_euclid(DAY) + 719_468;
        let era = days.div_euclid(146_097);
        let day_of_era = days - era * 146_097;
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = if month_from_march < 10 {
            month_from_march + 3
        } else {
            month_from_march - 9
        };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        (
            year.unsigned_abs(),
            month.unsigned_abs(),
            day.unsigned_abs(),
        )
    }

    /// Hour, minute and second.
    pub(crate) fn time(self) -> (u64, u64, u64) {
        let seconds = self.0.rem_euclid(DAY).unsigned_abs();
        (seconds / 3_600, seconds / 60 % 60, seconds % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::Moment;

    #[test]
    fn calendar_agrees_with_the_date_library() {
        let mut date = jiff::civil::date(1899, 12, 28);
        while date < jiff::civil::date(2101, 1, 5) {
            let moment = Moment::of(date);
            let (year, month, day) = moment.calendar();
            assert_eq!(format!("{year:04}-{month:02}-{day:02}"), date.to_string());
            assert_eq!(
                moment.weekday(),
                i64::from(date.weekday().to_monday_zero_offset())
            );
            date = date.saturating_add(jiff::Span::new().days(13));
        }
    }

    #[test]
    fn weekends_move_to_monday() {
        let saturday = Moment::of(jiff::civil::date(2026, 11, 21));
        assert_eq!(saturday.on_weekday().calendar(), (2026, 11, 23));
        assert_eq!(
            saturday.plus_days(3).on_weekday().calendar(),
            (2026, 11, 24)
        );
    }
}
