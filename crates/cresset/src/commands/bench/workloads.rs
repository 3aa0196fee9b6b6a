//! `cresset bench workloads` and its parts.

use std::fs;

use cresset_bench::load::Target;
use cresset_bench::scenario::Bench as Scenario;
use cresset_bench::workload::report::compare;
use cresset_bench::workload::{Run, Workload};
use serde_json::json;

use super::{Bench, Subject, machine, measured};
use crate::failure::{Context, Failure, Kind};
use crate::output;

/// The workloads a subject stands for; none for one that is measured beside baselines.
pub(super) fn of(subject: Subject) -> Option<Vec<Workload>> {
    match subject {
        Subject::WorkloadCrud => Some(vec![Workload::Crud]),
        Subject::WorkloadImport => Some(vec![Workload::Import]),
        Subject::WorkloadSearch => Some(vec![Workload::Search]),
        Subject::Workloads => Some(Workload::ALL.to_vec()),
        Subject::Read
        | Subject::Search
        | Subject::Create
        | Subject::Import
        | Subject::Scale
        | Subject::All
        | Subject::Shapes
        | Subject::Auth => None,
    }
}

/// Runs them, against the base that was named or against this program.
pub(super) fn run(
    bench: &Bench,
    scenario: &Scenario,
    mut workloads: Vec<Workload>,
) -> Result<Run, Failure> {
    let ran = if let Some(base) = &bench.base {
        Target::parse(base, bench.token.clone())
            .and_then(|target| scenario.workloads_at(&workloads, &target))
    } else {
        if workloads == [Workload::Search] {
            // An empty instance has nothing to search for.
            workloads.insert(0, Workload::Import);
        }
        scenario.workloads(&workloads)
    };
    measured(ran)
}

/// Prints a run, beside an earlier one if that is wanted.
pub(super) fn print(bench: &Bench, run: &Run) -> Result<(), Failure> {
    let machine = machine();
    if bench.json {
        output::json(&json!({"machine": machine, "run": run}));
        return Ok(());
    }
    output::line(format_args!("{machine}\n"));
    output::line(run.markdown().trim_end());
    if let Some(file) = &bench.compare {
        let text = fs::read_to_string(file).context(file.display())?;
        let kept: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
        let kept = kept.get("run").cloned().unwrap_or_default();
        let other: Run = serde_json::from_value(kept).map_err(|error| {
            let text = format!("{} holds no run of workloads: {error}", file.display());
            Failure::new(Kind::Settings, text)
        })?;
        output::line(format_args!("\n{}", compare(run, &other).trim_end()));
    }
    Ok(())
}
