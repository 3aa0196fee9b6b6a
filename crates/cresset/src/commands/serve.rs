//! `cresset serve`

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;

use crate::data::Data;
use crate::failure::Failure;
use crate::settings::{Flags, Settings};
use crate::shutdown::Signals;
use crate::{log, output, platform};

/// Serve all instances of a data directory.
#[derive(Args)]
#[command(after_help = "Examples:
  cresset serve
  cresset serve --config cresset.toml --port 9000
  CRESSET_LOG__FORMAT=json cresset serve

A flag overrides the environment, the environment the file, the file the default.
`cresset settings` lists them all. Ctrl-C or SIGTERM finishes what is under way and stops.")]
pub(crate) struct Serve {
    /// Configuration file (TOML)
    #[arg(long, value_name = "FILE", env = "CRESSET_CONFIG")]
    config: Option<PathBuf>,
    #[command(flatten)]
    flags: Flags,
}

impl Serve {
    pub(crate) async fn run(self) -> Result<ExitCode, Failure> {
        let settings = Settings::load(self.config.as_deref(), &self.flags)?;
        log::start(settings.log.format, &settings.log.filter)?;
        let listener = platform::bind(settings.listen, settings.port).await?;
        let data = Data::open(&settings)?;
        data.check_clusters().await?;
        output::line(format_args!(
            "Cresset serves {} on {}",
            settings.data.display(),
            settings.public_url()
        ));
        let platform = platform::platform(&data, &settings)?;
        let drain = Duration::from_millis(settings.drain_ms);
        platform::serve(&data, platform, listener, Signals::listen()?, drain).await?;
        Ok(ExitCode::SUCCESS)
    }
}
