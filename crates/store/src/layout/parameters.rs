//! Stored numbers of search parameters.
//!
//! [`ParameterIx`] holds only within one build, so the tables use numbers of their own, kept in the
//! instance's `parameter` table by (type, code). The first column of every index row is
//! `number * SLOTS + slot`; below 1024 lie the rows every type has without a parameter.

use std::collections::{HashMap, HashSet};
use std::ops::RangeInclusive;
use std::sync::Arc;

use cresset_definitions::words::asks_for_words;
use cresset_definitions::{Definitions, ParameterIx, ResourceType, SearchParameter};
use cresset_search::extract::{FIRST_VERSION, version};
use cresset_search::{Building, Defined, Unindexed};

use super::sortable;

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
    /// Interned folded text of a coded value (`:text`).
    Said = 4,
    /// An identifier's type paired with its value (`:of-type`).
    OfType = 5,
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

/// All columns of a number.
pub fn columns_of(number: i64) -> RangeInclusive<Column> {
    let first = FIRST + number * SLOTS;
    first..=first + SLOTS - 1
}

/// Whose column it is; `None` for a column types have on their own.
pub fn number_of(column: Column) -> Option<i64> {
    let offset = column.checked_sub(FIRST).filter(|offset| *offset >= 0)?;
    Some(offset / SLOTS)
}

/// The slot of a parameter's column; `None` for a column types have on their own.
pub(crate) fn slot_of(column: Column) -> Option<Slot> {
    let slots = [
        Slot::Own,
        Slot::Uri,
        Slot::Identifier,
        Slot::LongEnd,
        Slot::Said,
        Slot::OfType,
    ];
    let offset = column.checked_sub(FIRST).filter(|offset| *offset >= 0)?;
    slots
        .into_iter()
        .find(|slot| *slot as i64 == offset % SLOTS)
}

/// How far the index of a parameter's number is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IndexState {
    /// Resources written before are being looked at.
    Building = 0,
    /// It holds every resource.
    Complete = 1,
    /// Nobody keeps its rows any more; they are to be removed.
    Retired = 2,
    /// Its rows are removed. A number is not given again: sets of parameters may still name it.
    Gone = 3,
    /// Resources were written by a program that does not know it: its rows are to be removed, and
    /// then built anew.
    Stale = 4,
}

impl IndexState {
    /// Whether every write keeps its rows.
    pub fn is_kept(self) -> bool {
        matches!(self, Self::Building | Self::Complete | Self::Stale)
    }

    /// As the table keeps it.
    pub fn from_code(code: i64) -> Self {
        match code {
            0 => Self::Building,
            1 => Self::Complete,
            2 => Self::Retired,
            4 => Self::Stale,
            _ => Self::Gone,
        }
    }
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
    /// A hash of what decides its rows; 0 for a line older than rules.
    pub rule: i64,
    /// How far its index is.
    pub state: IndexState,
}

/// A build's parameters in an instance.
#[derive(Debug)]
pub struct Assigned {
    /// Both directions.
    pub parameters: Parameters,
    /// Lines that are new or have changed, to be stored.
    pub changed: Vec<StoredParameter>,
    /// What cannot be searched by until its index is built.
    pub unindexed: Unindexed,
}

/// Both directions between a build's parameters, and those an instance defines, and its numbers.
#[derive(Debug, Clone)]
pub struct Parameters {
    numbers: Arc<[i64]>,
    alias: Arc<[Option<Alias>]>,
    keeps_words: bool,
    /// Those the instance defines, in order of their places.
    defined: Vec<(ParameterIx, i64)>,
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
    /// Matches a build's parameters with an instance's numbers. A parameter the instance does not
    /// know, or knows by another rule, gets a number of its own, so that its rows never mix with
    /// others; its index must be built where the type has resources (`filled`). Those of words have
    /// nothing to be built where the instance keeps none.
    pub fn assign(
        (definitions, defined): (&Definitions, &Defined),
        stored: &[StoredParameter],
        filled: &HashSet<u8>,
        keeps_words: bool,
    ) -> Assigned {
        let alias = aliases(definitions);
        let mut assigning = Assigning {
            next: stored.iter().map(|s| s.number + 1).max().unwrap_or(0),
            lines: HashMap::new(),
            filled,
            keeps_words,
            changed: Vec::new(),
        };
        for line in stored.iter().filter(|line| line.state.is_kept()) {
            let key = (line.resource_type, line.code.clone());
            assigning.lines.insert(key, line.clone());
        }
        let parameters = definitions.search_parameters();
        let mut numbers = Vec::with_capacity(parameters.len());
        let mut waiting = HashSet::new();
        for (parameter, alias) in parameters.iter().zip(&alias) {
            let line = assigning.line(parameter, rule(parameter, *alias, keeps_words));
            numbers.push(line.number);
            if line.state != IndexState::Complete {
                waiting.insert(line.number);
            }
        }
        let each = defined.parameters().map(|parameter| {
            let line = assigning.line(parameter, rule(parameter, None, keeps_words));
            if line.state != IndexState::Complete {
                waiting.insert(line.number);
            }
            (parameter.ix, line.number)
        });
        let of_instance = in_order(each.collect());
        let unused = assigning.lines.into_values().map(|line| StoredParameter {
            state: IndexState::Retired,
            ..line
        });
        let mut changed = assigning.changed;
        changed.extend(unused);
        let parameters = Self {
            numbers: numbers.into(),
            alias: alias.into(),
            keeps_words,
            defined: of_instance,
        };
        let percent = |number| waiting.contains(&number).then_some(0);
        let unindexed = parameters.unindexed((definitions, defined), percent);
        Assigned {
            parameters,
            changed,
            unindexed,
        }
    }

