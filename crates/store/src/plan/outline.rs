//! A plan in words: names of search parameters, and no value.

use cresset_definitions::{Definitions, ParameterIx, SearchParameter};
use cresset_search::query::{Criterion, Order, Query};

use super::condition::{Atom, Condition, End, Link};
use super::order::{Key, KeySource};
use super::scan::Driver;
use super::{Planner, SearchPlan};
use crate::Error;
use crate::explain::Outline;
use crate::layout::WordsOf;
use crate::layout::parameters::{Column, Own, Slot, number_of, own_column, slot_of};

/// Names are told up to this many, of a filter of many parts.
const NAMES_MAX: usize = 24;

/// Tells what columns stand for.
struct Names<'p> {
    planner: &'p Planner<'p>,
}

impl Planner<'_> {
    /// What a plan of this planner does.
    pub fn outline(&self, plan: &SearchPlan) -> Outline {
        let names = Names { planner: self };
        let at = plan.driver.condition;
        let checks = plan.conditions.iter().enumerate();
        let checks = checks.filter(|(n, _)| Some(*n) != at);
        Outline {
            resource_type: plan.resource_type.name(),
            driver: names.driver(plan),
            checks: checks.map(|(_, c)| names.condition(c)).collect(),
            order: names.order(plan),
        }
    }

    /// An error of running a plan: of one that took too long it tells what the plan does.
    #[must_use]
    pub fn blamed(&self, error: Error, plan: &SearchPlan) -> Error {
        match error {
            Error::TimedOut => Error::TooCostly(self.outline(plan).sentence()),
            other => other,
        }
    }

    /// The same of a search for which no plan was found in time.
    #[must_use]
    pub fn blamed_unplanned(&self, error: Error, query: &Query) -> Error {
        if !matches!(error, Error::TimedOut) {
            return error;
        }
        let mut names = Vec::new();
        for criterion in &query.criteria {
            self.names_of(criterion, &mut names);
        }
        let of = query.resource_type;
        let names = few(names.into_iter()).join(", ");
        Error::TooCostly(if names.is_empty() {
            format!("{of}: candidates are every {of}")
        } else {
            format!("{of}: candidates are counted of each of {names}, to begin with the fewest")
        })
    }

    fn names_of(&self, criterion: &Criterion, names: &mut Vec<String>) {
        let mut name = |ix: &ParameterIx| {
            let found = self.definitions.search_parameter_at(*ix);
            names.extend(found.map(|parameter| parameter.code.to_owned()));
        };
        match criterion {
            Criterion::Values(parameter, _) => name(parameter),
            Criterion::PointsTo(parameter, hops) => {
                name(parameter);
                for hop in hops {
                    self.names_of(&hop.criterion, names);
                }
            }
            Criterion::PointedAt(parameter, hop) => {
                name(parameter);
                self.names_of(&hop.criterion, names);
            }
            Criterion::Any(criteria) | Criterion::All(criteria) => {
                for criterion in criteria {
                    self.names_of(criterion, names);
                }
            }
            Criterion::Not(criterion) => self.names_of(criterion, names),
        }
    }
}

