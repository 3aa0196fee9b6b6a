//! What an instance can be searched by: the parameters it defines, and those whose index is not complete.

use cresset_definitions::{ParameterIx, ResourceType, SearchParameter, SearchType, r4};

use crate::defined::Defined;
use crate::query::{Criterion, Include, Query};

/// The parameters an instance cannot search by yet, because their index is being built. A search
/// that asks for one is refused: what it found would not be all there is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unindexed {
    building: Vec<Building>,
    wordless: bool,
    defined: Defined,
}

/// One such parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Building {
    /// The parameter.
    pub parameter: ParameterIx,
    /// How much of its index is there, rounded down.
    pub percent: u8,
}

impl Unindexed {
    /// Everything is indexed.
    pub const NONE: &'static Self = &Self {
        building: Vec::new(),
        wordless: false,
        defined: Defined::NONE,
    };

    /// Of these parameters.
    pub fn new(building: Vec<Building>) -> Self {
        Self::NONE.with(building)
    }

    /// Of these parameters, of the same instance.
    #[must_use]
    pub fn with(&self, mut building: Vec<Building>) -> Self {
        building.sort_unstable();
        building.dedup_by_key(|building| building.parameter);
        Self {
            building,
            wordless: self.wordless,
            defined: self.defined.clone(),
        }
    }

    /// The same in an instance that defines these parameters.
    #[must_use]
    pub fn defining(self, defined: Defined) -> Self {
        Self { defined, ..self }
    }

    /// The parameters the instance defines.
    pub fn defined(&self) -> &Defined {
        &self.defined
    }

    /// The search parameter of a type with this code, of the tables or of the instance.
    pub fn parameter(&self, of: ResourceType, code: &str) -> Option<&'static SearchParameter> {
        let found = r4().search_parameter(of, code);
        found.or_else(|| self.defined.parameter(of, code))
    }

    /// Whether results can be sorted by these keys, written as `_sort` is.
    pub fn can_sort(&self, of: ResourceType, keys: &str) -> bool {
        let mut keys = keys.split(',').map(|key| key.trim_start_matches('-'));
        keys.all(|code| {
            let parameter = self.parameter(of, code);
            parameter.is_some_and(|parameter| self.find(parameter.ix).is_none())
        })
    }

    /// The same in an instance that keeps no words of its resources.
    #[must_use]
    pub fn without_words(self) -> Self {
        Self {
            wordless: true,
            ..self
        }
    }

    /// Whether the instance keeps no words of its resources.
    pub fn is_wordless(&self) -> bool {
        self.wordless
    }

    /// Whether every index is complete.
    pub fn is_empty(&self) -> bool {
        self.building.is_empty()
    }

    /// All of them, in order.
    pub fn building(&self) -> &[Building] {
        &self.building
    }

    /// The first parameter of a query that cannot be searched by yet.
    pub fn of_query(&self, query: &Query) -> Option<Building> {
        let mut criteria = query.criteria.iter();
        let sort = || query.sort.iter().find_map(|key| self.find(key.parameter));
        let includes = || query.includes.iter().find_map(|i| self.of_include(i));
        criteria
            .find_map(|criterion| self.of_criterion(criterion))
            .or_else(sort)
            .or_else(includes)
    }

    /// The first such parameter of a criterion and of what it leads to.
    pub fn of_criterion(&self, criterion: &Criterion) -> Option<Building> {
        match criterion {
            Criterion::Values(parameter, _) => self.find(*parameter),
            Criterion::PointsTo(parameter, hops) => self.find(*parameter).or_else(|| {
                let mut criteria = hops.iter().map(|hop| &hop.criterion);
                criteria.find_map(|criterion| self.of_criterion(criterion))
            }),
            Criterion::PointedAt(parameter, hop) => self
                .find(*parameter)
                .or_else(|| self.of_criterion(&hop.criterion)),
            Criterion::Any(criteria) | Criterion::All(criteria) => {
                criteria.iter().find_map(|c| self.of_criterion(c))
            }
            Criterion::Not(criterion) => self.of_criterion(criterion),
        }
    }

    /// The first such parameter an include follows.
    pub fn of_include(&self, include: &Include) -> Option<Building> {
        match include.parameter {
            Some(parameter) => self.find(parameter),
            None => self.reference_of(include.source),
        }
    }

    /// The first reference of a type, or of any.
    fn reference_of(&self, source: Option<ResourceType>) -> Option<Building> {
        let mut building = self.building.iter().copied();
        building.find(|building| {
            r4().search_parameter_at(building.parameter)
                .is_some_and(|parameter| {
                    parameter.search_type == SearchType::Reference
                        && source.is_none_or(|of| of == parameter.resource_type)
                })
        })
    }

    /// A parameter, if it is one of them, or one that the instance defines no more.
    pub fn find(&self, parameter: ParameterIx) -> Option<Building> {
        let at = self
            .building
            .binary_search_by_key(&parameter, |building| building.parameter);
        let building = at.ok().and_then(|at| self.building.get(at)).copied();
        let is_gone = || r4().is_defined(parameter) && !self.defined.holds(parameter);
        building.or_else(|| {
            is_gone().then_some(Building {
                parameter,
                percent: 0,
            })
        })
    }
}