    /// What cannot be searched by, where these numbers are indexed to so many percent only.
    pub fn unindexed(
        &self,
        (definitions, defined): (&Definitions, &Defined),
        percent: impl Fn(i64) -> Option<u8>,
    ) -> Unindexed {
        let percent = |number| {
            // One that another program retired has no number here.
            if number < 0 { Some(0) } else { percent(number) }
        };
        let own = definitions.search_parameters().iter().map(|p| p.ix);
        let all = own.chain(defined.parameters().map(|p| p.ix));
        let building = all.filter_map(|parameter| {
            let of = |ix: ParameterIx| percent(self.number(ix));
            let own = of(parameter);
            let percent = own.or_else(|| of(self.alias(parameter)?.of))?;
            Some(Building { parameter, percent })
        });
        let unindexed = Unindexed::new(building.collect()).defining(defined.clone());
        if self.keeps_words {
            unindexed
        } else {
            unindexed.without_words()
        }
    }

    /// Whether the instance keeps words.
    pub fn keeps_words(&self) -> bool {
        self.keeps_words
    }

    /// The numbers of all parameters.
    pub fn numbers(&self) -> Vec<i64> {
        let defined = self.defined.iter().map(|(_, number)| *number);
        self.numbers.iter().copied().chain(defined).collect()
    }

    /// The same in an instance that has given these numbers to the parameters it defines.
    #[must_use]
    pub fn defining(&self, numbers: Vec<(ParameterIx, i64)>) -> Self {
        Self {
            defined: in_order(numbers),
            ..self.clone()
        }
    }

    /// The parameters the instance defines and their numbers, in order of their places.
    pub fn defined(&self) -> &[(ParameterIx, i64)] {
        &self.defined
    }

    /// The instance's number of a parameter; -1 for one it does not know.
    pub fn number(&self, parameter: ParameterIx) -> i64 {
        let own = self.numbers.get(parameter.place()).copied();
        let defined = || {
            let places = &self.defined;
            let at = places.binary_search_by_key(&parameter, |(ix, _)| *ix);
            at.ok().and_then(|at| places.get(at)).map(|(_, n)| *n)
        };
        own.or_else(defined).unwrap_or(-1)
    }

    /// The first column of a parameter's rows.
    pub fn column(&self, parameter: ParameterIx, slot: Slot) -> Column {
        column_of(self.number(parameter), slot)
    }

    /// Whose rows answer for this parameter's local references, if not its own.
    pub fn alias(&self, parameter: ParameterIx) -> Option<Alias> {
        self.alias.get(parameter.place()).copied().flatten()
    }
}

fn in_order(mut numbers: Vec<(ParameterIx, i64)>) -> Vec<(ParameterIx, i64)> {
    numbers.sort_unstable();
    numbers
}

/// Lines on their way to this build's parameters.
struct Assigning<'a> {
    next: i64,
    /// Lines nothing was found for yet, by type and code.
    lines: HashMap<(u8, String), StoredParameter>,
    filled: &'a HashSet<u8>,
    keeps_words: bool,
    changed: Vec<StoredParameter>,
}

impl Assigning<'_> {
    /// The line of a parameter, the one that is there or a new one.
    fn line(&mut self, parameter: &SearchParameter, rule: i64) -> StoredParameter {
        let resource_type = parameter.resource_type.code();
        let leaves_rows = leaves_rows(parameter, self.keeps_words);
        let fresh = if self.filled.contains(&resource_type) && leaves_rows {
            IndexState::Building
        } else {
            IndexState::Complete
        };
        let key = (resource_type, parameter.code.to_owned());
        let known = self.lines.remove(&key);
        if let Some(known) = known.clone().filter(|line| line.rule == rule) {
            return known;
        }
        let is_of_first_version = version(parameter.search_type) == FIRST_VERSION;
        let line = match known {
            // Rules were kept when the first parameters had been added to those of the beginning, and
            // before extraction changed.
            Some(known) if known.rule == 0 && is_of_first_version => StoredParameter {
                rule,
                state: if parameter.url == LATER {
                    fresh
                } else {
                    IndexState::Complete
                },
                ..known
            },
            known => {
                self.changed.extend(known.map(|known| StoredParameter {
                    state: IndexState::Retired,
                    ..known
                }));
                self.next += 1;
                StoredParameter {
                    number: self.next - 1,
                    resource_type,
                    code: key.1,
                    rule,
                    state: fresh,
                }
            }
        };
        self.changed.push(line.clone());
        line
    }
}

/// The definitions that were added before rules were kept.
const LATER: &str = "urn:cresset:ehr-search-parameters";

/// The store knows ids and instants without an index.
fn leaves_rows(parameter: &SearchParameter, keeps_words: bool) -> bool {
    match parameter.code {
        "_id" | "_lastUpdated" => false,
        _ => keeps_words || !asks_for_words(parameter),
    }
}

/// What decides a parameter's rows: changed whenever the same resource leaves others.
pub(super) fn rule(parameter: &SearchParameter, alias: Option<Alias>, keeps_words: bool) -> i64 {
    let mut text = format!(
        "{} {:?} {} {:?}",
        version(parameter.search_type),
        parameter.search_type,
        parameter.expression,
        alias.map(|alias| alias.target.name())
    );
    for part in parameter.components {
        text.extend([" ", part.code, " ", part.expression]);
    }
    if keeps_words && asks_for_words(parameter) {
        text.push_str(" kept");
    }
    // 0 is a line without a rule.
    sortable::text_hash(&text).max(1)
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
