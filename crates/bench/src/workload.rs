//! What an app developer's server is put through, against any FHIR base: [`crud`] of linked
//! resources, [`import`] of whole patients, [`search`] for random values.
//!
//! Each reports [`Line`]s; two runs are set beside each other by [`report::compare`].

mod crud;
mod import;
pub mod report;
mod search;

use std::path::PathBuf;
use std::time::Duration;

use crate::Result;
use crate::load::Target;
use crate::process;

pub use report::{Line, Run};

/// One of the workloads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Workload {
    /// Create nine linked resources, read each, update each, delete each.
    Crud,
    /// Transaction bundles of whole patients.
    Import,
    /// Random values of every family of search parameters.
    Search,
}

impl Workload {
    /// All of them, in an order in which each finds what it needs: searches need data.
    pub const ALL: [Self; 3] = [Self::Import, Self::Search, Self::Crud];
}

/// How hard, how long, and what is watched meanwhile.
#[derive(Debug, Clone)]
pub struct How {
    /// Connections held open at once.
    pub connections: usize,
    /// How long a workload, or one family of searches, lasts.
    pub duration: Duration,
    /// Resources to import.
    pub resources: usize,
    /// The server's process, whose peak memory is read.
    pub pid: Option<u32>,
    /// The server's data, whose size is read.
    pub disk: Option<PathBuf>,
    /// Told what is being done.
    pub say: fn(&str),
}

/// Runs workloads one after the other.
///
/// # Errors
/// When a connection fails, or the base holds nothing to search for; answers with an unexpected
/// status are counted, not errors.
pub fn run(target: &Target, workloads: &[Workload], how: &How) -> Result<Run> {
    let mut lines = Vec::new();
    for workload in workloads {
        match workload {
            Workload::Crud => lines.extend(crud::run(target, how)?),
            Workload::Import => lines.push(import::run(target, how)?),
            Workload::Search => lines.extend(search::run(target, how)?),
        }
    }
    let disk_bytes = match &how.disk {
        Some(folder) => Some(process::disk_bytes(folder)?),
        None => None,
    };
    Ok(Run {
        connections: how.connections,
        lines,
        memory_bytes: how.pid.map(process::peak_memory_bytes),
        disk_bytes,
    })
}
