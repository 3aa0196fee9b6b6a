//! What is asked of an object, and what names of fields and arguments mean.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use cresset_definitions::ResourceType;

use super::arguments::Arguments;
use super::document::{Field, Selection, value};
use super::run::Run;
use crate::fault::{Fault, Kind};
use crate::page_link::PARAMETER;

/// A field, with what all that ask for it ask of it.
pub(super) struct Asked<'d> {
    pub(super) field: &'d Field,
    pub(super) sets: Vec<&'d [Selection]>,
}

impl Asked<'_> {
    pub(super) fn has_fields(&self) -> bool {
        self.sets.iter().any(|set| !set.is_empty())
    }

    pub(super) fn must_have_fields(&self) -> Result<(), Fault> {
        if self.has_fields() {
            return Ok(());
        }
        let name = &self.field.name;
        Err(value(format!("{name} needs fields, in braces")))
    }

    pub(super) fn must_be_leaf(&self) -> Result<(), Fault> {
        if !self.has_fields() {
            return Ok(());
        }
        Err(value(format!("{} has no fields", self.field.name)))
    }
}

/// A field whose name begins with a type.
#[derive(Clone, Copy)]
pub(super) enum Resources {
    One(ResourceType),
    List(ResourceType),
    Connection(ResourceType),
}

impl Resources {
    pub(super) fn named(name: &str) -> Option<Self> {
        let typed = |suffix| name.strip_suffix(suffix).and_then(ResourceType::parse);
        let one = || ResourceType::parse(name).map(Self::One);
        let list = || typed("List").map(Self::List);
        one()
            .or_else(list)
            .or_else(|| typed("Connection").map(Self::Connection))
    }
}

impl Run<'_> {
    /// The fields that are asked of an object of some type, each once. All that is looked at for it counts
    /// among the fields a query may ask.
    pub(super) fn collected<'d>(
        &mut self,
        sets: &[&'d [Selection]],
        is: &dyn Fn(&str) -> Result<bool, Fault>,
    ) -> Result<Vec<Asked<'d>>, Fault> {
        let mut all: Vec<Asked<'d>> = Vec::new();
        let mut places: HashMap<&'d str, usize> = HashMap::new();
        let mut open: Vec<&'d Selection> =
            sets.iter().rev().flat_map(|set| set.iter().rev()).collect();
        while let Some(selection) = open.pop() {
            self.spend()?;
            let field = match selection {
                Selection::On(of, selections) => {
                    if of.as_deref().map_or(Ok(true), is)? {
                        open.extend(selections.iter().rev());
                    }
                    continue;
                }
                Selection::Field(field) => field,
            };
            let set = field.selections.as_slice();
            let same = match places.entry(&field.key) {
                Entry::Vacant(place) => {
                    self.spend_bytes(field.key.len())?;
                    place.insert(all.len());
                    let sets = vec![set];
                    all.push(Asked { field, sets });
                    continue;
                }
                Entry::Occupied(place) => all.get_mut(*place.get()),
            };
            let Some(same) = same else { continue };
            self.spend_bytes(field.arguments.bytes())?;
            let own = |field: &'d Field| (&field.name, &field.arguments, &field.directives);
            if own(same.field) != own(field) {
                let key = &field.key;
                let text = format!("{key} stands for two different things; give one an alias");
                return Err(value(text));
            }
            same.sets.push(set);
        }
        Ok(all)
    }
}

/// No object of this type has such a field.
pub(super) fn unknown_field(of: &str, name: &str) -> Fault {
    if name.starts_with("__") {
        let text = "The schema is not told by $graphql; it is that of R4: each type's elements by their names in JSON";
        return Fault::coded(Kind::Invalid, "not-supported", text);
    }
    value(format!("{of} has no field {name}"))
}

/// The code of a search parameter: names of arguments have no hyphens.
pub(super) fn parameter(name: &str) -> String {
    if name.starts_with('_') {
        name.to_owned()
    } else {
        name.replace('_', "-")
    }
}

/// The parameters of a search.
pub(super) fn pairs(
    arguments: &Arguments,
    is_paged: bool,
    is_reverse: bool,
) -> Result<Vec<(String, String)>, Fault> {
    let mut pairs = Vec::with_capacity(arguments.0.len());
    for (name, texts) in &arguments.0 {
        match name.as_str() {
            "_reference" if is_reverse => {}
            "_reference" => {
                let text = "_reference belongs to a list within a resource";
                return Err(value(text));
            }
            "_cursor" if is_paged => {
                pairs.push((PARAMETER.to_owned(), texts.join(",")));
            }
            "_cursor" | PARAMETER => {
                return Err(value(format!("A list takes no argument {name}")));
            }
            name => pairs.push((parameter(name), texts.join(","))),
        }
    }
    Ok(pairs)
}
