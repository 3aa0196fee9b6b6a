//! `cresset settings`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::failure::Failure;
use crate::output;
use crate::settings::{self, Flags};

/// List every setting of `serve`: its name, environment variable, default and meaning.
#[derive(Args)]
#[command(after_help = "Examples:
  cresset settings
  cresset settings --effective --config cresset.toml")]
pub(crate) struct Settings {
    /// Print the table of the documentation
    #[arg(long)]
    markdown: bool,
    /// Print the values in effect as JSON
    #[arg(long, conflicts_with = "markdown")]
    effective: bool,
    /// Configuration file (TOML), for --effective
    #[arg(long, value_name = "FILE", requires = "effective")]
    config: Option<PathBuf>,
}

impl Settings {
    pub(crate) fn run(self) -> Result<ExitCode, Failure> {
        if self.markdown {
            output::line(settings::markdown().trim_end());
        } else if self.effective {
            let settings = settings::Settings::load(self.config.as_deref(), &Flags::default())?;
            output::json(&settings);
        } else {
            let rows: Vec<Vec<String>> = settings::rows()
                .into_iter()
                .map(|row| {
                    vec![
                        row.key.to_owned(),
                        row.variable,
                        row.default,
                        row.meaning.to_owned(),
                    ]
                })
                .collect();
            output::table(&["SETTING", "ENVIRONMENT", "DEFAULT", "MEANING"], &rows);
        }
        Ok(ExitCode::SUCCESS)
    }
}
