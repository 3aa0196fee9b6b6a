//! `cresset verify`

use std::process::ExitCode;

use clap::Args;
use cresset_base::InstanceName;
use cresset_store::verify::Report;
use serde_json::{Value, json};

use super::DataDir;
use crate::data::Data;
use crate::failure::{Failure, Kind};
use crate::output;

/// Check an instance's data: index rows against re-extraction, histories, audit trail, the database itself.
#[derive(Args)]
#[command(after_help = "Examples:
  cresset verify
  cresset verify --instance sunrise --json
  cresset verify --audit

Reads everything and changes nothing. The exit code is 7 when something is wrong.")]
pub(crate) struct Verify {
    #[command(flatten)]
    data: DataDir,
    /// The instance; without it, all of them
    #[arg(long, value_name = "NAME")]
    instance: Option<InstanceName>,
    /// Only the audit trail: its seals, and that no record is missing between two others
    #[arg(long)]
    audit: bool,
    /// For scripts
    #[arg(long)]
    json: bool,
}

impl Verify {
    pub(crate) async fn run(self) -> Result<ExitCode, Failure> {
        let (data, _) = Data::existing(&self.data)?;
        let names = match self.instance {
            Some(name) => vec![name],
            None => data.names().await?,
        };
        let mut reports = Vec::new();
        for name in names {
            let report = if self.audit {
                data.verify_audit(&name).await?
            } else {
                data.verify(&name).await?
            };
            if !self.json {
                print(&name, &report, &looked_at(&report, self.audit));
            }
            reports.push((name, report));
        }
        if self.json {
            output::json(
                &reports
                    .iter()
                    .map(|(name, report)| as_json(name, report))
                    .collect::<Vec<_>>(),
            );
        }
        let clean = reports.iter().all(|(_, report)| report.is_clean());
        Ok(if clean {
            ExitCode::SUCCESS
        } else {
            Kind::Unsound.code()
        })
    }
}

/// What was looked at, in numbers.
fn looked_at(report: &Report, audit_alone: bool) -> String {
    let records = output::count(report.audit_records);
    if audit_alone {
        return format!("{records} audit records");
    }
    let [resources, versions, keys] =
        [report.resources, report.versions, report.keys].map(output::count);
    format!(
        "{resources} resources, {versions} versions, {keys} index keys, {records} audit records"
    )
}

fn print(name: &InstanceName, report: &Report, looked_at: &str) {
    let verdict = if report.is_clean() {
        "clean"
    } else {
        "NOT CLEAN"
    };
    output::line(format_args!("{name}: {verdict}; {looked_at}"));
    if let Some(seal) = &report.audit_seal {
        output::line(format_args!("  newest seal {seal}"));
    }
    for problem in &report.problems {
        output::line(format_args!("  {problem}"));
    }
    let more = report
        .problems_total
        .saturating_sub(report.problems.len() as u64);
    if more > 0 {
        output::line(format_args!("  and {} more", output::count(more)));
    }
}

fn as_json(name: &InstanceName, report: &Report) -> Value {
    json!({
        "instance": name.as_str(),
        "clean": report.is_clean(),
        "resources": report.resources,
        "versions": report.versions,
        "keys": report.keys,
        "auditRecords": report.audit_records,
        "auditSeal": report.audit_seal,
        "problems": report.problems,
        "problemsTotal": report.problems_total,
    })
}
