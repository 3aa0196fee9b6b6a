//! Import, its memory and its disk, beside bare tables of the same shape.

use super::Bench;
use super::local::{Local, megabytes};
use crate::Result;
use crate::baseline;
use crate::figures::{Figure, Goal, float, ratio};
use crate::process::disk_bytes;

/// Most bytes on disk of one resource.
const BYTES_EACH_MAX: f64 = 1_200.0;
/// Most memory of an import, in megabytes.
const MEMORY_MAX: f64 = 300.0;

/// How the filling of the measured instance went.
pub(super) fn figures(bench: &Bench, local: &Local) -> Result<Vec<Figure>> {
    (bench.say)("as many bodies and rows into bare tables");
    let bare = baseline::import::measure(
        &bench.scratch.join("import.db"),
        &local.samples,
        &local.database(),
    )?;
    let count = float(local.samples.len() as u64);
    let per_second = ratio(count, local.imported.elapsed.as_secs_f64());
    let json: usize = local.samples.iter().map(|sample| sample.json.len()).sum();
    let note = format!(
        "{count:.0} resources of {:.0} bytes, {:.1} index rows each",
        ratio(float(json as u64), count),
        bare.rows_each
    );
    let disk = ratio(float(disk_bytes(&local.data)?), count);
    Ok(vec![
        Figure::new("import, all indexes live", per_second, "/s")
            .beside(bare.per_second)
            .goal(Goal::AtLeast(0.4))
            .note(note),
        Figure::new(
            "disk of a resource, indexes and history included",
            disk,
            "bytes",
        )
        .goal(Goal::AtMost(BYTES_EACH_MAX)),
        Figure::new(
            "memory of the import",
            megabytes(local.imported.memory_bytes),
            "MB",
        )
        .goal(Goal::AtMost(MEMORY_MAX)),
    ])
}
