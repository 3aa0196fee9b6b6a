//! The official FHIRPath suite in its JSON form.

use std::collections::BTreeMap;
use std::path::Path;

use cresset_fhirpath::{Environment, Item, Node, Program, Temporal, TemporalKind};
use cresset_model::{Bounds, Tree, parse};
use serde::Deserialize;

use super::Error;

#[derive(Deserialize)]
struct Suite {
    tests: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    group: String,
    name: String,
    inputfile: Option<String>,
    expression: String,
    #[serde(default)]
    outputs: Vec<Output>,
    /// The expression for what the focus is, if it is not the resource.
    context: Option<String>,
    /// What must be wrong with it.
    invalid: Option<String>,
    /// Whether only the truth of the result counts.
    #[serde(default)]
    predicate: serde_json::Value,
}

#[derive(Deserialize)]
struct Output {
    value: Option<String>,
    #[serde(rename = "type")]
    type_name: Option<String>,
}

pub(super) fn run(folder: &Path) -> Result<(), Error> {
    let suite: Suite = serde_json::from_slice(&std::fs::read(folder.join("tests-fhir-r4.json"))?)?;
    let mut inputs: BTreeMap<String, Tree> = BTreeMap::new();
    let (mut passed, mut failed) = (0, Vec::new());
    for case in &suite.tests {
        let name = case.inputfile.as_deref().unwrap_or("patient-example.json");
        if !inputs.contains_key(name) {
            let bytes = std::fs::read(folder.join("input").join(name))?;
            let tree = parse(&bytes, Bounds::default()).map_err(|f| format!("{name}: {f}"))?;
            inputs.insert(name.to_owned(), tree);
        }
        let found = inputs
            .get(name)
            .map_or(Err(String::new()), |t| check(case, t));
        match found {
            Ok(()) => passed += 1,
            Err(why) => failed.push(format!(
                "{} {}: {}: {why}",
                case.group, case.name, case.expression
            )),
        }
    }
    for line in &failed {
        println!("{line}");
    }
    println!("{passed} of {} pass", suite.tests.len());
    Ok(())
}

fn check(case: &Case, tree: &Tree) -> Result<(), String> {
    let found = evaluate(case, tree);
    if let Some(kind) = &case.invalid {
        return match found {
            Err(_) => Ok(()),
            Ok(found) => Err(format!("gives {found:?}, must be refused ({kind})")),
        };
    }
    let found = found?;
    let expected: Vec<_> = case
        .outputs
        .iter()
        .map(|o| {
            let value = o.value.clone().unwrap_or_default();
            let value = value.strip_prefix('@').unwrap_or(&value).to_owned();
            let value = value.strip_prefix('T').unwrap_or(&value).to_owned();
            (o.type_name.clone().unwrap_or_default(), value)
        })
        .collect();
    let same = found.len() == expected.len()
        && found
            .iter()
            .zip(&expected)
            .all(|((type_name, value), (t, v))| {
                (t.is_empty() || t == type_name) && (value == v || equal_numbers(value, v))
            });
    if same {
        Ok(())
    } else {
        Err(format!("gives {found:?}, expected {expected:?}"))
    }
}

fn equal_numbers(a: &str, b: &str) -> bool {
    let read = |text: &str| text.parse::<f64>().ok();
    matches!((read(a), read(b)), (Some(a), Some(b)) if a.total_cmp(&b).is_eq())
}

fn evaluate(case: &Case, tree: &Tree) -> Result<Vec<(String, String)>, String> {
    let program = Program::compile(&case.expression).map_err(|f| f.to_string())?;
    let root = Node::resource(tree.root()).ok_or("no resource")?;
    let mut environment = Environment::new(root);
    environment.now = Temporal::parse("2026-01-02T03:04:05.678Z", TemporalKind::DateTime);
    let around = match &case.context {
        Some(context) => Some(Program::compile(context).map_err(|f| f.to_string())?),
        None => None,
    };
    let focus = match around.as_ref().map(|a| a.evaluate(root, root)).as_deref() {
        Some([Item::Node(node), ..]) => *node,
        _ => root,
    };
    let items = program
        .run(&environment, focus)
        .map_err(|h| h.to_string())?;
    let predicate = matches!(&case.predicate, serde_json::Value::Bool(true))
        || case.predicate.as_str() == Some("true");
    if predicate {
        let truth = match items.as_slice() {
            [] => false,
            [item] => item.plain() != Some(Item::Boolean(false)),
            _ => true,
        };
        return Ok(vec![("boolean".to_owned(), truth.to_string())]);
    }
    Ok(items.iter().map(shown).collect())
}

/// The type and the value as the suite writes them.
fn shown(item: &Item<'_>) -> (String, String) {
    let type_name = match item {
        Item::Node(node) => node.type_name(),
        Item::Boolean(_) => "boolean",
        Item::Integer(_) => "integer",
        Item::Decimal(_) => "decimal",
        Item::String(_) => "string",
        Item::Quantity(_) => "Quantity",
        Item::Temporal(t) => match t.kind() {
            TemporalKind::Date => "date",
            TemporalKind::DateTime => "dateTime",
            TemporalKind::Time => "time",
        },
        Item::Remote(_) | Item::Type(..) => "",
    };
    let value = match item.plain() {
        Some(Item::Boolean(value)) => value.to_string(),
        Some(Item::Integer(number)) => number.to_string(),
        Some(Item::Decimal(number)) => number.to_string(),
        Some(Item::String(text)) => text.into_owned(),
        Some(Item::Quantity(quantity)) => quantity.to_string(),
        Some(Item::Temporal(temporal)) => temporal.to_string(),
        _ => String::new(),
    };
    (type_name.to_owned(), value)
}
