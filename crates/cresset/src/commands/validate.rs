//! `cresset validate`

mod report;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use cresset_base::InstanceName;
use cresset_model::{Bounds, Tree, parse};
use cresset_validate::{Ask, Detail, Issue, Profiles, Severity, Validator};

use super::DataDir;
use crate::data::Data;
use crate::failure::{Context, Failure, Kind};
use crate::{files, packages};
use report::Judged;

/// Say what is wrong with FHIR resources in files, and where.
#[derive(Args)]
#[command(after_help = "Examples:
  cresset validate patient.json
  cresset validate --profile http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient patient.json
  cresset validate --package ./my-guide.tgz --format html --output report.html ./resources
  cresset validate --instance sunrise ./export

Files hold one resource (.json) or one on each line (.ndjson); folders are searched for both. R4 and
US Core 6.1.0 are built in; profiles named in meta.profile are checked. Exit code 7 when a resource has
an error.")]
pub(crate) struct Validate {
    /// Files and folders
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// A profile every resource must follow, by its canonical URL; may be given several times
    #[arg(long, value_name = "URL")]
    profile: Vec<String>,
    /// A FHIR package (.tgz) whose profiles and value sets are known; may be given several times
    #[arg(long, value_name = "FILE")]
    package: Vec<PathBuf>,
    /// Know the packages of this instance
    #[arg(long, value_name = "NAME")]
    instance: Option<InstanceName>,
    #[command(flatten)]
    data: DataDir,
    /// Leave out warnings and informations
    #[arg(long)]
    errors_only: bool,
    /// The form of the report
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Write the report there instead of printing it
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Lines for people
    Text,
    /// An array with an `OperationOutcome` for each resource
    Json,
    /// A page that stands for itself
    Html,
}

impl Validate {
    pub(crate) async fn run(self) -> Result<ExitCode, Failure> {
        let validator = Validator::new(self.profiles().await?);
        let profiles: Vec<_> = self.profile.iter().map(String::as_str).collect();
        let ask = Ask {
            profiles: &profiles,
            detail: if self.errors_only {
                Detail::Refusals
            } else {
                Detail::Everything
            },
        };
        let mut judged = Vec::new();
        for path in files::found(&self.paths)? {
            judge_file(&path, &validator, &ask, &mut judged)?;
        }
        let text = match self.format {
            Format::Text => report::text(&judged),
            Format::Json => report::json(&judged),
            Format::Html => report::html(&judged),
        };
        match &self.output {
            Some(path) => fs::write(path, text).context(path.display())?,
            None => crate::output::line(text.trim_end()),
        }
        Ok(if judged.iter().any(Judged::is_refused) {
            Kind::Unsound.code()
        } else {
            ExitCode::SUCCESS
        })
    }

    /// US Core, the packages of the instance, then those named here.
    async fn profiles(&self) -> Result<Profiles, Failure> {
        let mut profiles = Profiles::us_core();
        if let Some(name) = &self.instance {
            let (data, _) = Data::existing(&self.data)?;
            data.settings(name).await?;
            packages::add_all_of(&data.directory_of(name), &mut profiles)?;
        }
        for file in &self.package {
            let archive = fs::read(file).map_err(|error| {
                Failure::new(Kind::NotFound, format!("{}: {error}", file.display()))
            })?;
            packages::add(&packages::open(&archive, file)?, &mut profiles);
        }
        Ok(profiles)
    }
}

/// Judges the resources of one file.
fn judge_file(
    path: &Path,
    validator: &Validator,
    ask: &Ask<'_>,
    judged: &mut Vec<Judged>,
) -> Result<(), Failure> {
    let bytes = fs::read(path).context(path.display())?;
    let file = path.display().to_string();
    if !files::has_lines(path) {
        judged.push(judge(file, None, &bytes, (validator, ask)));
        return Ok(());
    }
    for (at, line) in bytes.split(|b| *b == b'\n').enumerate() {
        if !line.trim_ascii().is_empty() {
            judged.push(judge(file.clone(), Some(at + 1), line, (validator, ask)));
        }
    }
    Ok(())
}

fn judge(
    file: String,
    line: Option<usize>,
    bytes: &[u8],
    (validator, ask): (&Validator, &Ask<'_>),
) -> Judged {
    // What lies on the operator's own disk may be larger than a request.
    let bounds = Bounds {
        values_max: usize::MAX,
        ..Bounds::default()
    };
    let (name, issues) = match parse(bytes, bounds) {
        Ok(tree) => (name(&tree), validator.validate(tree.root(), ask)),
        Err(fault) => (String::new(), vec![not_json(&fault)]),
    };
    Judged {
        file,
        line,
        name,
        issues,
    }
}

/// `Patient/1`, as far as the resource says.
fn name(tree: &Tree) -> String {
    let resource_type = tree.resource_type().unwrap_or("?");
    match tree.id() {
        Some(id) => format!("{resource_type}/{id}"),
        None => resource_type.to_owned(),
    }
}

fn not_json(fault: &cresset_model::Fault) -> Issue {
    Issue {
        severity: Severity::Error,
        code: cresset_validate::IssueType::Structure,
        path: String::new(),
        text: fault.to_string(),
    }
}
