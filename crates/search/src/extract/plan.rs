//! What to extract from a type, compiled once.
//!
//! Parameters whose expressions are plain paths, nearly all, share one [`trie`] of JSON properties,
//! so that a resource's members are visited once. The few others are evaluated one by one, and only
//! where the resource has a member their expression begins with.

mod facts;
mod trie;

use std::sync::OnceLock;

use cresset_definitions::{ParameterIx, ResourceType, SearchParameter, SearchType, TypeIx, r4};
use cresset_fhirpath::{Condition, Node, Program, Route};

use super::composite::Part;
use crate::compartment::compartment_parameters;
pub(crate) use facts::Facts;
pub(super) use trie::{Branch, Leaf, Trie};

/// The parameters of one resource type.
pub(crate) struct Plan {
    pub(super) trie: Trie,
    pub(super) parameters: Vec<Parameter>,
    /// Positions of the parameters that may have a value whatever members the resource has.
    pub(super) always: Vec<usize>,
}

/// One parameter.
pub(super) struct Parameter {
    pub(super) ix: ParameterIx,
    pub(super) program: Program,
    pub(super) target: Target,
    facts: Facts,
}

/// What is made of the elements a parameter's expression gives.
pub(super) enum Target {
    Values(SearchType),
    Composite(Box<[Part]>),
}

impl Plan {
    /// The plan of a type, made on first use and kept.
    pub(crate) fn of(resource_type: ResourceType) -> Option<&'static Self> {
        static PLANS: [OnceLock<Plan>; 256] = [const { OnceLock::new() }; 256];
        let plan = PLANS.get(usize::from(resource_type.code()))?;
        Some(plan.get_or_init(|| Self::new(resource_type, |_| true)))
    }

    /// The same of only the parameters that tie the type to a patient.
    pub(crate) fn of_ties(resource_type: ResourceType) -> Option<&'static Self> {
        static PLANS: [OnceLock<Plan>; 256] = [const { OnceLock::new() }; 256];
        let plan = PLANS.get(usize::from(resource_type.code()))?;
        let ties = compartment_parameters(resource_type);
        Some(plan.get_or_init(|| Self::new(resource_type, |ix| ties.contains(&ix))))
    }

    /// What is known of a parameter of this type; `None` for one without values.
    pub(crate) fn facts(&self, parameter: ParameterIx) -> Option<&Facts> {
        let at = self
            .parameters
            .binary_search_by_key(&parameter, |p| p.ix)
            .ok()?;
        self.parameters.get(at).map(|p| &p.facts)
    }

    /// The plan of one parameter that an instance defines; `None` when its values cannot be found
    /// within bounds.
    pub(crate) fn of_defined(definition: &SearchParameter) -> Option<Self> {
        let start = Node::type_of(definition.resource_type)?;
        let parameter = Parameter::new(definition)?;
        let mut plan = Self::empty();
        let routes = parameter.program.routes(start);
        let is_composite = matches!(parameter.target, Target::Composite(_));
        if is_composite && !Self::is_plain(definition, &routes?) {
            return None;
        }
        plan.add(parameter, definition, (start, By::Itself));
        Some(plan)
    }

    /// Whether a composite and its parts are plain paths, so that nothing is computed for each of the
    /// many places it may be found at.
    fn is_plain(definition: &SearchParameter, routes: &[Route]) -> bool {
        let is_path = |route: &Route| {
            let parts = definition
                .components
                .iter()
                .map(|component| Part::new(component, Some(route.type_ix)));
            let mut parts = parts.map(|part| part.is_some_and(|part| part.is_plain()));
            route.condition.is_none() && parts.all(|is_plain| is_plain)
        };
        !routes.is_empty() && routes.iter().all(is_path)
    }

    /// What the plan of a defined parameter says of it.
    pub(crate) fn own_facts(&self) -> Option<&Facts> {
        self.parameters.first().map(|parameter| &parameter.facts)
    }

    /// Whether an expression is evaluated as a whole.
    pub(crate) fn evaluates(&self) -> bool {
        !self.always.is_empty() || self.trie.evaluates()
    }

    fn empty() -> Self {
        Self {
            trie: Trie::default(),
            parameters: Vec::new(),
            always: Vec::new(),
        }
    }

    fn new(resource_type: ResourceType, wanted: impl Fn(ParameterIx) -> bool) -> Self {
        let mut plan = Self::empty();
        let Some(start) = Node::type_of(resource_type) else {
            return plan;
        };
        let all = r4().search_parameters_of(resource_type);
        for definition in all.iter().filter(|definition| wanted(definition.ix)) {
            if let Some(parameter) = Parameter::new(definition) {
                plan.add(parameter, definition, (start, By::All));
            }
        }
        plan
    }

    fn add(
        &mut self,
        mut parameter: Parameter,
        definition: &SearchParameter,
        (start, by): (TypeIx, By),
    ) {
        let position = self.parameters.len();
        let routes = parameter.program.routes(start);
        if let Some(routes) = &routes {
            parameter.facts = Facts::of(routes);
        }
        if let Some(routes) = routes.filter(|routes| by.walks(routes)) {
            for route in &routes {
                if let Some(target) = Target::new(definition, Some(route.type_ix)) {
                    self.trie.add_leaf(route, position, target);
                }
            }
        } else if let Some(entries) = parameter.program.entries(start) {
            for property in entries {
                self.trie.add_evaluated(property, position);
            }
        } else {
            self.always.push(position);
        }
        self.parameters.push(parameter);
    }
}

/// Whose expressions a plan holds.
#[derive(Clone, Copy)]
enum By {
    /// Those of the tables.
    All,
    /// One of an instance.
    Itself,
}

impl By {
    /// Whether values are found along routes. A criterion would be evaluated at each place, with all the
    /// steps it may take.
    fn walks(self, routes: &[Route]) -> bool {
        let is_criterion = |route: &Route| matches!(route.condition, Some(Condition::Criterion(_)));
        matches!(self, Self::All) || !routes.iter().any(is_criterion)
    }
}

impl Parameter {
    /// `None` for what the store knows itself and for what has no values of its own.
    fn new(definition: &SearchParameter) -> Option<Self> {
        if matches!(definition.code, "_id" | "_lastUpdated") || definition.expression.is_empty() {
            return None;
        }
        Some(Self {
            ix: definition.ix,
            program: Program::compile(definition.expression).ok()?,
            target: Target::new(definition, None)?,
            facts: Facts::default(),
        })
    }
}

impl Target {
    /// `at` is the type of the elements, where it is known.
    fn new(definition: &SearchParameter, at: Option<TypeIx>) -> Option<Self> {
        match definition.search_type {
            SearchType::Composite => {
                let parts = definition
                    .components
                    .iter()
                    .map(|component| Part::new(component, at));
                Some(Self::Composite(parts.collect::<Option<_>>()?))
            }
            search_type => Some(Self::Values(search_type)),
        }
    }
}
