//! `cresset doctor`

mod checks;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde::Serialize;

use crate::failure::{Failure, Kind};
use crate::output;
use crate::settings::Flags;

/// Check configuration, data directory, lock, disk space, clock, port and every instance.
#[derive(Args)]
#[command(after_help = "Examples:
  cresset doctor
  cresset doctor --config cresset.toml --json

It changes nothing. The exit code is 7 when a check fails; a warning leaves it 0.")]
pub(crate) struct Doctor {
    /// Configuration file (TOML)
    #[arg(long, value_name = "FILE", env = "CRESSET_CONFIG")]
    config: Option<PathBuf>,
    #[command(flatten)]
    flags: Flags,
    /// For scripts
    #[arg(long)]
    json: bool,
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Outcome {
    Ok,
    Warning,
    Failed,
}

/// One check.
#[derive(Debug, Serialize)]
struct Check {
    what: &'static str,
    outcome: Outcome,
    /// What was found, and what to do about it.
    found: String,
}

impl Check {
    fn new(what: &'static str, outcome: Outcome, found: impl Into<String>) -> Self {
        Self {
            what,
            outcome,
            found: found.into(),
        }
    }
}

impl Doctor {
    pub(crate) async fn run(self) -> Result<ExitCode, Failure> {
        let checks = checks::all(self.config.as_deref(), &self.flags).await;
        let sound = checks.iter().all(|check| check.outcome != Outcome::Failed);
        if self.json {
            output::json(&serde_json::json!({"sound": sound, "checks": checks}));
        } else {
            for check in &checks {
                let mark = match check.outcome {
                    Outcome::Ok => "ok     ",
                    Outcome::Warning => "warning",
                    Outcome::Failed => "FAILED ",
                };
                output::line(format_args!("{mark}  {:<16} {}", check.what, check.found));
            }
        }
        Ok(if sound {
            ExitCode::SUCCESS
        } else {
            Kind::Unsound.code()
        })
    }
}
