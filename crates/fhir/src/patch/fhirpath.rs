//! FHIRPath Patch (R4 "FHIRPath Patch"): a Parameters resource, one parameter for each operation.

mod content;
mod operation;
mod place;

use cresset_base::Limits;
use cresset_model::{Element, Step, Value};

use super::budget::Budget;
use super::{blame, refused, too_many};
use crate::fault::{Fault, Kind};
use content::Property;
pub(super) use operation::Operation;
use operation::{Action, Content};
use place::Places;

/// Reads a patch: the operations of a Parameters resource.
pub(super) fn parse(root: Element<'_>, limits: &Limits) -> Result<Vec<Operation>, Fault> {
    if root.get("resourceType").and_then(Element::as_str) != Some("Parameters") {
        let text = "A FHIRPath Patch is a Parameters resource";
        return Err(Fault::new(Kind::Invalid, text).at("resourceType"));
    }
    let parameters = root.get("parameter");
    let max = limits.patch_operations_max;
    if parameters.is_some_and(|list| list.len() > max) {
        return Err(too_many(max));
    }
    let list = parameters.iter().flat_map(|list| list.items()).enumerate();
    list.map(|(at, parameter)| {
        Operation::parse(parameter).map_err(|fault| {
            let place = format!("Parameters.parameter[{at}]");
            blame(at, "", fault).at(place)
        })
    })
    .collect()
}

/// Applies the operations in order; at the first that cannot be, `document` is of no more use.
pub(super) fn apply(
    operations: &[Operation],
    document: &mut Value,
    limits: &Limits,
) -> Result<(), Fault> {
    let mut patcher = Patcher {
        document,
        budget: Budget::new(limits),
        limits,
    };
    for (at, operation) in operations.iter().enumerate() {
        patcher.step(operation).map_err(|fault| {
            let place = format!("Parameters.parameter[{at}]");
            blame(at, operation.action.name(), fault).at(place)
        })?;
    }
    Ok(())
}

struct Patcher<'a> {
    document: &'a mut Value,
    budget: Budget,
    limits: &'a Limits,
}