impl Names<'_> {
    fn driver(&self, plan: &SearchPlan) -> String {
        let of = plan.resource_type;
        if let Some(walk) = plan.walk.filter(|_| plan.driver.condition.is_none()) {
            let by = self.key(walk);
            return format!("every {of}, along the values of {by}");
        }
        let Some(condition) = driving(&plan.driver, &plan.conditions) else {
            return format!("every {of}");
        };
        let what = self.condition(condition);
        match plan.walk {
            Some(walk) => format!("those by {what}, along the values of {}", self.key(walk)),
            None => format!("those by {what}"),
        }
    }

    fn order(&self, plan: &SearchPlan) -> String {
        let keys = plan.ordering.keys.iter();
        let keys: Vec<String> = keys.map(|key| self.key(*key)).collect();
        if keys.is_empty() {
            return "in the order in which they were first mentioned".to_owned();
        }
        let keys = keys.join(", ");
        if plan.walk.is_some() {
            format!("in the order of {keys} as the index has it")
        } else {
            format!("all of them collected, then sorted by {keys}")
        }
    }

    fn key(&self, key: Key) -> String {
        let name = match key.source {
            KeySource::Range(p)
            | KeySource::Text(p)
            | KeySource::Token(p)
            | KeySource::Uri(p)
            | KeySource::Target(p, _)
            | KeySource::Updated(p) => self.column(p),
            KeySource::Rid => "_id".to_owned(),
        };
        match key.order {
            Order::Ascending => name,
            Order::Descending => format!("-{name}"),
        }
    }

    fn condition(&self, condition: &Condition) -> String {
        match condition {
            Condition::AnyOf(atoms) => self.atoms(atoms),
            Condition::NoneOf(atoms) => format!("not {}", self.atoms(atoms)),
            Condition::AnyGroup(groups) => {
                let groups = groups.iter().map(|group| self.all(group));
                format!("({})", few(groups).join(" or "))
            }
            Condition::Linked(links) => few(links.iter().map(|link| self.link(link))).join(" or "),
            Condition::Not(condition) => format!("not ({})", self.condition(condition)),
        }
    }

    fn all(&self, conditions: &[Condition]) -> String {
        let each = conditions.iter().map(|condition| self.condition(condition));
        few(each).join(" and ")
    }

    fn link(&self, link: &Link) -> String {
        let (p, way) = match link.end {
            End::Target { p, .. } => (p, "what its"),
            End::Source { p, .. } => (p, "what refers to it by"),
        };
        let there = self.all(&link.conditions);
        let name = self.column(p);
        if there.is_empty() {
            format!("{way} {name}")
        } else {
            format!("{way} {name} [{there}]")
        }
    }

    fn atoms(&self, atoms: &[Atom]) -> String {
        few(atoms.iter().map(|atom| self.atom(atom))).join(" or ")
    }

    fn atom(&self, atom: &Atom) -> String {
        match atom {
            Atom::Point { p, .. } | Atom::Range { p, .. } | Atom::Text { p, .. } => self.column(*p),
            Atom::Words { part, .. } => match part {
                WordsOf::Narrative => "_text".to_owned(),
                WordsOf::Content => "_content".to_owned(),
            },
            Atom::Rid(_) => "_id".to_owned(),
            Atom::Updated { .. } => "_lastUpdated".to_owned(),
            Atom::Shape { .. } => "which parameters have a value".to_owned(),
        }
    }

    fn column(&self, p: Column) -> String {
        let Some(number) = number_of(p) else {
            return own(p).to_owned();
        };
        let parameters = &self.planner.encoder.parameters;
        let definitions: &Definitions = self.planner.definitions;
        let is_it = |parameter: &&SearchParameter| parameters.number(parameter.ix) == number;
        let defined = parameters.defined().iter();
        let defined = defined.filter_map(|(ix, _)| definitions.search_parameter_at(*ix));
        let mut all = definitions.search_parameters().iter().chain(defined);
        let found = all.find(is_it);
        let code = found.map_or("a parameter", |parameter| parameter.code);
        let modifier = match slot_of(p) {
            Some(Slot::Identifier) => ":identifier",
            Some(Slot::Said) => ":text",
            Some(Slot::OfType) => ":of-type",
            _ => "",
        };
        format!("{code}{modifier}")
    }
}

/// The name of a column that types have on their own.
fn own(p: Column) -> &'static str {
    let mut types = cresset_definitions::ResourceType::all();
    let found = types.find_map(|of| {
        let each = [
            (Own::Compartment, "the compartment of a patient"),
            (Own::Shape, "which parameters have a value"),
            (Own::Updated, "_lastUpdated"),
        ];
        let found = each.into_iter().find(|(own, _)| own_column(of, *own) == p);
        found.map(|(_, name)| name)
    });
    found.unwrap_or("a column")
}

fn driving<'p>(driver: &Driver, conditions: &'p [Condition]) -> Option<&'p Condition> {
    driver.condition.and_then(|at| conditions.get(at))
}

/// Each name once, and not too many.
fn few(names: impl Iterator<Item = String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for name in names {
        if name.is_empty() || kept.contains(&name) {
            continue;
        }
        if kept.len() == NAMES_MAX {
            kept.push("…".to_owned());
            break;
        }
        kept.push(name);
    }
    kept
}
