//! The demo's population: made once, through the same path as any import.

use std::collections::VecDeque;
use std::fs;
use std::io::{self, Read};
use std::path::Path;

use cresset_access::{Access, SystemReason};
use cresset_base::InstanceName;
use cresset_bulk::import::{Journal, Source, Stream};
use cresset_rules::RuleSet;
use cresset_synth::{Chart, Population};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::commands::import;
use crate::commands::synth::today;
use crate::data::Data;
use crate::failure::{Context, Failure, Kind};
use crate::journal::{self, FileJournal};
use crate::output;
use crate::packages::Validators;
use crate::settings::Settings;

/// Remembers, in the instance's directory, which population it holds.
const FILE_NAME: &str = "population.json";

/// About how many bytes a patient's resources have; for the progress bar alone.
const BYTES_PER_PATIENT: u64 = 180_000;

/// Which population the demo was asked for.
pub(super) struct Filling {
    pub(super) patients: u32,
    pub(super) seed: u64,
}

/// Which population a demo holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Held {
    patients: u32,
    seed: u64,
    /// The day the data directory was made: nothing in the population is dated later.
    as_of: Date,
}

impl Filling {
    /// Fills the instance unless it is full; gives the number of its resources.
    pub(super) async fn fill(
        &self,
        data: &Data,
        settings: &Settings,
        name: &InstanceName,
    ) -> Result<u64, Failure> {
        let folder = data.own_directory_of(name)?;
        let held = self.held(&folder.join(FILE_NAME))?;
        if (held.patients, held.seed) != (self.patients, self.seed) {
            output::note(format_args!(
                "The data directory holds {} patients of seed {}; another population needs another --data.",
                held.patients, held.seed
            ));
        }
        let journal_path = folder.join(journal::FILE_NAME);
        let mut journal = FileJournal::open(&journal_path).context(journal_path.display())?;
        let source = source(&held);
        let store = data.store(name).await?;
        if !journal.done(&source).finished {
            output::note(format_args!(
                "Making {} patients and their records …",
                held.patients
            ));
            let validator = Validators::new(data.clone()).of(name, RuleSet::r4());
            let judged = (validator, RuleSet::r4());
            let importer = import::importer((data, name), store.clone(), settings, judged).await?;
            let report = import::run(&importer, "population", vec![source], &mut journal).await?;
            if let Some(reason) = report.reasons.first() {
                let what = format!(
                    "{} synthetic resources were refused: {}",
                    report.refused, reason.text
                );
                return Err(Failure::new(Kind::Other, what));
            }
        }
        let counts = store
            .counts(&Access::system(SystemReason::OperatorCounts))
            .await
            .context("counting")?;
        Ok(counts.iter().map(|(_, count)| count).sum())
    }

    /// The population that the instance holds.
    pub(super) fn population(
        &self,
        data: &Data,
        name: &InstanceName,
    ) -> Result<Population, Failure> {
        let held = self.held(&data.directory_of(name).join(FILE_NAME))?;
        Ok(Population::new(held.seed, held.patients, held.as_of))
    }

    /// What the data directory holds or, on the first start, is to hold.
    fn held(&self, path: &Path) -> Result<Held, Failure> {
        if path.exists() {
            let text = fs::read(path).context(path.display())?;
            return serde_json::from_slice(&text).context(path.display());
        }
        let held = Held {
            patients: self.patients,
            seed: self.seed,
            as_of: today(),
        };
        let text = serde_json::to_vec(&held).context(path.display())?;
        fs::write(path, text).context(path.display())?;
        Ok(held)
    }
}

/// The population as newline-delimited JSON that is made while it is read.
fn source(held: &Held) -> Source {
    let (patients, seed, as_of) = (held.patients, held.seed, held.as_of);
    let open = move || Ok(Box::new(Lines::new(Population::new(seed, patients, as_of))) as Stream);
    let mut source = Source::new("synthetic population", open);
    source.stamp = format!("{patients}-{seed}-{as_of}");
    source.bytes = Some(u64::from(patients) * BYTES_PER_PATIENT);
    source.one_per_line = true;
    source
}

/// A population's resources, one a line; one chart is held at a time.
struct Lines {
    population: Population,
    next: u32,
    ready: VecDeque<u8>,
}

impl Lines {
    fn new(population: Population) -> Self {
        Self {
            population,
            next: 0,
            ready: VecDeque::new(),
        }
    }

    /// The charts in order: the practice, the patients, the groups.
    fn chart(&mut self) -> Option<Chart> {
        let number = self.next;
        self.next = self.next.saturating_add(1);
        match number.checked_sub(1) {
            None => Some(self.population.practice()),
            Some(patient) if patient < self.population.patients() => {
                Some(self.population.patient(patient))
            }
            Some(beyond) if beyond == self.population.patients() => Some(self.population.groups()),
            Some(_) => None,
        }
    }
}

impl Read for Lines {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.ready.is_empty() {
            let Some(chart) = self.chart() else {
                return Ok(0);
            };
            for resource in chart.resources() {
                self.ready.extend(resource.json);
                self.ready.push_back(b'\n');
            }
        }
        self.ready.read(out)
    }
}

#[cfg(test)]
mod tests {
    use super::Lines;
    use cresset_synth::Population;
    use std::io::Read;

    #[test]
    fn every_resource_is_a_line() {
        let population = Population::new(3, 2, jiff::civil::date(2026, 1, 1));
        let expect: usize = population.charts().map(|chart| chart.len()).sum();
        let mut text = String::new();
        Lines::new(population).read_to_string(&mut text).unwrap();
        assert_eq!(text.lines().count(), expect);
        assert!(
            text.lines()
                .all(|line| line.starts_with("{\"resourceType\":"))
        );
    }
}
