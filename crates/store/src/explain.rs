//! How a search is answered, for operators.
//!
//! It is told in names of search parameters: no value that was asked for and none that was found is in
//! it, so that it may stand in a log or in a header.

use serde::Serialize;

/// What one type of a search is planned to do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Outline {
    /// The type searched.
    #[serde(rename = "type")]
    pub resource_type: &'static str,
    /// Where candidates come from.
    pub driver: String,
    /// What each of them is asked besides, the caller's restriction included.
    pub checks: Vec<String>,
    /// In which order the result is found.
    pub order: String,
}

impl Outline {
    /// One sentence of it, without the type's checks when there are none.
    pub fn sentence(&self) -> String {
        let Self {
            resource_type: of,
            driver,
            checks,
            order,
        } = self;
        let mut sentence = format!("{of}: candidates are {driver}");
        if !checks.is_empty() {
            sentence.push_str(", each checked for ");
            sentence.push_str(&checks.join(" and "));
        }
        format!("{sentence}; {order}")
    }
}

/// A search that was planned and run once.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// Each type that can match, in the order in which they are walked.
    pub plans: Vec<Outline>,
    /// Rows of the index that were looked at for the page.
    pub rows_visited: u64,
    /// Matches on the page.
    pub matches: usize,
    /// All matches, where counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
    /// Microseconds it took to choose the plans, counting the matches included.
    pub planning_us: u64,
    /// Microseconds it took to find the page.
    pub finding_us: u64,
    /// How the database runs the statements, in its own words.
    pub database: Vec<String>,
}
