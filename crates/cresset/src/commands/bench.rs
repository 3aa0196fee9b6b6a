//! `cresset bench`

mod product;
mod workloads;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;
use std::{env, fs, process};

use clap::{Args, ValueEnum};
use cresset_bench::baseline::http::{self, Bare};
use cresset_bench::figures::{Figure, markdown};
use cresset_bench::growth::Growth;
use cresset_bench::load::Target;
use cresset_bench::scenario::{Bench as Scenario, Sizes, What};
use serde_json::json;

use crate::failure::{Context, Failure, Kind};
use crate::output;

/// Measure this server beside baselines of the same run, or any FHIR base.
#[derive(Args)]
#[command(after_help = "Examples:
  cresset bench all
  cresset bench create --seconds 10 --connections 64
  cresset bench scale --large 1000000 --scratch /mnt/fast
  cresset bench shapes --large 1000000
  cresset bench auth --json > auth.json
  cresset bench workloads --json > ours.json
  cresset bench workloads --base http://localhost:8081 --compare ours.json
  cresset bench search --base http://localhost:8080/demo/fhir --token $TOKEN

Without --base it fills an instance of its own in a scratch folder, serves it and measures it,
and beside it the baselines: a bare axum handler with the same bytes, a bare SQLite table with
the same bodies and commits, bare SQLite tables with as many rows. With --base it measures that
base over plain HTTP; `create` and the workloads then store resources there. Use a release build.")]
pub(crate) struct Bench {
    /// What to measure
    #[arg(value_enum, default_value_t = Subject::All)]
    what: Subject,
    /// Measure this FHIR base instead
    #[arg(long, value_name = "URL")]
    base: Option<String>,
    /// Access token for --base
    #[arg(
        long,
        env = "CRESSET_BENCH_TOKEN",
        hide_env_values = true,
        requires = "base"
    )]
    token: Option<String>,
    /// Connections held open at once
    #[arg(long, default_value_t = 64)]
    connections: usize,
    /// Seconds each figure is measured
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// Resources of the instance that is measured
    #[arg(long, default_value_t = 50_000)]
    resources: usize,
    /// Resources of the large instance of `scale` and `shapes`
    #[arg(long, default_value_t = 1_000_000)]
    large: usize,
    /// Apps with live tokens, of `auth`
    #[arg(long, default_value_t = 10_000)]
    apps: usize,
    /// Live tokens of these apps, of `auth`
    #[arg(long, default_value_t = 1_000_000)]
    tokens: usize,
    /// People who sign in at once, of `auth`
    #[arg(long, default_value_t = 500)]
    logins: usize,
    /// Folder for the data, emptied afterwards [default: the system's folder for temporary files]
    #[arg(long, value_name = "DIR")]
    scratch: Option<PathBuf>,
    /// Set a run of workloads beside an earlier one, kept as JSON
    #[arg(long, value_name = "FILE")]
    compare: Option<PathBuf>,
    /// With --base: the server's process, whose peak memory is read after workloads
    #[arg(long, value_name = "PID", requires = "base")]
    pid: Option<u32>,
    /// With --base: the server's data, whose size is read after workloads
    #[arg(long, value_name = "DIR", requires = "base")]
    disk: Option<PathBuf>,
    /// Print JSON instead of a table
    #[arg(long)]
    json: bool,
    /// Be the bare handler that gives the answers of a file
    #[arg(long, value_name = "FILE", hide = true)]
    bare_answers: Option<PathBuf>,
    /// Be the bare handler that stores in a database of one table
    #[arg(long, value_name = "FILE", hide = true)]
    bare_table: Option<PathBuf>,
}

/// What to measure.
#[derive(Clone, Copy, ValueEnum)]
enum Subject {
    /// Read by id
    Read,
    /// First pages of token, reference and date searches
    Search,
    /// Durable creates, and how many share an fsync
    Create,
    /// Import, its memory, disk of a resource
    Import,
    /// Searches at 10,000 and at --large resources, and the start
    Scale,
    /// All of these
    All,
    /// Every shape of a query at 10,000 resources, ten times as many and so on up to --large
    Shapes,
    /// Tokens, sign-ins, and what the check of a token and an audit record cost a read
    Auth,
    /// Create nine linked resources, read, update and delete each
    WorkloadCrud,
    /// Transaction bundles of whole patients
    WorkloadImport,
    /// Random values of six families of search parameters
    WorkloadSearch,
    /// The three workloads: import, search, crud
    Workloads,
}

