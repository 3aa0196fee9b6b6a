//! `cresset audit`

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use cresset_base::{InstanceName, Timestamp};
use cresset_fhir::audit_event;
use cresset_store::AuditAsk;

use super::DataDir;
use crate::data::Data;
use crate::failure::{Context, Failure};
use crate::{output, platform};

/// Records read at once.
const PART: u32 = 1_000;

/// Hand out the audit trail.
#[derive(Args)]
#[command(after_help = "Examples:
  cresset audit export --instance sunrise > trail.ndjson
  cresset audit export --instance sunrise --from 2026-01-01T00:00:00Z --until 2026-02-01T00:00:00Z

One AuditEvent a line, the newest first. They name patients: keep them as you keep the data.")]
pub(crate) struct Audit {
    #[command(flatten)]
    data: DataDir,
    /// The instance
    #[arg(long, value_name = "NAME", global = true, default_value = "demo")]
    instance: InstanceName,
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Write the records to standard output as FHIR resources (NDJSON)
    Export {
        /// Only records of this instant or later
        #[arg(long, value_name = "INSTANT")]
        from: Option<Timestamp>,
        /// Only records before this instant
        #[arg(long, value_name = "INSTANT")]
        until: Option<Timestamp>,
    },
}

impl Audit {
    pub(crate) async fn run(self) -> Result<ExitCode, Failure> {
        let (data, settings) = Data::existing(&self.data)?;
        let store = data.store(&self.instance).await?;
        // What an earlier process left in the journal belongs to it.
        store.settle().await.context("settling the trail")?;
        let base = platform::fhir_base(&settings.public_url(), &self.instance);
        let Action::Export { from, until } = self.action;
        let mut ask = AuditAsk {
            from,
            until,
            ..AuditAsk::newest(PART)
        };
        let (mut out, mut count) = (io::stdout().lock(), 0);
        loop {
            let trail = store.trail(&ask).await.context("reading the trail")?;
            let lines = audit_event::lines(&*store, &base, &trail.records).await;
            let lines = lines.context("writing the records")?;
            count += trail.records.len() as u64;
            match out.write_all(&lines) {
                // A reader that went away (`| head`) has what it wants.
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => break,
                written => written.context("writing to standard output")?,
            }
            match trail.next {
                Some(next) => ask.before = Some(next),
                None => break,
            }
        }
        output::note(format_args!("{} records", output::count(count)));
        Ok(ExitCode::SUCCESS)
    }
}
