//! The pairs of a search URL into a [`Query`].

mod chain;
mod criterion;
mod escape;
mod fault;
mod filter;
mod include;
mod measure;
mod modifier;
mod near;
mod nearness;
mod page;
mod reference;
mod system;
mod token;

use cresset_base::{Limits, Timestamp};
use cresset_definitions::{ResourceType, SearchParameter};

use crate::concepts::Concepts;
use crate::extract::plan::{Facts, Plan};
use crate::query::{Criterion, Include, Query};
use crate::unindexed::Unindexed;
pub use chain::is_searchable;
pub use fault::{FaultKind, SearchFault};
use page::Page;
pub use system::{Compartment, ParsedTypes, Scope, parse_types, take_types};

/// What a search is read against.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The bounds of a query and of a page.
    pub limits: &'a Limits,
    /// The present, from which `ap` measures the distance of a date.
    pub now: Timestamp,
    /// The base URLs of the instance without a trailing slash: references below them are local.
    pub own: &'a [String],
    /// The parameters that cannot be searched by yet.
    pub unindexed: &'a Unindexed,
    /// What becomes of parameters this server does not know.
    pub handling: Handling,
    /// The codes that value sets and hierarchies have been looked up to hold. A search that asks for
    /// others is a fault of [`FaultKind::Concepts`]; look them up and read it again.
    pub concepts: &'a Concepts,
}

impl Context<'_> {
    /// The parameter of a type with this code.
    fn parameter(&self, of: ResourceType, code: &str) -> Option<&'static SearchParameter> {
        self.unindexed.parameter(of, code)
    }

    /// What is known of the values of a parameter.
    fn facts(&self, of: &SearchParameter) -> Option<&Facts> {
        let own = Plan::of(of.resource_type).and_then(|plan| plan.facts(of.ix));
        own.or_else(|| self.unindexed.defined().facts(of.ix))
    }
}

/// `Prefer: handling=…` (3.1.1.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Handling {
    /// An unknown parameter is a fault.
    #[default]
    Strict,
    /// An unknown parameter is ignored and said to be.
    Lenient,
}

/// A search that can be run.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    /// What to search.
    pub query: Query,
    /// The pairs that took effect, in their order, `_count` as served: what the self link shows.
    pub applied: Vec<(String, String)>,
    /// The names of the parameters that were ignored.
    pub ignored: Vec<String>,
}

/// Parameters of the answer's form: they take effect, but not in the query.
const FORM: [&str; 3] = ["_format", "_pretty", "_elements"];

/// Reads the pairs of a search of `resource_type`, already percent-decoded, in their order.
///
/// # Errors
/// The first pair that cannot be served; see [`SearchFault`]. With [`Handling::Lenient`] unknown
/// and unsupported parameters and those without a value are ignored and said to be; wrong values,
/// modifiers that cannot be served and passed bounds are faults even then.
pub fn parse(
    resource_type: ResourceType,
    pairs: &[(String, String)],
    context: &Context<'_>,
) -> Result<Parsed, SearchFault> {
    let mut search = Search {
        resource_type,
        context,
        criteria: Vec::new(),
        includes: Vec::new(),
        hops: 0,
        page: Page::default(),
    };
    let mut applied = Vec::with_capacity(pairs.len());
    let mut ignored = Vec::new();
    for (name, value) in pairs {
        match search.pair(name, value) {
            Ok(shown) => applied.push((name.clone(), shown.unwrap_or_else(|| value.clone()))),
            Err(fault) if context.handling == Handling::Lenient && fault.may_be_ignored() => {
                ignored.push(fault.parameter);
            }
            Err(fault) => return Err(fault),
        }
    }
    Ok(Parsed {
        query: search.query(),
        applied,
        ignored,
    })
}

/// A search while its pairs are read.
struct Search<'a> {
    resource_type: ResourceType,
    context: &'a Context<'a>,
    criteria: Vec<Criterion>,
    includes: Vec<Include>,
    /// References followed so far, each possible type counted.
    hops: usize,
    page: Page,
}

impl Search<'_> {
    /// Takes one pair; its value as served where that differs from what was asked.
    fn pair(&mut self, name: &str, value: &str) -> Result<Option<String>, SearchFault> {
        if FORM.contains(&name) {
            return Ok(None);
        }
        if value.is_empty() {
            return Err(SearchFault::empty(name));
        }
        if Page::knows(name) {
            let shown = self
                .page
                .set(self.resource_type, self.context, (name, value))?;
            return self.page.sorted_by(self.context.unindexed).map(|()| shown);
        }
        if include::knows(name) {
            let most = self.context.limits.includes_max;
            if self.includes.len() >= most {
                return Err(SearchFault::too_many(name, "includes", most));
            }
            let include = include::include(self.resource_type, (name, value), self.context)?;
            if let Some(building) = self.context.unindexed.of_include(&include) {
                return Err(SearchFault::unindexed(name, building));
            }
            self.includes.push(include);
            return Ok(None);
        }
        let most = self.context.limits.criteria_max;
        if self.criteria.len() >= most {
            return Err(SearchFault::too_many(name, "criteria", most));
        }
        let chain = chain::Chain {
            context: self.context,
            name,
            value,
        };
        let criterion = chain.criterion(self.resource_type, &mut self.hops)?;
        if let Some(building) = self.context.unindexed.of_criterion(&criterion) {
            return Err(SearchFault::unindexed(name, building));
        }
        // Each on its own, so that any of them can drive the search.
        match criterion {
            Criterion::All(criteria) => self.criteria.extend(criteria),
            criterion => self.criteria.push(criterion),
        }
        Ok(None)
    }

    fn query(self) -> Query {
        let limits = self.context.limits;
        Query {
            resource_type: self.resource_type,
            criteria: self.criteria,
            includes: self.includes,
            sort: self.page.sort.unwrap_or_default(),
            count: self
                .page
                .count
                .unwrap_or(limits.page_default.min(limits.page_max)),
            total: self.page.total.unwrap_or(crate::Total::Estimate),
            summary: self.page.summary.unwrap_or(crate::Summary::False),
        }
    }
}
