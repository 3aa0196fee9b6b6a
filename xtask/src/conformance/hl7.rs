//! HL7's own validator and ours, asked about the same resources: a sample of a population, and for each a
//! copy with one thing broken.

mod mutant;
mod theirs;

use std::collections::BTreeMap;
use std::path::Path;

use cresset_model::{Bounds, parse};
use cresset_validate::{Severity, validate};
use serde_json::Value;

use super::Error;
use mutant::Dice;

/// Most resources of one type in the sample.
const OF_TYPE_MAX: usize = 6;
/// Mutants of each.
const MUTANTS: usize = 2;
/// The sample is the same in every run.
const SEED: u64 = 20_260_101;

/// A resource both are asked about.
struct Case {
    name: String,
    json: Value,
    /// What was broken; nothing in an original.
    broken: Option<String>,
}

/// `jars` holds HL7's validator with what it needs, `examples` the package of the published examples, which
/// holds the definitions of R4 too, `population` what `cresset synth` wrote.
pub(super) fn run(jars: &Path, examples: &Path, population: &Path) -> Result<(), Error> {
    let cases = cases(population)?;
    let folder = Path::new("target").join("conformance-hl7");
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    let asked = folder.join("asked");
    std::fs::create_dir_all(&asked)?;
    for case in &cases {
        std::fs::write(asked.join(&case.name), case.json.to_string())?;
    }
    let theirs = theirs::judge(jars, examples, &folder)?;
    let (mut agreed, mut strictly) = (0, 0);
    for case in &cases {
        let ours = ours(&case.json)?;
        let Some(theirs) = theirs.get(&case.name) else {
            return Err(format!("HL7's validator says nothing of {}", case.name).into());
        };
        strictly += usize::from(ours.is_empty() == theirs.is_empty());
        let beside: Vec<_> = theirs
            .iter()
            .filter(|text| !theirs::is_of_being_offline(text))
            .collect();
        if ours.is_empty() == beside.is_empty() {
            agreed += 1;
            continue;
        }
        let broken = case.broken.as_deref().unwrap_or("as it was made");
        println!(
            "{} ({broken})\n  ours: {ours:?}\n  theirs: {beside:?}",
            case.name
        );
    }
    let originals = cases.iter().filter(|case| case.broken.is_none()).count();
    println!(
        "{agreed} of {} verdicts agree: {originals} resources, {} mutants of them. \
         With what their validator says because it is offline, {strictly} do.",
        cases.len(),
        cases.len() - originals
    );
    Ok(())
}

/// What ours refuses.
fn ours(resource: &Value) -> Result<Vec<String>, Error> {
    let tree = parse(resource.to_string().as_bytes(), Bounds::default());
    let issues = validate(tree.map_err(|fault| fault.to_string())?.root());
    let errors = issues.into_iter().filter(|i| i.severity == Severity::Error);
    Ok(errors.map(|issue| issue.text).collect())
}

/// The sample, each resource with its mutants.
fn cases(population: &Path) -> Result<Vec<Case>, Error> {
    let mut files: Vec<_> = std::fs::read_dir(population)?
        .collect::<Result<Vec<_>, _>>()?
        .into_iter()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|end| end == "ndjson"))
        .collect();
    files.sort();
    let mut dice = Dice::new(SEED);
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut cases = Vec::new();
    for file in files {
        let lines = std::fs::read_to_string(&file)?;
        // From the whole of a type, not only from its beginning.
        let lines: Vec<&str> = lines.lines().collect();
        let step = lines.len().div_ceil(OF_TYPE_MAX).max(1);
        for line in lines.into_iter().step_by(step) {
            let mut resource: Value = serde_json::from_str(line)?;
            let of = resource.get("resourceType").and_then(Value::as_str);
            let of = of.unwrap_or_default();
            let count = counts.entry(of.to_owned()).or_default();
            *count += 1;
            let name = format!("{of}-{count}");
            // What a profile of US Core asks beyond R4 is not the question.
            if let Some(members) = resource.as_object_mut() {
                members.remove("meta");
            }
            for number in 1..=MUTANTS {
                let (json, broken) = mutant::of(&resource, &mut dice);
                cases.push(Case {
                    name: format!("{name}-mutant-{number}.json"),
                    json,
                    broken: Some(broken),
                });
            }
            cases.push(Case {
                name: format!("{name}.json"),
                json: resource,
                broken: None,
            });
        }
    }
    Ok(cases)
}
