//! One operation as its parameter says it.

use cresset_definitions::TypeIx;
use cresset_model::{Element, Tree, Value};

use super::content;
use crate::fault::{Fault, Kind};

/// One operation.
#[derive(Debug, Clone)]
pub(in crate::patch) struct Operation {
    pub(super) action: Action,
    pub(super) path: String,
}

#[derive(Debug, Clone)]
pub(super) enum Action {
    Add(String, Content),
    Insert(usize, Content),
    Delete,
    Replace(Content),
    Move { source: usize, destination: usize },
}

impl Action {
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Add(..) => "add",
            Self::Insert(..) => "insert",
            Self::Delete => "delete",
            Self::Replace(_) => "replace",
            Self::Move { .. } => "move",
        }
    }
}

/// The part that brings a value: `value[x]`, or parts for a type that has no name of its own.
#[derive(Debug, Clone)]
pub(super) struct Content(Tree);

impl Content {
    /// The value for an element of this type.
    pub(super) fn value(&self, type_ix: TypeIx) -> Result<Value, Fault> {
        content::value(self.0.root(), type_ix)
    }

    /// `Quantity` of `valueQuantity`; nothing where parts make the value.
    pub(super) fn suffix(&self) -> Option<&str> {
        content::chosen(self.0.root()).map(|(suffix, _)| suffix)
    }
}

impl Operation {
    pub(super) fn parse(parameter: Element<'_>) -> Result<Self, Fault> {
        if name_of(parameter) != Some("operation") {
            return Err(Fault::new(Kind::Value, "its name must be 'operation'"));
        }
        let parts = Parts(parameter.get("part"));
        let action = match parts.text("type")? {
            "add" => Action::Add(parts.text("name")?.to_owned(), parts.content()?),
            "insert" => Action::Insert(parts.index("index")?, parts.content()?),
            "delete" => Action::Delete,
            "replace" => Action::Replace(parts.content()?),
            "move" => Action::Move {
                source: parts.index("source")?,
                destination: parts.index("destination")?,
            },
            _ => {
                let text = "its type must be add, insert, delete, replace or move";
                return Err(Fault::new(Kind::Value, text));
            }
        };
        Ok(Self {
            action,
            path: parts.text("path")?.to_owned(),
        })
    }
}

struct Parts<'t>(Option<Element<'t>>);

impl<'t> Parts<'t> {
    fn find(&self, name: &str) -> Result<Element<'t>, Fault> {
        let mut parts = self.0.iter().flat_map(|parts| parts.items());
        parts
            .find(|part| name_of(*part) == Some(name))
            .ok_or_else(|| Fault::new(Kind::Required, format!("its part '{name}' must be there")))
    }

    fn text(&self, name: &str) -> Result<&'t str, Fault> {
        let chosen = content::chosen(self.find(name)?);
        chosen
            .and_then(|(_, value)| value.as_str())
            .ok_or_else(|| Fault::new(Kind::Value, format!("its part '{name}' must be a string")))
    }

    fn index(&self, name: &str) -> Result<usize, Fault> {
        let chosen = content::chosen(self.find(name)?);
        let number = chosen.and_then(|(_, value)| value.number()?.parse().ok());
        number.ok_or_else(|| {
            let text = format!("its part '{name}' must be a whole number from 0");
            Fault::new(Kind::Value, text)
        })
    }

    fn content(&self) -> Result<Content, Fault> {
        self.find("value").map(|part| Content(part.to_tree()))
    }
}

pub(super) fn name_of(part: Element<'_>) -> Option<&str> {
    part.get("name").and_then(Element::as_str)
}
