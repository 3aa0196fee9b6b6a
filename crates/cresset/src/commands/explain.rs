//! `cresset explain`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use cresset_access::{Access, SystemReason};
use cresset_base::InstanceName;
use cresset_definitions::ResourceType;
use cresset_fhir::Handling;
use cresset_fhir::explain::Searched;
use cresset_fhir::pairs::decode;
use cresset_fhir::search_types::{Compartment, Place};
use cresset_store::Explanation;
use cresset_web::App;

use crate::data::Data;
use crate::failure::{Failure, Kind};
use crate::settings::{Flags, Settings};
use crate::{output, platform};

/// Show how a search is answered: where candidates come from, what they are checked for, in which order.
#[derive(Args)]
#[command(after_help = "Examples:
  cresset explain '/demo/fhir/Observation?category=vital-signs&_sort=-date'
  cresset explain --json 'https://ehr.example/sunrise/fhir/Patient/42/Condition?code=x'

It runs the search once as the operator, who sees everything, and shows numbers and names of search
parameters alone. Of an instance in the data directory it needs the server to be stopped.")]
pub(crate) struct Explain {
    /// The address of a search, with the instance's name in its path
    url: String,
    /// Configuration file (TOML)
    #[arg(long, value_name = "FILE", env = "CRESSET_CONFIG")]
    config: Option<PathBuf>,
    #[command(flatten)]
    flags: Flags,
    /// For scripts
    #[arg(long)]
    json: bool,
}

impl Explain {
    pub(crate) async fn run(self) -> Result<ExitCode, Failure> {
        let address = Address::of(&self.url)?;
        let settings = Settings::load(self.config.as_deref(), &self.flags)?;
        let data = Data::open(&settings)?;
        // Says what is wrong where there is none.
        data.store(&address.instance).await?;
        let app = App::new(platform::platform(&data, &settings)?);
        let instance = app.instances().open(address.instance.as_str()).await;
        let instance = instance.map_err(|failure| refused(failure.fault()))?;
        let access = Access::system(SystemReason::OperatorCounts);
        let asked = (address.pairs, Handling::Strict);
        let explained = instance.fhir.explain(&access, &address.searched, asked);
        let explanation = explained.await.map_err(|fault| refused(&fault))?;
        if self.json {
            output::json(&explanation);
        } else {
            show(&explanation);
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn show(explanation: &Explanation) {
    if explanation.plans.is_empty() {
        output::line("Nothing can match: a value that is asked for occurs nowhere.");
    }
    for plan in &explanation.plans {
        output::line(format_args!("{}", plan.resource_type));
        output::line(format_args!("  candidates   {}", plan.driver));
        for check in &plan.checks {
            output::line(format_args!("  checked for  {check}"));
        }
        output::line(format_args!("  order        {}", plan.order));
    }
    let micros = |us: u64| format!("{}.{:03} ms", us / 1000, us % 1000);
    output::line(format_args!(
        "\nrows visited   {}",
        output::count(explanation.rows_visited)
    ));
    output::line(format_args!("matches shown  {}", explanation.matches));
    if let Some(total) = explanation.total {
        output::line(format_args!("matches        {}", output::count(total)));
    }
    output::line(format_args!(
        "time           {} to plan and count, {} to find",
        micros(explanation.planning_us),
        micros(explanation.finding_us)
    ));
    output::line("\nthe database's own plan");
    for line in &explanation.database {
        output::line(format_args!("  {line}"));
    }
}

fn refused(fault: &cresset_fhir::Fault) -> Failure {
    let texts = fault.issues.iter().map(|issue| issue.text.as_str());
    Failure::new(Kind::Other, texts.collect::<Vec<_>>().join("; "))
}

/// What an address asks.
struct Address {
    instance: InstanceName,
    searched: Searched,
    pairs: Vec<(String, String)>,
}

impl Address {
    /// `[anything]/{instance}/fhir[/path][?parameters]`
    fn of(url: &str) -> Result<Self, Failure> {
        let unreadable = || {
            Failure::new(Kind::Settings, "this is no address of a search")
                .hint("it looks like /demo/fhir/Observation?code=x")
        };
        let (path, query) = url.split_once('?').unwrap_or((url, ""));
        let path = path.split_once("://").map_or(path, |(_, rest)| rest);
        let steps: Vec<&str> = path.split('/').collect();
        let at = steps.iter().position(|step| *step == "fhir");
        let at = at.filter(|at| *at > 0).ok_or_else(unreadable)?;
        let instance = steps.get(at - 1).copied().unwrap_or_default();
        let rest: Vec<&str> = steps
            .get(at + 1..)
            .unwrap_or_default()
            .iter()
            .copied()
            .filter(|step| !step.is_empty() && *step != "_search")
            .collect();
        let type_of = |name: &str| ResourceType::parse(name).ok_or_else(unreadable);
        let searched = match rest.as_slice() {
            [] => Searched::Types(Place::System),
            [of] => Searched::Type(type_of(of)?),
            [owner, id, member] => {
                let compartment = Compartment {
                    owner: type_of(owner)?,
                    id: id.parse().map_err(|_| unreadable())?,
                };
                Searched::Types(match *member {
                    "*" => Place::Within(compartment),
                    of => Place::TypeWithin(compartment, type_of(of)?),
                })
            }
            _ => return Err(unreadable()),
        };
        Ok(Self {
            instance: instance.parse().map_err(|_| unreadable())?,
            searched,
            pairs: decode(query.as_bytes()).map_err(|fault| refused(&fault))?,
        })
    }
}
