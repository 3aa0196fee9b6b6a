//! What is measured, and how.

mod auth;
mod create;
mod import;
mod local;
mod read;
mod scale;
mod shapes;

use std::path::PathBuf;
use std::time::Duration;

use crate::figures::Figure;
use crate::growth::Growth;
use crate::load::{Press, Target};
use crate::product::Product;
use crate::workload::{self, How, Run, Workload};
use crate::{Result, unexpected};
use local::Local;

pub use auth::Sizes;

/// What to measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// Read by id.
    Read,
    /// First pages of searches.
    Search,
    /// Durable creates.
    Create,
    /// Import, disk, memory.
    Import,
    /// Search and start at two sizes.
    Scale,
    /// Everything.
    All,
}

/// A run of measurements.
pub struct Bench {
    /// The binary that is measured.
    pub exe: PathBuf,
    /// An empty folder for its data and the baselines'.
    pub scratch: PathBuf,
    /// Connections held open at once.
    pub connections: usize,
    /// How long each figure is measured.
    pub duration: Duration,
    /// Resources of the ordinary instance.
    pub resources: usize,
    /// Resources of the large instance.
    pub large: usize,
    /// The process of a base that is not this binary, whose peak memory is read.
    pub pid: Option<u32>,
    /// The data of such a base, whose size is read.
    pub disk: Option<PathBuf>,
    /// Told what is being done.
    pub say: fn(&str),
}

impl Bench {
    /// Measures the binary on data of its own, with the baselines.
    ///
    /// # Errors
    /// When something does not do what it should.
    pub fn local(&self, what: What) -> Result<Vec<Figure>> {
        let mut figures = Vec::new();
        let wants = |one| what == one || what == What::All;
        let mut local = Local::prepare(self)?;
        if wants(What::Import) {
            figures.extend(import::figures(self, &local)?);
        }
        if wants(What::Read) || wants(What::Search) || wants(What::Create) {
            let target = local.serve()?;
            if wants(What::Import) {
                figures.push(local.idle_memory());
            }
            if wants(What::Read) || wants(What::Search) {
                figures.extend(read::with_baselines(self, &target, what)?);
            }
            if wants(What::Create) {
                figures.extend(create::with_baseline(self, &target, &local)?);
            }
        }
        if wants(What::Scale) {
            local.stop();
            figures.extend(scale::figures(self)?);
        }
        Ok(figures)
    }

    /// Measures the authorization server of the binary, on data of its own.
    ///
    /// # Errors
    /// When something does not do what it should.
    pub fn auth(&self, product: &dyn Product, sizes: Sizes) -> Result<Vec<Figure>> {
        auth::figures(self, product, sizes)
    }

    /// Measures every shape of a query on instances of growing size, up to the large one.
    ///
    /// # Errors
    /// When something does not do what it should.
    pub fn shapes(&self) -> Result<Growth> {
        shapes::growth(self)
    }

    /// Measures any FHIR base over plain HTTP; it must hold Observations with code, patient and date.
    ///
    /// # Errors
    /// When something does not do what it should.
    pub fn external(&self, what: What, target: &Target) -> Result<Vec<Figure>> {
        let mut figures = Vec::new();
        if matches!(what, What::Read | What::All) {
            figures.push(read::read(self, target)?.figure("read by id"));
        }
        if matches!(what, What::Search | What::All) {
            for (name, page) in read::searches(self, target)? {
                figures.push(page.figure(&name));
            }
        }
        if matches!(what, What::Create | What::All) {
            figures.push(create::create(self, target)?);
        }
        if figures.is_empty() {
            return unexpected("against another base only read, search and create can be measured");
        }
        Ok(figures)
    }

    /// Puts the binary through workloads, on an instance of its own that is empty at first.
    ///
    /// # Errors
    /// When something does not do what it should.
    pub fn workloads(&self, workloads: &[Workload]) -> Result<Run> {
        let data = self.scratch.join("workload");
        let (server, target) = local::empty(&self.exe, &data)?;
        let how = How {
            pid: Some(server.pid()),
            disk: Some(data),
            ..self.how()
        };
        workload::run(&target, workloads, &how)
    }

    /// Puts any FHIR base through workloads; what they create there stays, except by `crud`.
    ///
    /// # Errors
    /// When a connection fails, or the base holds nothing to search for.
    pub fn workloads_at(&self, workloads: &[Workload], target: &Target) -> Result<Run> {
        workload::run(target, workloads, &self.how())
    }

    fn how(&self) -> How {
        How {
            connections: self.connections,
            duration: self.duration,
            resources: self.resources,
            pid: self.pid,
            disk: self.disk.clone(),
            say: self.say,
        }
    }

    fn press(&self) -> Press {
        Press {
            connections: self.connections,
            duration: self.duration,
        }
    }
}
