//! Order and equality, as far as the precisions let them be known.

use std::cmp::Ordering;

use super::{DAY, MINUTE, Precision, Temporal, TemporalKind};

impl Temporal {
    /// Which comes first; `None` when the less precise one may lie on either side, or when the two
    /// are not of comparable types.
    pub(crate) fn compare(&self, other: &Self) -> Option<Ordering> {
        if (self.kind == TemporalKind::Time) != (other.kind == TemporalKind::Time) {
            return None;
        }
        let timed = |t: &Self| t.precision >= Precision::Hour && t.kind != TemporalKind::Time;
        if timed(self) && timed(other) && self.zone.is_some() != other.zone.is_some() {
            return self.compare_across_zones(other);
        }
        let (a, b) = (self.in_utc(), other.in_utc());
        let least = a.resolution().min(b.resolution());
        for ((part, x), (_, y)) in a.parts().into_iter().zip(b.parts()) {
            if part > least {
                break;
            }
            if x != y {
                return Some(x.cmp(&y));
            }
        }
        (a.resolution() == b.resolution()).then_some(Ordering::Equal)
    }

    /// Where only one names its zone, the other may be up to fourteen hours off.
    fn compare_across_zones(&self, other: &Self) -> Option<Ordering> {
        let instant = |t: &Self| {
            let t = t.in_utc();
            t.days() * DAY + t.milliseconds
        };
        let (a, b) = (instant(self), instant(other));
        ((a - b).abs() > 15 * 60 * MINUTE).then(|| a.cmp(&b))
    }

    /// The same to the same precision.
    pub(crate) fn equivalent(&self, other: &Self) -> bool {
        self.kind == other.kind && self.compare(other) == Some(Ordering::Equal)
    }

    fn in_utc(self) -> Self {
        let Some(zone) = self.zone.filter(|z| *z != 0) else {
            return self;
        };
        let moved = self.milliseconds - i64::from(zone) * MINUTE;
        let shifted = Self {
            milliseconds: moved.rem_euclid(DAY),
            zone: Some(0),
            ..self
        };
        shifted
            .with_days(self.days() + moved.div_euclid(DAY))
            .unwrap_or(self)
    }

    /// Seconds with and without a fraction are one precision.
    fn resolution(&self) -> Precision {
        self.precision.min(Precision::Second)
    }

    fn parts(&self) -> [(Precision, i64); 6] {
        let minutes = self.milliseconds / MINUTE;
        [
            (Precision::Year, i64::from(self.year)),
            (Precision::Month, i64::from(self.month)),
            (Precision::Day, i64::from(self.day)),
            (Precision::Hour, minutes / 60),
            (Precision::Minute, minutes % 60),
            (Precision::Second, self.milliseconds % MINUTE),
        ]
    }
}
