//! JSON Patch (RFC 6902).

use cresset_base::Limits;
use cresset_model::{Element, Kind as JsonKind, Value};

use super::budget::Budget;
use super::equal::equal;
use super::pointer::{Pointer, find, index};
use super::{blame, refused, too_many};
use crate::fault::{Fault, Kind};

/// One operation.
#[derive(Debug, Clone)]
pub(super) struct Operation {
    action: Action,
    path: Pointer,
    /// `replace /name/0/family`, for whoever reads what went wrong.
    shown: String,
}

#[derive(Debug, Clone)]
enum Action {
    Add(Value),
    Remove,
    Replace(Value),
    Move(Pointer),
    Copy(Pointer),
    Test(Value),
}

/// Longest pointer that is repeated in a text.
const SHOWN_CHARS_MAX: usize = 120;

/// Reads a patch: an array of operations.
pub(super) fn parse(root: Element<'_>, limits: &Limits) -> Result<Vec<Operation>, Fault> {
    if root.kind() != JsonKind::Array {
        let text = "A JSON Patch is an array of operations";
        return Err(Fault::new(Kind::Structure, text));
    }
    let max = limits.patch_operations_max;
    if root.len() > max {
        return Err(too_many(max));
    }
    let operations = root.items().enumerate();
    operations
        .map(|(at, element)| operation(element).map_err(|fault| blame(at, "", fault)))
        .collect()
}

fn operation(element: Element<'_>) -> Result<Operation, Fault> {
    let text = |name: &str| {
        let missing = || {
            Fault::new(
                Kind::Required,
                format!("'{name}' must be there, as a string"),
            )
        };
        element
            .get(name)
            .and_then(Element::as_str)
            .ok_or_else(missing)
    };
    let pointer = |name: &str| {
        let invalid = || {
            let text = format!("'{name}' must be a JSON Pointer such as /name/0/family");
            Fault::new(Kind::Value, text)
        };
        text(name).and_then(|text| Pointer::parse(text).ok_or_else(invalid))
    };
    let value = || {
        let missing = || Fault::new(Kind::Required, "'value' must be there");
        element.get("value").map(Value::of).ok_or_else(missing)
    };
    let name = text("op")?;
    let path = pointer("path")?;
    let action = match name {
        "add" => Action::Add(value()?),
        "remove" => Action::Remove,
        "replace" => Action::Replace(value()?),
        "move" => Action::Move(pointer("from")?),
        "copy" => Action::Copy(pointer("from")?),
        "test" => Action::Test(value()?),
        _ => {
            let text = "'op' must be add, remove, replace, move, copy or test";
            return Err(Fault::new(Kind::Value, text));
        }
    };
    let shown: String = text("path")?
        .chars()
        .filter(|c| !c.is_control())
        .take(SHOWN_CHARS_MAX)
        .collect();
    Ok(Operation {
        action,
        path,
        shown: format!("{name} {shown}"),
    })
}

/// Whether a patch asks what the resource holds.
pub(super) fn asks(operations: &[Operation]) -> bool {
    operations
        .iter()
        .any(|operation| matches!(operation.action, Action::Test(_)))
}

/// Applies the operations in order; at the first that cannot be, `document` is of no more use.
pub(super) fn apply(
    operations: &[Operation],
    document: &mut Value,
    limits: &Limits,
) -> Result<(), Fault> {
    let mut budget = Budget::new(limits);
    for (at, operation) in operations.iter().enumerate() {
        step(operation, document, &mut budget)
            .map_err(|fault| blame(at, &operation.shown, fault))?;
    }
    Ok(())
}

fn step(operation: &Operation, document: &mut Value, budget: &mut Budget) -> Result<(), Fault> {
    let path = &operation.path;
    match &operation.action {
        Action::Add(value) => {
            budget.spend(value, path.depth())?;
            add(document, path, value.clone())
        }
        Action::Remove => remove(document, path).map(|_| ()),
        Action::Replace(value) => {
            budget.spend(value, path.depth())?;
            *path.find(document).ok_or_else(nothing)? = value.clone();
            Ok(())
        }
        Action::Move(from) => {
            if path.is_below(from) {
                return Err(refused("processing", "a value cannot be moved into itself"));
            }
            let value = remove(document, from)?;
            budget.spend(&value, path.depth())?;
            add(document, path, value)
        }
        Action::Copy(from) => {
            let value = from.find(document).ok_or_else(nothing)?;
            budget.spend(value, path.depth())?;
            let value = value.clone();
            add(document, path, value)
        }
        Action::Test(expected) => {
            let found = path.find(document).ok_or_else(nothing)?;
            if equal(found, expected) {
                return Ok(());
            }
            Err(refused("processing", "the value there is another one"))
        }
    }
}

fn nothing() -> Fault {
    refused("processing", "there is nothing at this place")
}

/// §4.1: into an object by name, into an array before the item at the index, or after all with `-`.
fn add(document: &mut Value, path: &Pointer, value: Value) -> Result<(), Fault> {
    let Some((parent, last)) = path.split() else {
        *document = value;
        return Ok(());
    };
    match find(document, parent).ok_or_else(nothing)? {
        Value::Array(items) => {
            let at = if last == "-" {
                Some(items.len())
            } else {
                index(last).filter(|at| *at <= items.len())
            };
            items.insert(at.ok_or_else(nothing)?, value);
            Ok(())
        }
        object @ Value::Object(_) => {
            object.set(last, value);
            Ok(())
        }
        _ => Err(nothing()),
    }
}

fn remove(document: &mut Value, path: &Pointer) -> Result<Value, Fault> {
    let Some((parent, last)) = path.split() else {
        return Ok(std::mem::replace(document, Value::Null));
    };
    match find(document, parent).ok_or_else(nothing)? {
        Value::Array(items) => {
            let at = index(last).filter(|at| *at < items.len());
            Ok(items.remove(at.ok_or_else(nothing)?))
        }
        object => object.remove(last).ok_or_else(nothing),
    }
}
