//! Figures beside their baselines and what is to be reached.

use std::fmt::Write;

use serde::Serialize;

/// Which side of the target is the good one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Goal {
    /// At least this.
    AtLeast(f64),
    /// At most this.
    AtMost(f64),
    /// Nothing is to be reached; the figure is for reading.
    None,
}

/// One line of the table.
#[derive(Debug, Clone, Serialize)]
pub struct Figure {
    /// What was measured.
    pub what: String,
    /// What came out.
    pub value: f64,
    /// Its unit.
    pub unit: &'static str,
    /// The baseline's value, in the same unit.
    pub baseline: Option<f64>,
    /// What must be reached: by the ratio to the baseline where there is one, else by the value.
    pub goal: Goal,
    /// More about it.
    pub note: String,
}

impl Figure {
    /// A figure by itself.
    pub fn new(what: impl Into<String>, value: f64, unit: &'static str) -> Self {
        Self {
            what: what.into(),
            value,
            unit,
            baseline: None,
            goal: Goal::None,
            note: String::new(),
        }
    }

    /// The same beside a baseline.
    #[must_use]
    pub fn beside(mut self, baseline: f64) -> Self {
        self.baseline = Some(baseline);
        self
    }

    /// The same with something to reach.
    #[must_use]
    pub fn goal(mut self, goal: Goal) -> Self {
        self.goal = goal;
        self
    }

    /// The same with a note.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }

    /// The ratio to the baseline.
    pub fn ratio(&self) -> Option<f64> {
        self.baseline.map(|baseline| ratio(self.value, baseline))
    }

    /// Whether what must be reached is reached; `None` when nothing must.
    pub fn reached(&self) -> Option<bool> {
        let judged = self.ratio().unwrap_or(self.value);
        match self.goal {
            Goal::AtLeast(goal) => Some(judged >= goal),
            Goal::AtMost(goal) => Some(judged <= goal),
            Goal::None => None,
        }
    }
}

/// A count as a number to calculate with.
#[expect(clippy::cast_precision_loss, reason = "no count here comes near 2^52")]
pub fn float(count: u64) -> f64 {
    count as f64
}

/// `a / b`, and 0 for a division by nothing.
pub fn ratio(a: f64, b: f64) -> f64 {
    if b > 0.0 { a / b } else { 0.0 }
}

/// The table as Markdown.
pub fn markdown(figures: &[Figure]) -> String {
    let mut out = String::from(
        "| what | measured | baseline | ratio | to reach | |\n|---|---:|---:|---:|---:|---|\n",
    );
    for figure in figures {
        let baseline = figure.baseline.map_or(String::new(), |value| {
            format!("{} {}", number(value), figure.unit)
        });
        let ratio = figure
            .ratio()
            .map_or(String::new(), |ratio| format!("{ratio:.2}"));
        let goal = match figure.goal {
            Goal::AtLeast(goal) => format!("≥ {}", number(goal)),
            Goal::AtMost(goal) => format!("≤ {}", number(goal)),
            Goal::None => String::new(),
        };
        let mark = match figure.reached() {
            Some(true) => "reached",
            Some(false) => "**missed**",
            None => "",
        };
        let note = [mark, &figure.note]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join("; ");
        let value = format!("{} {}", number(figure.value), figure.unit);
        // Writing to a String does not fail.
        let _ = writeln!(
            out,
            "| {} | {value} | {baseline} | {ratio} | {goal} | {note} |",
            figure.what
        );
    }
    out
}

/// A number for people: thousands apart, no more digits than mean something.
pub(crate) fn number(value: f64) -> String {
    if value >= 1000.0 {
        let whole = format!("{value:.0}");
        let mut out = String::new();
        for (i, digit) in whole.chars().enumerate() {
            if i > 0 && (whole.len() - i).is_multiple_of(3) {
                out.push(',');
            }
            out.push(digit);
        }
        return out;
    }
    if value >= 100.0 || value.fract() == 0.0 {
        format!("{value:.0}")
    } else {
        format!("{value:.2}")
    }
}

#[cfg(test)]
mod tests {
    use super::{Figure, Goal, markdown};

    #[test]
    fn a_figure_is_judged_by_its_ratio() {
        let figure = Figure::new("read", 60_000.0, "/s")
            .beside(80_000.0)
            .goal(Goal::AtLeast(0.6));
        assert_eq!(figure.reached(), Some(true));
        let row = markdown(&[figure]);
        assert!(
            row.contains("| read | 60,000 /s | 80,000 /s | 0.75 | ≥ 0.60 | reached |"),
            "{row}"
        );
    }

    #[test]
    fn without_a_baseline_by_its_value() {
        let figure = Figure::new("memory", 90.0, "MB").goal(Goal::AtMost(80.0));
        assert_eq!(figure.reached(), Some(false));
    }
}
