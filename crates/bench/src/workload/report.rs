//! What a run of workloads gave, as a table, as JSON, and beside another run.

use std::fmt::Write;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::figures::{float, number, ratio};

/// What one kind of request came to.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// The workload and what of it: `crud: read`.
    pub what: String,
    /// Requests answered.
    pub requests: u64,
    /// Requests a second.
    pub per_second: f64,
    /// Resources brought or received a second.
    pub resources_per_second: f64,
    /// Half of the answers took at most this, in microseconds.
    pub p50_us: u32,
    /// 95 of 100 answers took at most this, in microseconds.
    pub p95_us: u32,
    /// 99 of 100 answers took at most this, in microseconds.
    pub p99_us: u32,
    /// Answers with another status than expected.
    pub errors: u64,
}

/// What was seen of some requests of one kind.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen {
    pub(super) latencies_us: Vec<u32>,
    pub(super) resources: u64,
    pub(super) errors: u64,
}

impl Seen {
    /// Notes one answer.
    pub(super) fn note(&mut self, took: Duration, is_right: bool, resources: u64) {
        self.latencies_us
            .push(u32::try_from(took.as_micros()).unwrap_or(u32::MAX));
        self.errors += u64::from(!is_right);
        self.resources += if is_right { resources } else { 0 };
    }

    pub(super) fn add(&mut self, other: Self) {
        self.latencies_us.extend(other.latencies_us);
        self.resources += other.resources;
        self.errors += other.errors;
    }

    /// The line it amounts to, over so long a time.
    pub(super) fn line(mut self, what: &str, elapsed: Duration) -> Line {
        self.latencies_us.sort_unstable();
        let at = |percent: usize| {
            let last = self.latencies_us.len().saturating_sub(1);
            let rank = (self.latencies_us.len() * percent / 100).min(last);
            self.latencies_us.get(rank).copied().unwrap_or_default()
        };
        let requests = self.latencies_us.len() as u64;
        Line {
            what: what.to_owned(),
            requests,
            per_second: ratio(float(requests), elapsed.as_secs_f64()),
            resources_per_second: ratio(float(self.resources), elapsed.as_secs_f64()),
            p50_us: at(50),
            p95_us: at(95),
            p99_us: at(99),
            errors: self.errors,
        }
    }
}

/// A run of workloads.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Connections held open at once.
    pub connections: usize,
    /// What each kind of request came to.
    pub lines: Vec<Line>,
    /// The most memory the server used, in bytes, where its process is known.
    pub memory_bytes: Option<u64>,
    /// Its data on disk afterwards, in bytes, where its folder is known.
    pub disk_bytes: Option<u64>,
}

impl Run {
    /// The run as a table of Markdown.
    pub fn markdown(&self) -> String {
        let mut out = String::from(
            "| workload | requests | requests/s | resources/s | p50 µs | p95 µs | p99 µs | errors |\n|---|---:|---:|---:|---:|---:|---:|---:|\n",
        );
        for line in &self.lines {
            // Writing to a String does not fail.
            let _ = writeln!(
                out,
                "| {} | {} | {} | {} | {} | {} | {} | {} |",
                line.what,
                number(float(line.requests)),
                number(line.per_second.round()),
                number(line.resources_per_second.round()),
                line.p50_us,
                line.p95_us,
                line.p99_us,
                line.errors
            );
        }
        for (what, bytes) in [
            ("peak memory", self.memory_bytes),
            ("bytes on disk", self.disk_bytes),
        ] {
            if let Some(bytes) = bytes {
                let _ = writeln!(out, "\n{what}: {:.1} MB", float(bytes) / 1e6);
            }
        }
        out
    }
}

/// Two runs beside each other: how often the rate, and what part of the time, of the other one.
pub fn compare(this: &Run, other: &Run) -> String {
    let mut out = String::from(
        "| workload | requests/s | the other | ratio | p99 µs | the other | ratio |\n|---|---:|---:|---:|---:|---:|---:|\n",
    );
    for line in &this.lines {
        let Some(than) = other.lines.iter().find(|than| than.what == line.what) else {
            continue;
        };
        let (p99, than_p99) = (f64::from(line.p99_us), f64::from(than.p99_us));
        let _ = writeln!(
            out,
            "| {} | {} | {} | {:.2} | {} | {} | {:.2} |",
            line.what,
            number(line.per_second.round()),
            number(than.per_second.round()),
            ratio(line.per_second, than.per_second),
            line.p99_us,
            than.p99_us,
            ratio(p99, than_p99),
        );
    }
    for (what, this, other) in [
        ("peak memory", this.memory_bytes, other.memory_bytes),
        ("bytes on disk", this.disk_bytes, other.disk_bytes),
    ] {
        if let (Some(this), Some(other)) = (this, other) {
            let _ = writeln!(
                out,
                "\n{what}: {:.1} MB, the other {:.1} MB, ratio {:.2}",
                float(this) / 1e6,
                float(other) / 1e6,
                ratio(float(this), float(other))
            );
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Run, Seen, compare};

    fn run(took_us: u64) -> Run {
        let mut seen = Seen::default();
        for at in 0..100 {
            seen.note(Duration::from_micros(took_us + at), at > 0, 2);
        }
        Run {
            connections: 1,
            lines: vec![seen.line("crud: read", Duration::from_secs(1))],
            memory_bytes: Some(5_000_000),
            disk_bytes: None,
        }
    }

    #[test]
    fn a_line_holds_rates_percentiles_and_errors() {
        let table = run(100).markdown();
        assert!(
            table.contains("| crud: read | 100 | 100 | 198 | 150 | 195 | 199 | 1 |"),
            "{table}"
        );
        assert!(table.contains("peak memory: 5.0 MB"), "{table}");
    }

    #[test]
    fn two_runs_are_compared_line_by_line() {
        let table = compare(&run(100), &run(299));
        assert!(
            table.contains("| crud: read | 100 | 100 | 1.00 | 199 | 398 | 0.50 |"),
            "{table}"
        );
    }
}
