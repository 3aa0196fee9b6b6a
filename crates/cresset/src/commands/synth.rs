//! `cresset synth`

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use cresset_synth::{Chart, Population};
use jiff::civil::Date;

use crate::failure::{Context, Failure};
use crate::progress::{Progress, Unit};
use crate::{output, surroundings};

/// Write a synthetic population as files.
#[derive(Args)]
#[command(after_help = "Examples:
  cresset synth --out ./population --patients 1000
  cresset synth --out ./bundles --format bundles --seed 7 --as-of 2026-01-01

The same seed, number and date give the same files, byte for byte. The first patients of a
large population are those of a smaller one.")]
pub(crate) struct Synth {
    /// Folder to write into; made if it is not there
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Number of patients
    #[arg(long, default_value_t = 100)]
    patients: u32,
    /// Seed: another one gives another population
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The day the population is seen from; nothing is dated later [default: today]
    #[arg(long, value_name = "DATE")]
    as_of: Option<Date>,
    /// One NDJSON file per type, or one transaction Bundle per patient
    #[arg(long, value_enum, default_value_t = Format::Ndjson)]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// `Patient.ndjson`, `Observation.ndjson`, …
    Ndjson,
    /// `practice.json`, `patient-00001.json`, …, `groups.json`
    Bundles,
}

impl Synth {
    pub(crate) fn run(self) -> Result<ExitCode, Failure> {
        let as_of = self.as_of.unwrap_or_else(today);
        let population = Population::new(self.seed, self.patients, as_of);
        fs::create_dir_all(&self.out).context(self.out.display())?;
        let written = match self.format {
            Format::Ndjson => ndjson(&population, &self.out).context("writing")?,
            Format::Bundles => bundles(&population, &self.out).context("writing")?,
        };
        let (patients, out) = (self.patients, self.out.display());
        output::line(format_args!(
            "{} resources of {patients} patients in {out}",
            output::count(written)
        ));
        Ok(ExitCode::SUCCESS)
    }
}

/// The present day, UTC.
pub(super) fn today() -> Date {
    surroundings::clock()
        .now()
        .to_zoned(jiff::tz::TimeZone::UTC)
        .date()
}

fn ndjson(population: &Population, out: &Path) -> io::Result<u64> {
    let open = |resource_type: &'static str| {
        File::create(out.join(format!("{resource_type}.ndjson"))).map(BufWriter::new)
    };
    Ok(cresset_synth::write_ndjson(population, open)?
        .values()
        .sum())
}

fn bundles(population: &Population, out: &Path) -> io::Result<u64> {
    let progress = Progress::new("writing", u64::from(population.patients()), Unit::Things);
    let mut written = bundle(&population.practice(), &out.join("practice.json"))?;
    for number in 0..population.patients() {
        let path = out.join(format!("patient-{:05}.json", number + 1));
        written += bundle(&population.patient(number), &path)?;
        progress.at(u64::from(number), "");
    }
    written += bundle(&population.groups(), &out.join("groups.json"))?;
    progress.finish();
    Ok(written)
}

fn bundle(chart: &Chart, path: &Path) -> io::Result<u64> {
    let mut stream = BufWriter::new(File::create(path)?);
    cresset_synth::write_bundle(chart, &mut stream)?;
    stream.flush()?;
    Ok(chart.len() as u64)
}
