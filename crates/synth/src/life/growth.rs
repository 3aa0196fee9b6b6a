//! How tall, how heavy and how fast a body is, by age and sex.

use crate::number::interpolated;
use crate::person::Person;

/// A body at one time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Body {
    /// Height or length in cm.
    pub(super) height: f64,
    /// Weight in kg.
    pub(super) weight: f64,
    /// Head circumference in cm; meaningful up to three years.
    pub(super) head: f64,
}

/// Age in months against the median of girls and of boys.
type Curve = &'static [(f64, f64)];

const GIRLS_HEIGHT: Curve = &[
    (0.0, 49.1),
    (1.0, 53.7),
    (2.0, 57.1),
    (4.0, 62.1),
    (6.0, 65.7),
    (9.0, 70.1),
    (12.0, 74.0),
    (15.0, 77.5),
    (18.0, 80.7),
    (24.0, 86.4),
    (36.0, 95.1),
    (48.0, 102.7),
    (60.0, 109.4),
    (72.0, 115.0),
    (96.0, 127.5),
    (120.0, 138.2),
    (144.0, 151.5),
    (168.0, 160.5),
    (192.0, 162.5),
    (228.0, 163.2),
];
const BOYS_HEIGHT: Curve = &[
    (0.0, 49.9),
    (1.0, 54.7),
    (2.0, 58.4),
    (4.0, 63.9),
    (6.0, 67.6),
    (9.0, 72.0),
    (12.0, 75.7),
    (15.0, 79.1),
    (18.0, 82.3),
    (24.0, 87.8),
    (36.0, 96.1),
    (48.0, 103.3),
    (60.0, 110.0),
    (72.0, 116.0),
    (96.0, 128.0),
    (120.0, 138.5),
    (144.0, 149.0),
    (168.0, 163.8),
    (192.0, 173.5),
    (228.0, 176.5),
];
const GIRLS_WEIGHT: Curve = &[
    (0.0, 3.2),
    (1.0, 4.2),
    (2.0, 5.1),
    (4.0, 6.4),
    (6.0, 7.3),
    (9.0, 8.2),
    (12.0, 8.9),
    (15.0, 9.6),
    (18.0, 10.2),
    (24.0, 11.5),
    (36.0, 13.9),
    (48.0, 15.9),
    (60.0, 17.9),
    (72.0, 20.2),
    (96.0, 25.8),
    (120.0, 33.0),
    (144.0, 41.8),
    (168.0, 49.4),
    (192.0, 53.9),
    (228.0, 57.5),
];
const BOYS_WEIGHT: Curve = &[
    (0.0, 3.3),
    (1.0, 4.5),
    (2.0, 5.6),
    (4.0, 7.0),
    (6.0, 7.9),
    (9.0, 8.9),
    (12.0, 9.6),
    (15.0, 10.3),
    (18.0, 10.9),
    (24.0, 12.2),
    (36.0, 14.3),
    (48.0, 16.3),
    (60.0, 18.4),
    (72.0, 20.7),
    (96.0, 25.6),
    (120.0, 32.0),
    (144.0, 40.5),
    (168.0, 51.0),
    (192.0, 61.0),
    (228.0, 69.5),
];
const GIRLS_HEAD: Curve = &[
    (0.0, 33.9),
    (1.0, 36.5),
    (2.0, 38.3),
    (4.0, 40.6),
    (6.0, 42.2),
    (9.0, 43.8),
    (12.0, 44.9),
    (18.0, 46.2),
    (36.0, 48.5),
];
const BOYS_HEAD: Curve = &[
    (0.0, 34.5),
    (1.0, 37.3),
    (2.0, 39.1),
    (4.0, 41.6),
    (6.0, 43.3),
    (9.0, 45.0),
    (12.0, 46.1),
    (18.0, 47.4),
    (36.0, 49.5),
];

/// The body of a person at `age` years; `obese` if obesity has set in.
pub(super) fn body(person: &Person, age: f64, obese: bool) -> Body {
    let months = age * 12.0;
    let height = interpolated(person.by_sex(GIRLS_HEIGHT, BOYS_HEIGHT), months)
        * (1.0 + 0.04 * person.stature);
    let head =
        interpolated(person.by_sex(GIRLS_HEAD, BOYS_HEAD), months) * (1.0 + 0.028 * person.stature);
    let weight = if age < 19.0 {
        let median = interpolated(person.by_sex(GIRLS_WEIGHT, BOYS_WEIGHT), months);
        let spread =
            1.0 + 0.08 * person.stature + 0.09 * person.build + if obese { 0.35 } else { 0.0 };
        median * spread.max(0.7)
    } else {
        // Adults gain until about sixty and lose a little in old age.
        let drift = interpolated(&[(19.0, -2.0), (40.0, 0.5), (60.0, 1.5), (80.0, 0.0)], age);
        let index = 26.0 + drift + 2.6 * person.build + if obese { 6.5 } else { 0.0 };
        index.max(17.5) * (height / 100.0) * (height / 100.0)
    };
    Body {
        height,
        weight,
        head,
    }
}

/// Resting heart rate per minute.
pub(super) fn heart_rate(age: f64) -> f64 {
    interpolated(
        &[
            (0.0, 140.0),
            (1.0, 120.0),
            (5.0, 96.0),
            (10.0, 84.0),
            (18.0, 74.0),
            (80.0, 72.0),
        ],
        age,
    )
}

/// Breaths per minute at rest.
pub(super) fn respiratory_rate(age: f64) -> f64 {
    interpolated(
        &[
            (0.0, 42.0),
            (1.0, 30.0),
            (5.0, 22.0),
            (12.0, 18.0),
            (18.0, 15.0),
            (80.0, 16.0),
        ],
        age,
    )
}

/// Systolic and diastolic blood pressure in mmHg.
pub(super) fn blood_pressure(age: f64) -> (f64, f64) {
    let systolic = interpolated(
        &[
            (1.0, 88.0),
            (5.0, 96.0),
            (12.0, 108.0),
            (18.0, 115.0),
            (50.0, 122.0),
            (80.0, 132.0),
        ],
        age,
    );
    let diastolic = interpolated(
        &[
            (1.0, 50.0),
            (5.0, 58.0),
            (12.0, 66.0),
            (18.0, 72.0),
            (50.0, 78.0),
            (80.0, 74.0),
        ],
        age,
    );
    (systolic, diastolic)
}
