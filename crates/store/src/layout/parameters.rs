//! Stored numbers of search parameters.
//!
//! [`ParameterIx`] holds only within one build, so the tables use numbers of their own, kept in the
//! instance's `parameter` table by (type, code). The first column of every index row is
//! `number * SLOTS + slot`; below 1024 lie the rows every type has without a parameter.

use std::collections::HashMap;

use cresset_definitions::{Definitions, ParameterIx, ResourceType};

/// Which kind of value of a parameter a row holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// Token, local reference, date, number, quantity, string: the parameter's own kind.
    Own = 0,
    /// Interned uri, and a reference that leads elsewhere.
    Uri = 1,
    /// `Reference.identifier`.
    Identifier = 2,
    /// A date range of more than a day, by its end.
    LongEnd = 3,
}

/// Slots reserved for each parameter.
const SLOTS: i64 = 8;
/// First column value of parameter number 0.
const FIRST: i64 = 1024;

/// Rows every type has, whatever its parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Own {
    /// Value: a patient whose compartment the resource lies in.
    Compartment = 0,
    /// Value: the shape, the set of parameters that have a value.
    Shape = 1,
    /// Value: when the current version was written, in milliseconds.
    Updated = 2,
}

/// The first column of an index row.
pub type Column = i64;

/// First column of the rows a type has on its own.
pub fn own_column(resource_type: ResourceType, own: Own) -> Column {
    i64::from(resource_type.code()) * 4 + own as i64
}

/// First column of the rows of the parameter with this number in the instance.
pub fn column_of(number: i64, slot: Slot) -> Column {
    FIRST + number * SLOTS + slot as i64
}

/// The slot of a parameter's column; `None` for a column types have on their own.
pub(crate) fn slot_of(column: Column) -> Option<Slot> {
    let slots = [Slot::Own, Slot::Uri, Slot::Identifier, Slot::LongEnd];
    let offset = column.checked_sub(FIRST).filter(|offset| *offset >= 0)?;
    slots
        .into_iter()
        .find(|slot| *slot as i64 == offset % SLOTS)
}

/// One line of the `parameter` table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredParameter {
    /// Its number in this instance.
    pub number: i64,
    /// Code of the resource type it belongs to.
    pub resource_type: u8,
    /// Its code.
    pub code: String,
}

/// Both directions between a build's parameters and an instance's numbers.
#[derive(Debug)]
pub struct Parameters {
    numbers: Vec<i64>,
    alias: Vec<Option<Alias>>,
}

/// A parameter whose local references are another's of one target type; its rows are not stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Alias {
    /// The parameter that holds the rows.
    pub of: ParameterIx,
    /// The type its targets are narrowed to.
    pub target: ResourceType,
}

impl Parameters {
    /// Matches a build's parameters with an instance's numbers; gives the lines to add for those
    /// the instance does not know yet.
    pub fn assign(
        definitions: &Definitions,
        stored: &[StoredParameter],
    ) -> (Self, Vec<StoredParameter>) {
        let known: HashMap<(u8, &str), i64> = stored
            .iter()
            .map(|s| ((s.resource_type, s.code.as_str()), s.number))
            .collect();
        let mut next = stored.iter().map(|s| s.number + 1).max().unwrap_or(0);
        let mut added = Vec::new();
        let mut numbers = Vec::with_capacity(definitions.search_parameters().len());
        for parameter in definitions.search_parameters() {
            let key = (parameter.resource_type.code(), parameter.code);
            numbers.push(known.get(&key).copied().unwrap_or_else(|| {
                let number = next;
                next += 1;
                added.push(StoredParameter {
                    number,
                    resource_type: key.0,
                    code: key.1.to_owned(),
                });
                number
            }));
        }
        (
            Self {
                numbers,
                alias: aliases(definitions),
            },
            added,
        )
    }

    /// The instance's number of a parameter.
    pub fn number(&self, parameter: ParameterIx) -> i64 {
        self.numbers
            .get(usize::from(parameter.0))
            .copied()
            .unwrap_or(-1)
    }

    /// The first column of a parameter's rows.
    pub fn column(&self, parameter: ParameterIx, slot: Slot) -> Column {
        column_of(self.number(parameter), slot)
    }

    /// Whose rows answer for this parameter's local references, if not its own.
    pub fn alias(&self, parameter: ParameterIx) -> Option<Alias> {
        self.alias.get(usize::from(parameter.0)).copied().flatten()
    }
}

/// `patient` is nearly always `subject.where(resolve() is Patient)`: found by comparing expressions.
fn aliases(definitions: &Definitions) -> Vec<Option<Alias>> {
    definitions
        .search_parameters()
        .iter()
        .map(|parameter| {
            let (base, rest) = parameter.expression.split_once(".where(resolve() is ")?;
            let target = ResourceType::parse(rest.strip_suffix(')')?)?;
            definitions
                .search_parameters_of(parameter.resource_type)
                .iter()
                .find(|other| {
                    other.expression == base && other.search_type == parameter.search_type
                })
                .map(|other| Alias {
                    of: other.ix,
                    target,
                })
        })
        .collect()
}
