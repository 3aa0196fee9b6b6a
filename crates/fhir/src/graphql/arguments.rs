//! Arguments and directives, with the values of variables.
//!
//! Whatever it is written as, a value is compared with, or sent to a search, as text.

use std::cell::Cell;
use std::collections::{HashMap, HashSet};

use graphql_parser::query::{Directive, Value, VariableDefinition};
use serde_json::Map;

use super::document::{is_required, too_costly, value};
use crate::fault::{Fault, Kind};

/// What is given for an argument: nothing for `null`, several for a list.
type Texts = Option<Vec<String>>;

/// The values of variables, by name.
pub(super) struct Variables {
    values: HashMap<String, Texts>,
    /// Bytes that may yet be copied: fragments and variables are written out wherever they are used.
    left: Cell<usize>,
}

impl Variables {
    /// Those that a query declares, of what was sent or else as it says.
    pub(super) fn given(
        declared: &[VariableDefinition<'_, String>],
        sent: &Map<String, serde_json::Value>,
        bytes_max: usize,
    ) -> Result<Self, Fault> {
        let mut variables = Self {
            values: HashMap::new(),
            left: Cell::new(bytes_max),
        };
        for variable in declared {
            let name = &variable.name;
            if variables.values.contains_key(name) {
                return Err(value(format!("The variable ${name} is declared twice")));
            }
            let found = match (sent.get(name), &variable.default_value) {
                (Some(sent), _) => of_json(sent, name)?,
                (None, Some(default)) => texts(default, &variables)?,
                (None, None) => None,
            };
            if found.is_none() && is_required(&variable.var_type) {
                let text = format!("The variable ${name} needs a value");
                return Err(Fault::new(Kind::Required, text));
            }
            variables.values.insert(name.clone(), found);
        }
        Ok(variables)
    }

    fn get(&self, name: &str) -> Result<Texts, Fault> {
        let found = self.values.get(name);
        let unknown = || value(format!("The variable ${name} is not declared"));
        let found = found.ok_or_else(unknown)?;
        let copied = |texts: &Vec<String>| texts.iter().map(|text| self.copied(text)).collect();
        found.as_ref().map(copied).transpose()
    }

    /// A copy of a text of the query, within what may be copied.
    pub(super) fn copied(&self, text: &str) -> Result<String, Fault> {
        self.spend(text)?;
        Ok(text.to_owned())
    }

    fn spend(&self, text: &str) -> Result<(), Fault> {
        // Many empty texts take memory, too.
        let cost = text.len() + size_of::<String>();
        let left = self.left.get().checked_sub(cost).ok_or_else(|| {
            too_costly("The query is too large with its fragments and variables written out")
        })?;
        self.left.set(left);
        Ok(())
    }
}

fn of_json(sent: &serde_json::Value, name: &str) -> Result<Texts, Fault> {
    use serde_json::Value as Json;
    let one = |sent: &Json| match sent {
        Json::String(text) => Ok(text.clone()),
        Json::Number(number) if number.is_f64() => Err(no_decimals()),
        Json::Bool(_) | Json::Number(_) => Ok(sent.to_string()),
        _ => Err(value(format!(
            "The variable ${name} must be a string, a number, a boolean or a list of them"
        ))),
    };
    match sent {
        Json::Null => Ok(None),
        Json::Array(items) => items.iter().map(one).collect::<Result<_, _>>().map(Some),
        sent => Ok(Some(vec![one(sent)?])),
    }
}

fn texts(written: &Value<'_, String>, variables: &Variables) -> Result<Texts, Fault> {
    Ok(Some(match written {
        Value::Variable(name) => return variables.get(name),
        Value::Null => return Ok(None),
        Value::Int(number) => {
            vec![variables.copied(&number.as_i64().unwrap_or_default().to_string())?]
        }
        Value::Float(_) => return Err(no_decimals()),
        Value::String(text) | Value::Enum(text) => vec![variables.copied(text)?],
        Value::Boolean(flag) => vec![variables.copied(&flag.to_string())?],
        Value::List(items) => {
            let mut all = Vec::with_capacity(items.len());
            for item in items {
                all.extend(texts(item, variables)?.unwrap_or_default());
            }
            all
        }
        Value::Object(_) => return Err(value("An argument is text, a number or a list of them")),
    }))
}

/// Whoever reads a decimal as a number loses digits of it, and with them how exact it is.
fn no_decimals() -> Fault {
    value("Write a decimal as text, for example \"5.40\", so that it keeps its digits")
}

/// The arguments of a field that have a value, in their order.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Arguments(pub(super) Vec<(String, Vec<String>)>);

impl Arguments {
    pub(super) fn read(
        written: &[(String, Value<'_, String>)],
        variables: &Variables,
    ) -> Result<Self, Fault> {
        let mut all: Vec<(String, Vec<String>)> = Vec::with_capacity(written.len());
        let mut names = HashSet::with_capacity(written.len());
        for (name, written) in written {
            if !names.insert(name) {
                return Err(value(format!("The argument {name} is given twice")));
            }
            let name = variables.copied(name)?;
            if let Some(texts) = texts(written, variables)? {
                all.push((name, texts));
            }
        }
        Ok(Self(all))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How long they are, which is what comparing them takes.
    pub(super) fn bytes(&self) -> usize {
        let texts = self.0.iter().flat_map(|(_, texts)| texts);
        texts.map(|text| text.len() + size_of::<String>()).sum()
    }

    /// The one value of an argument.
    pub(super) fn text(&self, name: &str) -> Result<Option<&str>, Fault> {
        let Some((_, texts)) = self.0.iter().find(|(known, _)| known == name) else {
            return Ok(None);
        };
        match texts.as_slice() {
            [only] => Ok(Some(only)),
            _ => Err(value(format!("The argument {name} takes one value"))),
        }
    }

    /// A number of things.
    pub(super) fn number(&self, name: &str) -> Result<Option<usize>, Fault> {
        let wrong = || {
            value(format!(
                "The argument {name} is a whole number of 0 or more"
            ))
        };
        let text = self.text(name)?;
        text.map(|text| text.parse().map_err(|_| wrong()))
            .transpose()
    }

    pub(super) fn flag(&self, name: &str) -> Result<bool, Fault> {
        match self.text(name)? {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(value(format!("The argument {name} is true or false"))),
        }
    }

    /// Refuses arguments of other names than these.
    pub(super) fn only(&self, field: &str, names: &[&str]) -> Result<(), Fault> {
        let other = self
            .0
            .iter()
            .find(|(name, _)| !names.contains(&name.as_str()));
        other.map_or(Ok(()), |(name, _)| {
            Err(value(format!("{field} takes no argument {name}")))
        })
    }
}

/// What is said about a field behind `@`.
#[derive(Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each directive stands or does not"
)]
pub(super) struct Directives {
    /// Of a list the first alone.
    pub(super) first: bool,
    /// What would be a list is one value.
    pub(super) singleton: bool,
    /// Its fields belong to the object that holds it.
    pub(super) flatten: bool,
    /// Each item gets a field of its own, named after what this path gives.
    pub(super) slice: Option<String>,
    /// `@skip` or `@include` leave it out.
    pub(super) is_left_out: bool,
}

impl Directives {
    pub(super) fn read(
        written: &[Directive<'_, String>],
        variables: &Variables,
    ) -> Result<Self, Fault> {
        let mut read = Self::default();
        for directive in written {
            let name = directive.name.as_str();
            variables.spend(name)?;
            let arguments = Arguments::read(&directive.arguments, variables)?;
            let label = format!("@{name}");
            match name {
                "first" | "singleton" | "flatten" => arguments.only(&label, &[])?,
                "slice" => arguments.only(&label, &["path"])?,
                _ => arguments.only(&label, &["if"])?,
            }
            match name {
                "first" => read.first = true,
                "singleton" => read.singleton = true,
                "flatten" => read.flatten = true,
                "slice" => {
                    let path = arguments.text("path")?;
                    let path = path.ok_or_else(|| value("@slice needs a path"))?;
                    read.slice = Some(path.to_owned());
                }
                "skip" => read.is_left_out |= arguments.flag("if")?,
                "include" => read.is_left_out |= !arguments.flag("if")?,
                _ => return Err(value(format!("There is no directive {label}"))),
            }
        }
        Ok(read)
    }
}
