//! A date, time or moment as text, no more precise than it is.

use std::fmt;

use super::{HOUR, MINUTE, Precision, SECOND, Temporal, TemporalKind};

impl fmt::Display for Temporal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.kind != TemporalKind::Time {
            write!(f, "{:04}", self.year)?;
            if self.precision >= Precision::Month {
                write!(f, "-{:02}", self.month)?;
            }
            if self.precision >= Precision::Day {
                write!(f, "-{:02}", self.day)?;
            }
            if self.precision < Precision::Hour {
                return Ok(());
            }
            f.write_str("T")?;
        }
        self.clock(f)?;
        match self.zone {
            None => Ok(()),
            Some(0) => f.write_str("Z"),
            Some(minutes) => {
                let sign = if minutes < 0 { '-' } else { '+' };
                let minutes = minutes.abs();
                write!(f, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
            }
        }
    }
}

impl Temporal {
    fn clock(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = self.milliseconds;
        write!(f, "{:02}", all / HOUR)?;
        if self.precision >= Precision::Minute {
            write!(f, ":{:02}", all / MINUTE % 60)?;
        }
        if self.precision >= Precision::Second {
            write!(f, ":{:02}", all / SECOND % 60)?;
        }
        if self.precision >= Precision::Millisecond {
            write!(f, ".{:03}", all % SECOND)?;
        }
        Ok(())
    }
}
