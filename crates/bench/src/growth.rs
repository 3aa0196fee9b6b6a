//! What each shape of a query costs as the data grows, as a table.

use std::fmt::Write;

use serde::Serialize;

use crate::figures::{Figure, float, number};

/// Every shape at every size.
#[derive(Debug, Serialize)]
pub struct Growth {
    /// The sizes, smallest first.
    pub sizes: Vec<Size>,
    /// The shapes.
    pub rows: Vec<Row>,
}

/// An instance of one size.
#[derive(Debug, Serialize)]
pub struct Size {
    /// Resources it holds.
    pub resources: usize,
    /// What filling and starting it came to.
    pub figures: Vec<Figure>,
}

/// A shape.
#[derive(Debug, Serialize)]
pub struct Row {
    /// Its name.
    pub shape: String,
    /// What is asked, after the base; long ones are cut.
    pub query: String,
    /// The longest it may take at a million resources, in milliseconds.
    pub goal_ms: Option<f64>,
    /// What it came to at each size.
    pub costs: Vec<Cost>,
}

/// What a shape came to at one size.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Cost {
    /// Half of the answers took at most this, in microseconds.
    pub p50_us: f64,
    /// Matches, where the answer says so.
    pub total: Option<u64>,
}

/// Characters of a query that are shown.
const SHOWN: usize = 100;

impl Growth {
    /// The tables as Markdown: shapes by size, then what the sizes cost.
    pub fn markdown(&self) -> String {
        let mut out = String::from("| shape | query |");
        // Writing to a String does not fail, here and below.
        for size in &self.sizes {
            let _ = write!(out, " {} |", number(float(size.resources as u64)));
        }
        out.push_str(" to reach |\n|---|---|");
        out.push_str(&"---:|".repeat(self.sizes.len()));
        out.push_str("---|\n");
        for row in &self.rows {
            let _ = write!(out, "| {} | `{}` |", row.shape, shown(&row.query));
            for cost in &row.costs {
                let _ = write!(out, " {} |", cost.words());
            }
            let goal = row.goal_ms.map_or(String::new(), |ms| {
                format!("≤ {} ms at 1,000,000", number(ms))
            });
            let _ = writeln!(out, " {goal} |");
        }
        for size in &self.sizes {
            out.push('\n');
            out.push_str(&crate::figures::markdown(&size.figures));
        }
        out
    }
}

impl Cost {
    fn words(self) -> String {
        let time = if self.p50_us >= 10_000.0 {
            format!("{} ms", number(self.p50_us / 1_000.0))
        } else {
            format!("{} µs", number(self.p50_us.round()))
        };
        match self.total {
            Some(total) => format!("{time} of {}", number(float(total))),
            None => time,
        }
    }
}

fn shown(query: &str) -> String {
    // A bar would end the cell.
    let query = query.replace('|', "\\|");
    match query.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", query.get(..end).unwrap_or_default()),
        None => query,
    }
}

#[cfg(test)]
mod tests {
    use super::{Cost, Growth, Row, Size};

    #[test]
    fn a_row_shows_each_size() {
        let cost = |p50_us, total| Cost { p50_us, total };
        let size = |resources| Size {
            resources,
            figures: Vec::new(),
        };
        let growth = Growth {
            sizes: vec![size(10_000), size(1_000_000)],
            rows: vec![Row {
                shape: "token".to_owned(),
                query: "Patient?identifier=a|b".to_owned(),
                goal_ms: Some(10.0),
                costs: vec![cost(31.4, Some(1_200)), cost(25_000.0, None)],
            }],
        };
        let table = growth.markdown();
        let expected = "| token | `Patient?identifier=a\\|b` | 31 µs of 1,200 | 25 ms | ≤ 10 ms at 1,000,000 |";
        assert!(table.contains(expected), "{table}");
        assert!(table.starts_with("| shape | query | 10,000 | 1,000,000 |"));
    }
}
