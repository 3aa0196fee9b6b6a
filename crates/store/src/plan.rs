//! Query + `Access` → statements. One planner for every backend.
//!
//! [`Planner::search`] resolves the criteria and the caller's restriction to conditions over keys
//! (`resolve`, `condition`), picks the one that drives (`scan`), turns the others into probes
//! of a candidate (`probe`) and orders the result so that LIMIT stops the scan (`order`,
//! `page`). Nothing here runs a statement; a backend answers [`Lookups`] and runs what comes out.

mod choose;
mod condition;
mod hop;
mod include;
pub mod lookups;
mod measure;
mod near;
mod order;
mod outline;
pub mod page;
pub mod place;
mod probe;
mod ranges;
mod resolve;
mod restrict;
mod scan;
mod size;
pub mod statement;

use cresset_access::{Access, Restriction, Verb};
use cresset_definitions::{Definitions, ResourceType};
use cresset_search::Query;

use crate::layout::Rid;
use crate::layout::encode::Encoder;

use condition::Condition;
use page::{Frame, Hit, Page, Walk};
use resolve::Resolver;
use scan::Driver;
use statement::Builder;

pub use condition::text_after;
pub use lookups::{ColumnFacts, Lookups, Shape, Span};
pub use place::Place;
pub use statement::{Arg, Dialect, Statement};

/// Writes statements for one instance.
#[derive(Clone, Copy)]
pub struct Planner<'a> {
    /// The search parameters.
    pub definitions: &'static Definitions,
    /// How values become keys in this instance.
    pub encoder: &'a Encoder,
    /// How the backend's SQL is spelled.
    pub dialect: &'a dyn Dialect,
}

/// A search as planned.
#[derive(Debug, Clone)]
pub struct SearchPlan {
    /// The statements that give the page, to be run in turn until it is full. Each gives a
    /// resource's integer and then its sort keys; its last argument, the number of rows wanted, is
    /// for the caller to add.
    pub rows: Vec<Statement>,
    /// Counts the matches. `None` when every live resource of the type matches.
    pub count: Option<Count>,
    resource_type: ResourceType,
    conditions: Vec<Condition>,
    driver: Driver,
    /// What it is walked along.
    walk: Option<order::Key>,
    ordering: order::Ordering,
    implied: Option<place::Implied>,
    from_start: bool,
}

/// How the matches of a search are counted.
#[derive(Debug, Clone)]
pub struct Count {
    /// Gives their number.
    pub all: Statement,
    /// Gives at least the lesser of their number and its last argument, which is for the caller to
    /// add: it tells a broad search from a narrow one.
    pub size: Statement,
}

/// What all pages of a walk have in common.
#[derive(Debug, Clone)]
pub struct WalkFacts {
    /// What the first page counted.
    pub total: Option<u64>,
    /// The highest integer of each type when the walk began.
    pub snapshots: Vec<Rid>,
}

impl SearchPlan {
    /// Cuts the page out of up to `count + 1` rows.
    pub fn page(&self, hits: Vec<Hit>, count: usize, walk: &WalkFacts) -> Page {
        let walked = Place {
            backward: self.ordering.backward,
            snapshots: walk.snapshots.iter().map(|rid| rid.0).collect(),
            total: walk.total,
            implied: self.implied,
            keys: Vec::new(),
            rid: 0,
        };
        page::cut(hits, count, &walked, self.from_start)
    }

    /// Puts rows of several plans of one question into the order of the result.
    pub fn merge(&self, hits: &mut [Hit]) {
        hits.sort_by(|a, b| self.ordering.compare(a, b));
    }

    /// Whether types come one after the other: then those after a full page need not be asked.
    pub fn is_by_type(&self) -> bool {
        self.ordering.keys.is_empty()
    }
}

/// How many types one question is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Types {
    /// One.
    One,
    /// Several, whose rows are merged.
    Several,
}

/// What a search is asked with.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// The query.
    pub query: &'a Query,
    /// What the caller may see, of the type and of those references lead to.
    pub access: &'a Access,
    /// Where the page begins.
    pub place: Option<&'a Place>,
    /// The highest integer of the type now; a walk keeps that of its beginning.
    pub newest: Rid,
    /// How many types the question is about.
    pub types: Types,
}

