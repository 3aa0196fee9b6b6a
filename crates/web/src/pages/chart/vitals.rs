//! Vital signs over time, each as a small drawing and the last value in words.

use std::fmt::Write;

use cresset_base::ResourceId;
use cresset_model::Value;

use super::patients::search;
use super::record::{concept, day, list, quantity};
use crate::extract::SignedIn;
use crate::failure::Failure;

/// Measurements that are looked at.
const MEASUREMENTS_MAX: &str = "100";
/// Width and height of a drawing, and the margin within which its points stay.
const DRAWING: (f64, f64, f64) = (160.0, 40.0, 4.0);

/// One vital sign.
#[derive(Debug, PartialEq)]
pub(super) struct Vital {
    pub(super) name: String,
    pub(super) last: String,
    pub(super) day: String,
    /// Corners of the line, as SVG wants them; empty for a single value.
    pub(super) points: String,
    /// Where the last value is.
    pub(super) end: (String, String),
    /// What the drawing shows, for those who do not see it.
    pub(super) summary: String,
}

/// The vital signs of a patient; nothing where the person's role sees none.
pub(super) async fn vitals(
    signed_in: &SignedIn,
    patient: &ResourceId,
) -> Result<Option<Vec<Vital>>, Failure> {
    let pairs = vec![
        ("patient", patient.to_string()),
        ("category", "vital-signs".to_owned()),
        ("_sort", "-date".to_owned()),
        ("_count", MEASUREMENTS_MAX.to_owned()),
    ];
    let found = search(signed_in, (patient, "Observation"), pairs).await?;
    Ok(found.map(|found| series(&found)))
}

struct Series {
    name: String,
    unit: String,
    /// Newest first.
    values: Vec<Point>,
}

/// One measurement.
struct Point {
    day: String,
    /// As it was written: 70.10 is more exact than 70.1.
    written: String,
    /// For the drawing.
    height: f64,
}

/// Measurements, newest first, by what was measured.
fn series(observations: &[Value]) -> Vec<Vital> {
    let mut known: Vec<Series> = Vec::new();
    for observation in observations {
        let day = day(observation, &["effectiveDateTime", "issued"]);
        let parts = list(observation, "component");
        for measured in std::iter::once(observation).chain(parts) {
            let value = measured.get("valueQuantity").and_then(quantity);
            let (Some(name), Some((written, unit))) = (concept(measured, "code"), value) else {
                continue;
            };
            let Ok(height) = written.parse() else {
                continue;
            };
            let point = Point {
                day: day.clone(),
                written: written.to_owned(),
                height,
            };
            match known
                .iter_mut()
                .find(|series| series.name == name && series.unit == unit)
            {
                Some(series) => series.values.push(point),
                None => known.push(Series {
                    name,
                    unit: unit.to_owned(),
                    values: vec![point],
                }),
            }
        }
    }
    known.iter().filter_map(Vital::of).collect()
}

impl Vital {
    fn of(series: &Series) -> Option<Self> {
        let (newest, oldest) = (series.values.first()?, series.values.last()?);
        let lower = |a: &'_ &Point, b: &'_ &Point| a.height.total_cmp(&b.height);
        let low = series.values.iter().min_by(lower)?;
        let high = series.values.iter().max_by(lower)?;
        let heights: Vec<_> = series.values.iter().rev().map(|p| p.height).collect();
        let (points, end) = line(&heights, (low.height, high.height));
        let Series { name, unit, values } = series;
        let summary = if values.len() > 1 {
            format!(
                "{} values from {} to {}, between {} and {} {unit}",
                values.len(),
                oldest.day,
                newest.day,
                low.written,
                high.written
            )
        } else {
            format!("one value, of {}", newest.day)
        };
        Some(Self {
            name: name.clone(),
            last: format!("{} {unit}", newest.written).trim_end().to_owned(),
            day: newest.day.clone(),
            points,
            end,
            summary,
        })
    }
}

/// The corners of a line through numbers from left to right, and its end.
fn line(numbers: &[f64], (low, high): (f64, f64)) -> (String, (String, String)) {
    let (width, height, margin) = DRAWING;
    #[expect(
        clippy::cast_precision_loss,
        reason = "there are at most a hundred points"
    )]
    let step = (width - 2.0 * margin) / (numbers.len().max(2) - 1) as f64;
    let span = if high > low { high - low } else { 1.0 };
    let mut points = String::new();
    let mut end = (String::new(), String::new());
    let mut x = margin;
    for number in numbers {
        let y = height - margin - (number - low) / span * (height - 2.0 * margin);
        end = (format!("{x:.1}"), format!("{y:.1}"));
        // Writing to a string cannot fail.
        let _ = write!(points, "{},{} ", end.0, end.1);
        x += step;
    }
    if numbers.len() < 2 {
        points.clear();
    }
    (points.trim_end().to_owned(), end)
}

#[cfg(test)]
mod tests {
    use super::series;
    use cresset_model::{Bounds, Value, parse};

    fn value(json: &str) -> Value {
        Value::of(parse(json.as_bytes(), Bounds::default()).unwrap().root())
    }

    fn weight(day: &str, kg: &str) -> Value {
        value(&format!(
            r#"{{"code":{{"text":"Weight"}},"effectiveDateTime":"{day}",
                "valueQuantity":{{"value":{kg},"unit":"kg"}}}}"#
        ))
    }

    #[test]
    fn measurements_become_lines_by_what_was_measured() {
        let pressure = value(
            r#"{"code":{"text":"Blood pressure"},"effectiveDateTime":"2026-01-02","component":[
                {"code":{"text":"Systolic"},"valueQuantity":{"value":120,"unit":"mmHg"}},
                {"code":{"text":"Diastolic"},"valueQuantity":{"value":80,"unit":"mmHg"}}]}"#,
        );
        let note = value(r#"{"code":{"text":"Note"},"valueString":"fine"}"#);
        let vitals = series(&[
            weight("2026-01-03", "70.50"),
            pressure,
            note,
            weight("2025-01-03", "72.0"),
        ]);
        let shown: Vec<_> = vitals
            .iter()
            .map(|v| (v.name.as_str(), v.last.as_str()))
            .collect();
        assert_eq!(
            shown,
            [
                ("Weight", "70.50 kg"),
                ("Systolic", "120 mmHg"),
                ("Diastolic", "80 mmHg"),
            ]
        );
        assert_eq!(vitals[0].points, "4.0,4.0 156.0,36.0");
        assert_eq!(
            vitals[0].summary,
            "2 values from 2025-01-03 to 2026-01-03, between 70.50 and 72.0 kg"
        );
        assert_eq!(vitals[1].points, "");
    }
}
