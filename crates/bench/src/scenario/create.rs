//! Durable creates, beside the same bodies in a bare table.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Bench;
use super::local::Local;
use crate::baseline;
use crate::baseline::http::Handler;
use crate::figures::{Figure, Goal, ratio};
use crate::load::{Measured, Target, press};
use crate::sample::samples;
use crate::{Result, unexpected};

/// Bodies that are sent round and round.
const BODIES: usize = 2_000;
/// Where the wal-index keeps its count of commits (`WalIndexHdr.iChange`).
const CHANGES_AT: std::ops::Range<usize> = 8..12;

/// Creates against any base.
pub(super) fn create(bench: &Bench, target: &Target) -> Result<Figure> {
    (bench.say)("creating");
    let measured = creating(bench, target, target.address)?;
    let note = format!(
        "{} connections, p50 {} µs, p99 {} µs",
        bench.connections, measured.p50_us, measured.p99_us
    );
    Ok(Figure::new("durable create", measured.per_second, "/s").note(note))
}

/// Presses an address with the creates that `target` takes.
fn creating(bench: &Bench, target: &Target, address: SocketAddr) -> Result<Measured> {
    let requests: Vec<_> = bodies()
        .iter()
        .map(|body| target.post("Observation", body))
        .collect();
    press(address, &Arc::new(requests), 201, bench.press())
}

/// Creates against the measured server, the commits they took, and the bare table.
pub(super) fn with_baseline(bench: &Bench, target: &Target, local: &Local) -> Result<Vec<Figure>> {
    let index = wal_index(&local.data)?;
    let before = commits(&index)?;
    let created = create(bench, target)?;
    let commits = commits(&index)?.wrapping_sub(before);
    (bench.say)("the same bodies into a bare table");
    let path = bench.scratch.join("create.db");
    let bare = baseline::create::measure(
        &path,
        &Arc::new(bodies()),
        bench.connections,
        bench.duration,
    )?;
    (bench.say)("the same bodies over HTTP into a bare table");
    let handler = Handler::storing(&bench.exe, &bench.scratch.join("create-http.db"))?;
    let over_http = creating(bench, target, handler.address)?;
    let shared = ratio(
        created.value * bench.duration.as_secs_f64(),
        f64::from(commits),
    );
    let note = format!("bare table: {:.0}", bare.per_commit);
    Ok(vec![
        created.beside(bare.per_second).goal(Goal::AtLeast(0.4)),
        Figure::new(
            "the same by a bare handler that parses, checks and indexes nothing",
            over_http.per_second,
            "/s",
        )
        .beside(bare.per_second),
        Figure::new("creates that share an fsync", shared, "")
            .goal(Goal::AtLeast(30.0))
            .note(note),
    ])
}

/// Observations without an id.
fn bodies() -> Vec<Vec<u8>> {
    let observations = samples(4 * BODIES)
        .into_iter()
        .filter(|sample| sample.resource_type == "Observation");
    observations
        .take(BODIES)
        .map(|sample| sample.json)
        .collect()
}

/// The wal-index of the measured instance's database.
fn wal_index(folder: &Path) -> Result<PathBuf> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir()
            && let Ok(found) = wal_index(&path)
        {
            return Ok(found);
        }
        if path
            .extension()
            .is_some_and(|ending| ending.to_string_lossy().ends_with("-shm"))
        {
            return Ok(path);
        }
    }
    unexpected("the measured instance has no wal-index")
}

/// Commits since the database was made, as SQLite itself counts them.
fn commits(index: &Path) -> Result<u32> {
    let bytes = std::fs::read(index)?;
    let count = bytes
        .get(CHANGES_AT)
        .and_then(|bytes| bytes.try_into().ok());
    match count.map(u32::from_ne_bytes) {
        Some(count) => Ok(count),
        None => unexpected("the wal-index is too short"),
    }
}
