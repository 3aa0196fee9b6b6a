//! What a check of a whole instance found.

/// The outcome of comparing everything an instance holds with what it should hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Live resources looked at.
    pub resources: u64,
    /// Versions looked at, earlier ones and deletions included.
    pub versions: u64,
    /// Index keys that extraction gives for the live resources.
    pub keys: u64,
    /// Records of the audit trail.
    pub audit_records: u64,
    /// Seal of the newest of them in hexadecimal: who wrote it down elsewhere can tell later
    /// whether records were taken off the end.
    pub audit_seal: Option<String>,
    /// The first problems, as sentences that name tables and numbers, never content.
    pub problems: Vec<String>,
    /// All problems.
    pub problems_total: u64,
}

impl Report {
    /// Problems kept as sentences.
    const KEPT: usize = 100;

    /// Adds a problem.
    pub fn problem(&mut self, sentence: impl Into<String>) {
        self.problems_total += 1;
        if self.problems.len() < Self::KEPT {
            self.problems.push(sentence.into());
        }
    }

    /// Whether nothing was found.
    pub fn is_clean(&self) -> bool {
        self.problems_total == 0
    }
}
