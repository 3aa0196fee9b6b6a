//! `cresset rules`

use std::process::ExitCode;

use clap::{Args, Subcommand};
use cresset_definitions::ResourceType;
use cresset_rules::{Interaction, Location, RuleSet, Wording, Written};

use crate::failure::{Failure, Kind};
use crate::output;

/// Show the rule sets an instance can wear.
#[derive(Args)]
#[command(after_help = "Examples:
  cresset rules list
  cresset rules show canvas
  cresset rules show canvas Patient")]
pub(crate) struct Rules {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// List all rule sets
    List,
    /// Show one: how it answers, and what it says about each type
    Show {
        /// The rule set
        set: String,
        /// One type of it
        resource_type: Option<String>,
    },
}

impl Rules {
    pub(crate) fn run(self) -> Result<ExitCode, Failure> {
        match self.action {
            Action::List => {
                let rows =
                    RuleSet::ALL.map(|set| vec![set.name.to_owned(), set.summary.to_owned()]);
                output::table(&["NAME", "WHAT IT IS"], &rows);
            }
            Action::Show { set, resource_type } => {
                let set = named(&set)?;
                match resource_type {
                    None => show(set),
                    Some(name) => show_type(set, &name)?,
                }
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// The rule set of this name.
pub(crate) fn named(name: &str) -> Result<&'static RuleSet, Failure> {
    RuleSet::named(name).ok_or_else(|| {
        let known = RuleSet::ALL.map(|set| set.name).join(", ");
        Failure::new(Kind::Settings, format!("there is no rule set `{name}`"))
            .hint(format!("there are: {known}"))
    })
}

fn show(set: &RuleSet) {
    output::line(format_args!("{}: {}.\n", set.name, set.summary));
    let location = match set.envelope.location {
        Location::Version => "names the version",
        Location::Resource => "names the resource",
    };
    let written = match set.envelope.written {
        Written::Resource => "the resource as stored",
        Written::Nothing => "nothing",
    };
    let wording = match set.envelope.wording {
        Wording::Sentence => "Patient.telecom[0].rank must be 1 or more",
        Wording::Steps => "body -> telecom -> 0 -> rank — must be 1 or more (type=value_error)",
    };
    output::line(format_args!("Location of a create   {location}"));
    output::line(format_args!(
        "body of a write        {written}, unless `Prefer: return=…` says otherwise"
    ));
    output::line(format_args!("words of a fault       {wording}\n"));
    if set.types.is_empty() {
        output::line("Every type has every interaction.");
        return;
    }
    let rows: Vec<_> = set
        .types
        .iter()
        .map(|rules| vec![rules.name.to_owned(), interactions(set, rules.name)])
        .collect();
    output::table(&["TYPE", "INTERACTIONS"], &rows);
    output::line("\nTypes that are not listed behave as in r4.");
    if set.allergens {
        output::line("Allergen, which R4 lacks, is read and searched by code or _text.");
    }
}

fn show_type(set: &RuleSet, name: &str) -> Result<(), Failure> {
    let Some(resource_type) = ResourceType::parse(name) else {
        return Err(Failure::new(
            Kind::Settings,
            format!("there is no type `{name}` in R4"),
        ));
    };
    output::line(format_args!("{name} under {}\n", set.name));
    output::line(format_args!("interactions  {}", interactions(set, name)));
    for description in set.descriptions(resource_type) {
        let what = match description.interaction {
            Interaction::Update => "An update",
            _ => "A create",
        };
        output::line(format_args!("\n{what} must have"));
        for element in &description.required {
            output::line(format_args!("  {name}.{element}"));
        }
        output::line("\nand is refused unless");
        for (element, text) in &description.refused {
            let dot = if element.is_empty() { "" } else { "." };
            output::line(format_args!("  {name}{dot}{element} {text}"));
        }
        if !description.ignored.is_empty() {
            let ignored = description.ignored.join(", ");
            output::line(format_args!("\nNot taken from the body: {ignored}"));
        }
    }
    if let Some(note) = set.note(resource_type) {
        output::line(format_args!("\nWhat is written: {note}"));
    }
    Ok(())
}

fn interactions(set: &RuleSet, name: &str) -> String {
    let offered = ResourceType::parse(name).map(|resource_type| set.interactions(resource_type));
    let codes = offered.map(|offered| offered.iter().map(Interaction::code).collect::<Vec<_>>());
    codes.unwrap_or_default().join(", ")
}
