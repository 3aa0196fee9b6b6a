//! Parameters whose index is not complete.

use cresset_definitions::{ParameterIx, ResourceType, SearchType, r4};

use crate::query::{Criterion, Include, Query};

/// The parameters an instance cannot search by yet, because their index is being built. A search
/// that asks for one is refused: what it found would not be all there is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unindexed {
    building: Vec<Building>,
    wordless: bool,
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
        }
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
        if self.is_empty() {
            return None;
        }
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

    /// A parameter, if it is one of them.
    pub fn find(&self, parameter: ParameterIx) -> Option<Building> {
        let at = self
            .building
            .binary_search_by_key(&parameter, |building| building.parameter);
        at.ok().and_then(|at| self.building.get(at)).copied()
    }
}