impl Bench {
    pub(crate) fn run(self) -> Result<ExitCode, Failure> {
        let answers = self.bare_answers.as_deref().map(Bare::Answers);
        if let Some(bare) = answers.or(self.bare_table.as_deref().map(Bare::Table)) {
            measured(http::serve(bare, output::line))?;
            return Ok(ExitCode::SUCCESS);
        }
        let base = self.scratch.clone().unwrap_or_else(env::temp_dir);
        let scratch = base.join(format!("cresset-bench-{}", process::id()));
        fs::create_dir_all(&scratch).context(scratch.display())?;
        let scenario = self.scenario(&scratch);
        if let Some(wanted) = workloads::of(self.what) {
            let run = scenario.and_then(|scenario| workloads::run(&self, &scenario, wanted));
            fs::remove_dir_all(&scratch).context(scratch.display())?;
            workloads::print(&self, &run?)?;
        } else if matches!(self.what, Subject::Shapes) {
            let growth = scenario.and_then(|scenario| self.shapes(&scenario));
            fs::remove_dir_all(&scratch).context(scratch.display())?;
            self.print_growth(&growth?);
        } else {
            let figures = scenario.and_then(|scenario| self.figures(&scenario));
            fs::remove_dir_all(&scratch).context(scratch.display())?;
            self.print(&figures?);
        }
        Ok(ExitCode::SUCCESS)
    }

    fn scenario(&self, scratch: &Path) -> Result<Scenario, Failure> {
        Ok(Scenario {
            exe: env::current_exe().context("finding this program")?,
            scratch: scratch.to_owned(),
            connections: self.connections.max(1),
            duration: Duration::from_secs(self.seconds.max(1)),
            resources: self.resources.max(1_000),
            large: self.large.max(10_000),
            pid: self.pid,
            disk: self.disk.clone(),
            say: |doing| output::note(format_args!("{doing} …")),
        })
    }

    fn figures(&self, scenario: &Scenario) -> Result<Vec<Figure>, Failure> {
        let what = match self.what {
            Subject::Auth => return measured(self.auth(scenario)),
            Subject::Read => What::Read,
            Subject::Search => What::Search,
            Subject::Create => What::Create,
            Subject::Import => What::Import,
            Subject::Scale => What::Scale,
            _ => What::All,
        };
        measured(match &self.base {
            None => scenario.local(what),
            Some(base) => Target::parse(base, self.token.clone())
                .and_then(|target| scenario.external(what, &target)),
        })
    }

    fn auth(&self, scenario: &Scenario) -> cresset_bench::Result<Vec<Figure>> {
        if self.base.is_some() {
            let text = "`auth` makes its own instance; it measures no other base";
            return Err(cresset_bench::Error::Unexpected(text.to_owned()));
        }
        let sizes = Sizes {
            apps: self.apps.max(1),
            tokens: self.tokens.max(1),
            logins: self.logins.max(1),
        };
        scenario.auth(&product::Own::new()?, sizes)
    }

    fn shapes(&self, scenario: &Scenario) -> Result<Growth, Failure> {
        if self.base.is_some() {
            let text = "`shapes` fills instances of its own; it measures no other base";
            return Err(Failure::new(Kind::Settings, text.to_owned()));
        }
        measured(scenario.shapes())
    }

    fn print_growth(&self, growth: &Growth) {
        let machine = machine();
        if self.json {
            output::json(&json!({"machine": machine, "growth": growth}));
            return;
        }
        output::line(format_args!("{machine}\n"));
        output::line(growth.markdown().trim_end());
    }

    fn print(&self, figures: &[Figure]) {
        let machine = machine();
        if self.json {
            let ratios: Vec<_> = figures
                .iter()
                .map(|figure| json!({"figure": figure, "ratio": figure.ratio(), "reached": figure.reached()}))
                .collect();
            output::json(&json!({"machine": machine, "figures": ratios}));
            return;
        }
        output::line(format_args!("{machine}\n"));
        output::line(markdown(figures).trim_end());
    }
}

fn measured<T>(measured: cresset_bench::Result<T>) -> Result<T, Failure> {
    measured.map_err(|error| Failure::new(Kind::Other, format!("the measurement failed: {error}")))
}

/// The machine in words: processor and cores.
fn machine() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info
        .lines()
        .find_map(|line| line.strip_prefix("model name"))
        .map(|name| name.trim_start_matches([' ', '\t', ':']));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!(
        "{}, {cores} cores, {} {}",
        model.unwrap_or("unknown processor"),
        env::consts::OS,
        env::consts::ARCH
    )
}
