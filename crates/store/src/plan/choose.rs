//! Which condition drives a search and in which order its result is walked.

use cresset_search::Query;
use cresset_search::query::Order;

use super::condition::{Atom, Condition, Weight};
use super::hop::span;
use super::lookups::{Lookups, Span};
use super::order::{Key, KeySource, Ordering};
use super::page::Walk;
use super::place::Implied;
use super::ranges::start_from;
use super::resolve::Resolver;
use super::scan::Driver;
use super::size::{FEW, LINKED_MAX, Sizes};
use super::{Ask, Planner, Route, Types};
use crate::layout::parameters::{Own, Slot, own_column};

/// Up to this many candidates are collected and sorted; more are walked in order.
const COLLECTED_MAX: u64 = 1_024;

pub(crate) struct Chooser<'a, L> {
    pub(crate) planner: &'a Planner<'a>,
    pub(crate) resolver: &'a Resolver<'a, L>,
    pub(crate) conditions: &'a [Condition],
}

impl<L: Lookups> Chooser<'_, L> {
    pub(crate) fn route(&self, ask: Ask<'_>) -> Result<Route, L::Error> {
        let backward = ask.place.is_some_and(|place| place.backward);
        let keys: Vec<Key> = ask
            .query
            .sort
            .iter()
            .map(|sort| self.key(ask.query, *sort))
            .collect();
        let (driver, many) = self.driver(ask.query)?;
        if let Some((first, rest)) = keys.split_first() {
            let walk = (rest.is_empty() && many)
                .then(|| self.walk(*first))
                .flatten();
            return Ok(Route {
                driver,
                ordering: Ordering { keys, backward },
                walk,
                implied: None,
            });
        }
        Ok(self.unordered(ask, driver, many, backward))
    }

    /// Nobody asked for an order: by integer, or along the driver's values where that is cheaper.
    /// A walk keeps the order it began with.
    fn unordered(&self, ask: Ask<'_>, driver: Driver, many: bool, backward: bool) -> Route {
        let broad = many && !driver.is_ordered() && driver.is_cheap_probe();
        let implied = match ask.place {
            Some(place) => place.implied,
            None if broad && ask.types == Types::One => self.single_column(&driver),
            None => None,
        };
        let Some(order) = implied else {
            let whole = Driver::whole(ask.query.resource_type);
            let driver = if broad { whole } else { driver };
            let ordering = Ordering {
                keys: Vec::new(),
                backward,
            };
            return Route {
                driver,
                ordering,
                walk: None,
                implied: None,
            };
        };
        let direction = if order.descending {
            Order::Descending
        } else {
            Order::Ascending
        };
        let key = Key {
            source: KeySource::Range(order.column),
            order: direction,
        };
        let walk = self.walk(key).map(|walk| Walk {
            with_missing: false,
            ..walk
        });
        Route {
            driver,
            ordering: Ordering {
                keys: vec![key],
                backward,
            },
            walk,
            implied,
        }
    }

    fn key(&self, query: &Query, sort: cresset_search::SortKey) -> Key {
        let parameters = &self.planner.encoder.parameters;
        if let Some(alias) = parameters.alias(sort.parameter) {
            let held = parameters.column(alias.of, Slot::Own);
            return Key {
                source: KeySource::Target(held, span(alias.target)),
                order: sort.order,
            };
        }
        let definition = self.planner.definitions.search_parameter_at(sort.parameter);
        let source = match definition.map(|p| p.code) {
            Some("_lastUpdated") => {
                KeySource::Updated(own_column(query.resource_type, Own::Updated))
            }
            Some("_id") | None => KeySource::Rid,
            Some(_) => {
                let own = parameters.column(sort.parameter, Slot::Own);
                let uri = parameters.column(sort.parameter, Slot::Uri);
                self.resolver
                    .search_type(sort.parameter)
                    .map_or(KeySource::Rid, |t| KeySource::of(t, own, uri))
            }
        };
        Key {
            source,
            order: sort.order,
        }
    }

    /// The most selective driver, and whether it has more rows than are worth collecting.
    fn driver(&self, query: &Query) -> Result<(Driver, bool), L::Error> {
        let sizes = Sizes {
            dialect: self.planner.dialect,
            lookups: self.resolver.lookups,
        };
        let drivers = sizes.drivers(self.conditions)?;
        let is_sorted = !query.sort.is_empty();
        let is_alone = drivers.len() == 1 && !is_sorted;
        let worth = match drivers.first() {
            // Its own values order the result: a walk along them is as good as soon as it fills a page.
            Some(one) if is_alone && self.single_column(one).is_some() => {
                FEW.max(u64::from(query.count))
            }
            // Asking a candidate what its references lead to costs more than bringing one more.
            _ if drivers.iter().any(Driver::is_linked) => LINKED_MAX,
            _ => COLLECTED_MAX,
        };
        let Some((driver, size)) = sizes.best(drivers, worth, is_alone)? else {
            return Ok((Driver::whole(self.resolver.resource_type), true));
        };
        let worth = if is_sorted { COLLECTED_MAX } else { worth };
        Ok((driver, size > worth))
    }

    fn walk(&self, key: Key) -> Option<Walk> {
        let (_, _, column) = key.source.walked()?;
        let is_text = matches!(key.source, KeySource::Text(_));
        let facts = self.resolver.lookups.facts(column);
        let repeats = facts.repeats && !matches!(key.source, KeySource::Updated(_));
        let mut walk = Walk {
            key,
            bounds: Span::ALL,
            repeats,
            with_missing: !matches!(key.source, KeySource::Updated(_)),
        };
        for condition in self.conditions {
            let Condition::AnyOf(atoms) = condition else {
                continue;
            };
            let Some(bounds) = atoms
                .iter()
                .map(|atom| bounds(atom, column, facts.long))
                .reduce(hull)
                .flatten()
            else {
                continue;
            };
            walk.with_missing = false;
            if !repeats && !is_text {
                walk.bounds = meet(walk.bounds, bounds);
            }
        }
        Some(walk)
    }

    /// The one column of ranges a driver reads, where its values order the result well: from the
    /// end that is open, so that what comes first matches.
    fn single_column(&self, driver: &Driver) -> Option<Implied> {
        let Some(Condition::AnyOf(atoms)) = driver.condition.and_then(|at| self.conditions.get(at))
        else {
            return None;
        };
        let column = |atom: &Atom| match atom {
            Atom::Range { p, .. } | Atom::Updated { p, .. } => Some(*p),
            _ => None,
        };
        let first = column(atoms.first()?)?;
        let same = atoms.iter().all(|atom| column(atom) == Some(first));
        let facts = self.resolver.lookups.facts(first);
        if !same || facts.repeats {
            return None;
        }
        let span = atoms
            .iter()
            .map(|atom| bounds(atom, first, facts.long))
            .reduce(hull)
            .flatten();
        let descending = span.is_some_and(|span| span.high == i64::MAX);
        Some(Implied {
            column: first,
            descending,
        })
    }
}

/// The values of a column an atom lets through; `None` when it is about another column.
fn bounds(atom: &Atom, column: i64, long: bool) -> Option<Span> {
    match atom {
        Atom::Range {
            p,
            v,
            w: Weight::Within(end),
            long: Some(_),
        } if *p == column => {
            let low = if end.low > i64::MIN && !long {
                v.low.max(start_from(*end))
            } else {
                v.low
            };
            Some(Span {
                low,
                high: v.high.min(end.high),
            })
        }
        Atom::Range { p, v, .. } | Atom::Updated { p, v } if *p == column => Some(*v),
        Atom::Text { p, .. } if *p == column => Some(Span::ALL),
        _ => None,
    }
}

fn hull(a: Option<Span>, b: Option<Span>) -> Option<Span> {
    let (a, b) = (a?, b?);
    Some(Span {
        low: a.low.min(b.low),
        high: a.high.max(b.high),
    })
}

fn meet(a: Span, b: Span) -> Span {
    Span {
        low: a.low.max(b.low),
        high: a.high.min(b.high),
    }
}
