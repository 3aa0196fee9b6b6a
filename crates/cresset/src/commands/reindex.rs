//! `cresset reindex`

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use cresset_base::InstanceName;

use super::DataDir;
use crate::data::Data;
use crate::failure::{Context, Failure};
use crate::{indexing, output};

/// Index what was written before this version knew a search parameter.
#[derive(Args)]
#[command(after_help = "Examples:
  cresset reindex
  cresset reindex --instance sunrise

A running server does the same by itself, beside its work. Can be stopped and started again at any time.")]
pub(crate) struct Reindex {
    #[command(flatten)]
    data: DataDir,
    /// The instance; without it, all of them
    #[arg(long, value_name = "NAME")]
    instance: Option<InstanceName>,
}

impl Reindex {
    pub(crate) async fn run(self) -> Result<ExitCode, Failure> {
        let (data, _) = Data::existing(&self.data)?;
        let names = match self.instance {
            Some(name) => vec![name],
            None => data.names().await?,
        };
        for name in names {
            let store = data.store(&name).await?;
            let waiting = store.unindexed().building().len();
            indexing::finish(&*store, Duration::ZERO)
                .await
                .context(format_args!("building the index of {name}"))?;
            output::line(format_args!(
                "{name}: {} search parameters indexed, the index is complete",
                output::count(u64::try_from(waiting).unwrap_or(u64::MAX))
            ));
        }
        Ok(ExitCode::SUCCESS)
    }
}
