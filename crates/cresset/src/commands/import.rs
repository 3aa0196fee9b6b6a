//! `cresset import`

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use clap::Args;
use cresset_base::InstanceName;
use cresset_bulk::import::{Import as Importer, Report, Source};
use cresset_fhir::Service;
use cresset_fhir::service::Surroundings;
use cresset_rules::RuleSet;
use cresset_store::{Instances, Store};
use cresset_validate::Validator;
use cresset_web::instance::{addresses, bases};

use super::{DataDir, rules};
use crate::data::Data;
use crate::failure::{Context, Failure, Kind};
use crate::journal::{self, FileJournal};
use crate::packages::Validators;
use crate::progress::{Progress, Unit};
use crate::settings::Settings;
use crate::{files, output, surroundings};

/// Reasons printed; the report file holds them all.
const REASONS_SHOWN: usize = 10;

/// Import files of resources into an instance.
#[derive(Args)]
#[command(after_help = "Examples:
  cresset import --instance sunrise ./export.ndjson.gz
  cresset import --instance sunrise ./bundles --report refused.json
  cresset import --instance sunrise --again ./bundles

Files hold Bundles of any type, single resources or newline-delimited JSON, plain, .gz or .zst;
folders are searched. A transaction Bundle is stored all or none. Run it again after it was
stopped: it goes on where it was, and stores nothing twice. What is refused is reported with
file, line and reason, and the exit code is 6.")]
pub(crate) struct Import {
    #[command(flatten)]
    data: DataDir,
    /// The instance to import into
    #[arg(long, value_name = "NAME")]
    instance: InstanceName,
    /// Files and folders
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Write everything that was refused, and why, as JSON
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Begin at the beginning, even of files that are done
    #[arg(long)]
    again: bool,
}

impl Import {
    pub(crate) async fn run(self) -> Result<ExitCode, Failure> {
        let sources = files::sources(&self.paths)?;
        if sources.is_empty() {
            return Err(
                Failure::new(Kind::NotFound, "there is no file to import").hint(
                    "folders are searched for .json, .ndjson and .jsonl, also with .gz or .zst",
                ),
            );
        }
        let (data, settings) = Data::existing(&self.data)?;
        let store = data.store(&self.instance).await?;
        let path = data.own_directory_of(&self.instance)?;
        let path = path.join(journal::FILE_NAME);
        if self.again && path.exists() {
            fs::remove_file(&path).context(path.display())?;
        }
        let mut journal = FileJournal::open(&path).context(path.display())?;
        let begun = Instant::now();
        let validator = Validators::new(data.clone()).of(&self.instance, RuleSet::r4());
        let worn = rules::named(&data.settings(&self.instance).await?.rules)?;
        let of = (&data, &self.instance);
        let importer = importer(of, store, &settings, (validator, worn)).await?;
        let report = run(&importer, "importing", sources, &mut journal).await?;
        if let Some(path) = &self.report {
            let text = serde_json::to_vec_pretty(&report).context("writing the report")?;
            fs::write(path, text).context(path.display())?;
        }
        print(&report, begun.elapsed().as_secs_f64());
        Ok(if report.is_clean() {
            ExitCode::SUCCESS
        } else {
            Kind::Refused.code()
        })
    }
}

/// An importer into a store on this machine, with all its cores.
pub(super) async fn importer(
    (data, instance): (&Data, &InstanceName),
    store: Arc<dyn Store>,
    settings: &Settings,
    (validator, rules): (Arc<Validator>, &'static RuleSet),
) -> Result<Importer, Failure> {
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    // A record may be as deep and wide as a request; the file around it has no bound.
    let limits = Arc::new(settings.limits.clone());
    let own = data.settings(instance).await?;
    let (base_url, auth_url) = addresses(&settings.public_url(), instance.as_str());
    let base_urls = bases(&settings.public_url(), instance.as_str(), &own);
    let surroundings = Surroundings {
        clock: surroundings::clock(),
        rng: surroundings::rng(),
        limits: limits.clone(),
        code_systems: data.code_systems(),
    };
    let of_service = cresset_fhir::Settings {
        base_url,
        other_bases: base_urls.iter().skip(1).cloned().collect(),
        mark: None,
        auth_url,
        links: own.links,
        client_ids: own.client_ids,
        deletes: own.deletes,
        rules,
        profiles: own.profiles,
        validator: validator.clone(),
    };
    // It answers nobody, so the links of its pages may lead nowhere.
    let service = Service::new(store.clone(), surroundings, of_service, &[0; 32]);
    Ok(Importer {
        store,
        limits,
        base_urls,
        validator,
        service: Arc::new(service),
        rules,
        now: surroundings::clock().now(),
        workers,
    })
}

/// Imports with a progress bar.
pub(super) async fn run(
    importer: &Importer,
    what: &'static str,
    sources: Vec<Source>,
    journal: &mut FileJournal,
) -> Result<Report, Failure> {
    let bytes = sources.iter().filter_map(|source| source.bytes).sum();
    let bar = Progress::new(what, bytes, Unit::Bytes);
    let report = importer
        .run(sources, journal, &|progress| {
            let message = format!(
                "{} records, {} refused",
                output::count(progress.records),
                output::count(progress.refused)
            );
            bar.at(progress.bytes, message);
        })
        .await;
    bar.finish();
    report.map_err(|stopped| {
        Failure::new(Kind::Other, format!("the import stopped: {stopped}"))
            .hint("what was imported stays; run it again to go on")
    })
}

fn print(report: &Report, seconds: f64) {
    let line = |what: &str, number: u64| {
        output::line(format_args!("{what:<22}{:>14}", output::count(number)));
    };
    line("files", report.sources);
    line("records", report.records);
    line("  created", report.created);
    line("  updated", report.updated);
    line("  unchanged", report.unchanged);
    line("  deleted", report.deleted);
    line("  refused", report.refused);
    if report.records_done_before > 0 {
        line("done before", report.records_done_before);
    }
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a rate for people"
    )]
    let rate = (report.records as f64 / seconds.max(0.001)) as u64;
    output::line(format_args!(
        "{seconds:.1} s, {} records/s",
        output::count(rate)
    ));
    if report.transactions_split {
        output::line("A transaction was larger than one may be and was stored in parts.");
    }
    for broken in &report.broken_sources {
        output::line(format_args!(
            "not read to its end: {}: {}",
            broken.at, broken.reason
        ));
    }
    for reason in report.reasons.iter().take(REASONS_SHOWN) {
        output::line(format_args!(
            "refused {} ({}): {}",
            output::count(reason.count),
            reason.code,
            reason.text
        ));
        if let Some(example) = reason.examples.first() {
            output::line(format_args!("    first: {}", example.at));
        }
    }
    let more = report.reasons.len().saturating_sub(REASONS_SHOWN);
    if more > 0 {
        output::line(format_args!(
            "and {more} more reasons; --report FILE writes them all"
        ));
    }
}
