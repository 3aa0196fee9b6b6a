//! The commands, one file each.

mod app;
mod audit;
mod bench;
mod completions;
mod demo;
mod doctor;
mod explain;
mod import;
mod instance;
mod package;
mod reindex;
pub(crate) mod rules;
mod serve;
mod settings;
mod synth;
mod terminology;
mod user;
mod validate;
mod verify;

use std::future::Future;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use cresset_base::Secret;

use crate::failure::{Context, Failure};
use crate::settings::{Flags, Settings};

/// A certified FHIR R4 + SMART API server in one binary.
#[derive(Parser)]
#[command(name = "cresset", version, about, after_help = FIRST_STEPS, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

const FIRST_STEPS: &str = "\
First steps:
  cresset demo                      a running practice with 100 patients on http://localhost:8080
  cresset demo --patients 1000      a larger one
  cresset instance create sunrise   a practice of your own, empty
  cresset import --instance sunrise ./bundles
  cresset app register --instance sunrise --name 'My app' --scopes 'system/*.rs'
  cresset serve                     serve all instances of ./cresset-data

Exit codes: 0 done; 1 failed; 2 settings or arguments; 3 data directory in use; 4 address in use;
5 not found; 6 some records refused; 7 a check found something wrong.";

#[derive(Subcommand)]
enum Command {
    Demo(demo::Demo),
    Serve(serve::Serve),
    Instance(instance::Instance),
    App(app::App),
    User(user::User),
    Audit(audit::Audit),
    Import(import::Import),
    Synth(synth::Synth),
    Bench(bench::Bench),
    Doctor(doctor::Doctor),
    Explain(explain::Explain),
    Verify(verify::Verify),
    Reindex(reindex::Reindex),
    Package(package::Package),
    Terminology(terminology::Terminology),
    Validate(validate::Validate),
    Rules(rules::Rules),
    Settings(settings::Settings),
    Completions(completions::Completions),
}

/// Runs one command.
pub(crate) fn run(cli: Cli) -> Result<ExitCode, Failure> {
    match cli.command {
        Command::Demo(command) => wait(command.run()),
        Command::Serve(command) => wait(command.run()),
        Command::Instance(command) => wait(command.run()),
        Command::App(command) => wait(command.run()),
        Command::User(command) => wait(command.run()),
        Command::Audit(command) => wait(command.run()),
        Command::Import(command) => wait(command.run()),
        Command::Synth(command) => command.run(),
        Command::Bench(command) => command.run(),
        Command::Doctor(command) => wait(command.run()),
        Command::Explain(command) => wait(command.run()),
        Command::Verify(command) => wait(command.run()),
        Command::Reindex(command) => wait(command.run()),
        Command::Package(command) => wait(command.run()),
        Command::Terminology(command) => command.run(),
        Command::Validate(command) => wait(command.run()),
        Command::Rules(command) => command.run(),
        Command::Settings(command) => command.run(),
        Command::Completions(command) => Ok(command.run()),
    }
}

fn wait<T>(command: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("starting threads")?;
    runtime.block_on(command)
}

/// Where a new instance keeps its data.
#[derive(Args)]
struct Where {
    /// Keep the data on this PostgreSQL server (15 or later): its URL, or its name among `clusters` of
    /// the settings [default: the one of `clusters` with the fewest instances, else the data directory]
    #[arg(
        long = "store",
        value_name = "URL",
        env = "CRESSET_STORE",
        hide_env_values = true
    )]
    store: Option<String>,
}

impl Where {
    /// The server's URL.
    fn url(self) -> Option<Secret<String>> {
        self.store.map(Secret::new)
    }
}

/// The data directory of commands other than those that serve.
#[derive(Args)]
pub(crate) struct DataDir {
    /// Data directory
    #[arg(
        long,
        value_name = "DIR",
        default_value = "./cresset-data",
        env = "CRESSET_DATA",
        global = true
    )]
    pub(crate) data: PathBuf,
    /// Configuration file (TOML), where it names a registry or clusters
    #[arg(long, value_name = "FILE", env = "CRESSET_CONFIG", global = true)]
    config: Option<PathBuf>,
}

impl DataDir {
    /// This directory, without a configuration file.
    fn of(data: &Path) -> Self {
        Self {
            data: data.to_owned(),
            config: None,
        }
    }

    /// The settings with this directory.
    pub(crate) fn settings(&self) -> Result<Settings, Failure> {
        let flags = Flags {
            data: Some(self.data.clone()),
            ..Flags::default()
        };
        Settings::load(self.config.as_deref(), &flags)
    }
}