impl Ask<'_> {
    /// The highest integer of the type that belongs to the result.
    pub fn snapshot(&self) -> Rid {
        let begun = self
            .place
            .and_then(|place| place.snapshot(self.query.resource_type));
        begun.map_or(self.newest, Rid)
    }
}

impl Planner<'_> {
    /// Plans a search; `None` when nothing can match.
    ///
    /// # Errors
    /// Those of the lookups.
    pub fn search<L: Lookups>(
        &self,
        ask: Ask<'_>,
        lookups: &L,
    ) -> Result<Option<SearchPlan>, L::Error> {
        let of = ask.query.resource_type;
        let resolver = self.resolver(of, lookups, Some(ask.access));
        let mut conditions = resolver.query(ask.query)?;
        conditions.extend(resolver.restriction(&ask.access.restriction(Verb::Search, of))?);
        let Some(conditions) = possible(conditions) else {
            return Ok(None);
        };
        let route = choose::Chooser {
            planner: self,
            resolver: &resolver,
            conditions: &conditions,
        }
        .route(ask)?;
        let frame = Frame {
            dialect: self.dialect,
            conditions: &conditions,
            driver: &route.driver,
            ordering: &route.ordering,
            place: ask.place,
            snapshot: ask.snapshot().0,
            once: route.driver.is_once(|p| lookups.facts(p).repeats),
        };
        let rows = match &route.walk {
            Some(walk) => frame.walked(walk),
            None if route.ordering.keys.is_empty() => vec![frame.by_rid()],
            None => vec![frame.collected()],
        };
        let count = (!conditions.is_empty()).then(|| Count {
            all: frame.counted(),
            size: frame.sized(),
        });
        Ok(Some(SearchPlan {
            rows,
            count,
            resource_type: of,
            driver: route.driver,
            walk: route.walk.map(|walk| walk.key),
            conditions,
            ordering: route.ordering,
            implied: route.implied,
            from_start: ask.place.is_none(),
        }))
    }

    /// A statement that gives a row when the resource is visible under a restriction; `None` when
    /// the restriction lets nothing through.
    ///
    /// # Errors
    /// Those of the lookups.
    pub fn visible<L: Lookups>(
        &self,
        rid: Rid,
        restriction: &Restriction,
        lookups: &L,
    ) -> Result<Option<Statement>, L::Error> {
        let Some(resource_type) = rid.resource_type() else {
            return Ok(None);
        };
        let conditions = self
            .resolver(resource_type, lookups, None)
            .restriction(restriction)?;
        if conditions.iter().any(Condition::is_impossible) {
            return Ok(None);
        }
        let mut sql = Builder::new(self.dialect);
        sql.text("SELECT 1");
        scan::Scan::Rid(rid.0).from(&mut sql);
        probe::all(&mut sql, &conditions.iter().collect::<Vec<_>>());
        Ok(Some(sql.finish()))
    }

    fn resolver<'r, L>(
        &'r self,
        resource_type: ResourceType,
        lookups: &'r L,
        access: Option<&'r Access>,
    ) -> Resolver<'r, L> {
        Resolver {
            access,
            definitions: self.definitions,
            encoder: self.encoder,
            lookups,
            resource_type,
        }
    }
}

/// The conditions without those that always hold, each on its own; `None` when one never does.
fn possible(conditions: Vec<Condition>) -> Option<Vec<Condition>> {
    let mut conditions = apart(conditions);
    conditions
        .retain(|condition| !matches!(condition, Condition::NoneOf(atoms) if atoms.is_empty()));
    (!conditions.iter().any(Condition::is_impossible)).then_some(conditions)
}

/// Conditions that must hold together anyway, taken out of their group: any of them can drive.
fn apart(conditions: Vec<Condition>) -> Vec<Condition> {
    let each = conditions
        .into_iter()
        .flat_map(|condition| match condition {
            Condition::AnyGroup(mut groups) if groups.len() == 1 => {
                groups.pop().map(apart).unwrap_or_default()
            }
            condition => vec![condition],
        });
    each.collect()
}

/// How a page will be found.
pub(crate) struct Route {
    pub(crate) driver: Driver,
    pub(crate) ordering: order::Ordering,
    pub(crate) walk: Option<Walk>,
    pub(crate) implied: Option<place::Implied>,
}