impl Patcher<'_> {
    fn step(&mut self, operation: &Operation) -> Result<(), Fault> {
        let path = &operation.path;
        match &operation.action {
            Action::Add(name, content) => self.add(path, name, content),
            Action::Insert(index, content) => self.insert(path, *index, content),
            Action::Delete => self.delete(path),
            Action::Replace(content) => self.replace(path, content),
            Action::Move {
                source,
                destination,
            } => self.move_item(path, *source, *destination),
        }
    }

    /// Where the path leads in the resource as it is now.
    fn places(&mut self, path: &str) -> Result<Places, Fault> {
        Places::find(self.document, path, (self.limits, &mut self.budget))
    }

    /// R4: "the content will be appended to the element identified in the path".
    fn add(&mut self, path: &str, name: &str, content: &Content) -> Result<(), Fault> {
        let place = self.places(path)?.one()?;
        let property = Property::find(place.type_ix, name, content)?;
        let value = content.value(property.type_ix)?;
        self.budget.spend(&value, place.steps.len() + 1)?;
        let parent = self.document.at_mut(&place.steps).ok_or_else(gone)?;
        if property.is_array {
            return append(parent, &property.name, value);
        }
        if parent.get(&property.name).is_some() {
            let text = format!("there is a '{name}' already, and there may be only one");
            return Err(refused("processing", text));
        }
        parent
            .set(&property.name, value)
            .then_some(())
            .ok_or_else(not_an_object)
    }

    fn insert(&mut self, path: &str, index: usize, content: &Content) -> Result<(), Fault> {
        let places = self.places(path)?;
        let Some((list, type_ix)) = places.list()? else {
            // Nothing is there yet: the first item makes the list.
            let (parent, name) = path.rsplit_once('.').ok_or_else(no_list)?;
            return if index == 0 {
                self.add(parent, name, content)
            } else {
                Err(out_of_range())
            };
        };
        let value = content.value(type_ix)?;
        self.budget.spend(&value, list.len() + 1)?;
        let items = items(self.document, &list)?;
        if index > items.len() {
            return Err(out_of_range());
        }
        items.insert(index, value);
        Ok(())
    }

    fn delete(&mut self, path: &str) -> Result<(), Fault> {
        let places = self.places(path)?;
        if places.is_empty() {
            return Ok(());
        }
        let steps = places.one()?.steps;
        let Some((last, above)) = steps.split_last() else {
            return Err(refused(
                "processing",
                "the resource itself cannot be deleted by a patch",
            ));
        };
        match last {
            Step::Member(name) => {
                let parent = self.document.at_mut(above).ok_or_else(gone)?;
                parent.remove(name);
                // What a primitive has beside its value goes with it.
                parent.remove(&format!("_{name}"));
            }
            Step::Item(at) => self.remove_item(above, *at)?,
        }
        Ok(())
    }

    fn remove_item(&mut self, list: &[Step], at: usize) -> Result<(), Fault> {
        let left = {
            let items = items(self.document, list)?;
            if at < items.len() {
                items.remove(at);
            }
            items.len()
        };
        let Some((Step::Member(name), above)) = list.split_last() else {
            return Ok(());
        };
        let parent = self.document.at_mut(above).ok_or_else(gone)?;
        let beside = format!("_{name}");
        if let Some(Value::Array(companions)) = parent.get_mut(&beside)
            && at < companions.len()
        {
            companions.remove(at);
        }
        // FHIR has no empty lists.
        if left == 0 {
            parent.remove(name);
            parent.remove(&beside);
        }
        Ok(())
    }

    fn replace(&mut self, path: &str, content: &Content) -> Result<(), Fault> {
        let place = self.places(path)?.one()?;
        let value = content.value(place.type_ix)?;
        self.budget.spend(&value, place.steps.len())?;
        let chosen = match place.steps.split_last() {
            Some((Step::Member(name), above)) => {
                content::renamed(name, place.type_ix, content).map(|new| (above, name, new))
            }
            _ => None,
        };
        if let Some((above, old, new)) = chosen {
            let parent = self.document.at_mut(above).ok_or_else(gone)?;
            parent.remove(old);
            parent.remove(&format!("_{old}"));
            parent.set(&new, value);
            return Ok(());
        }
        *self.document.at_mut(&place.steps).ok_or_else(gone)? = value;
        Ok(())
    }

    fn move_item(&mut self, path: &str, source: usize, destination: usize) -> Result<(), Fault> {
        let (list, _) = self.places(path)?.list()?.ok_or_else(no_list)?;
        let items = items(self.document, &list)?;
        if source >= items.len() || destination >= items.len() {
            return Err(out_of_range());
        }
        let item = items.remove(source);
        items.insert(destination, item);
        Ok(())
    }
}

fn append(parent: &mut Value, name: &str, value: Value) -> Result<(), Fault> {
    if let Some(Value::Array(items)) = parent.get_mut(name) {
        items.push(value);
        return Ok(());
    }
    parent
        .set(name, Value::Array(vec![value]))
        .then_some(())
        .ok_or_else(not_an_object)
}

fn items<'v>(document: &'v mut Value, list: &[Step]) -> Result<&'v mut Vec<Value>, Fault> {
    match document.at_mut(list) {
        Some(Value::Array(items)) => Ok(items),
        _ => Err(no_list()),
    }
}

fn gone() -> Fault {
    refused("processing", "the path leads to nothing")
}

fn not_an_object() -> Fault {
    refused(
        "processing",
        "the path leads to a value that has no elements",
    )
}

fn no_list() -> Fault {
    refused("processing", "the path leads to no list")
}

fn out_of_range() -> Fault {
    refused("processing", "the index lies outside the list")
}
