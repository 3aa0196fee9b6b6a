//! What to extract from a type, compiled once.
//!
//! Parameters whose expressions are plain paths, nearly all, share one trie of JSON properties, so
//! that a resource's members are visited once; the few others are evaluated one by one.

use std::sync::OnceLock;

use cresset_definitions::{
    Element, ParameterIx, ResourceType, SearchParameter, SearchType, TypeIx, TypeKind, r4,
};
use cresset_fhirpath::{Condition, Node, Program, Route};

use super::shape::Shape;

/// The parameters of one resource type.
#[derive(Default)]
pub(crate) struct Plan {
    /// The trie; the first branch stands for the resource itself.
    pub(super) branches: Vec<Branch>,
    pub(super) parameters: Vec<Parameter>,
}

/// A place in the resource that some path passes or ends at.
#[derive(Default)]
pub(super) struct Branch {
    /// Properties below it and their branches.
    pub(super) children: Vec<(&'static str, BranchIx)>,
    /// What its values are extracted for.
    pub(super) leaves: Vec<Leaf>,
}

#[derive(Clone, Copy)]
pub(super) struct BranchIx(u16);

/// One parameter's interest in a place.
pub(super) struct Leaf {
    /// The position of the parameter in [`Plan::parameters`].
    pub(super) parameter: usize,
    pub(super) type_ix: TypeIx,
    pub(super) shape: Shape,
    pub(super) condition: Option<Condition>,
}

pub(super) struct Parameter {
    pub(super) ix: ParameterIx,
    pub(super) program: Program,
    pub(super) target: Target,
    /// Whether the trie serves it.
    pub(super) routed: bool,
    facts: Facts,
}

pub(super) enum Target {
    Simple(SearchType),
    Composite(Box<[Component]>),
}

pub(super) struct Component {
    pub(super) program: Program,
    pub(super) search_type: SearchType,
}

/// What the places a parameter is extracted from say about the values it can have.
#[derive(Default)]
pub(crate) struct Facts {
    /// The types its references can point to; empty means any.
    pub(crate) targets: Vec<ResourceType>,
    /// Where every value is a `code`: the systems those codes are from, which the resource does not
    /// write. Empty otherwise.
    pub(crate) code_systems: Vec<&'static str>,
}

impl Plan {
    /// The plan of a type, made on first use and kept.
    pub(crate) fn of(resource_type: ResourceType) -> Option<&'static Self> {
        static PLANS: [OnceLock<Plan>; 256] = [const { OnceLock::new() }; 256];
        let plan = PLANS.get(usize::from(resource_type.code()))?;
        Some(plan.get_or_init(|| Self::new(resource_type)))
    }

    /// What is known of a parameter of this type; `None` for one without values.
    pub(crate) fn facts(&self, parameter: ParameterIx) -> Option<&Facts> {
        let at = self
            .parameters
            .binary_search_by_key(&parameter, |p| p.ix)
            .ok()?;
        self.parameters.get(at).map(|p| &p.facts)
    }

    pub(super) fn branch(&self, ix: BranchIx) -> Option<&Branch> {
        self.branches.get(usize::from(ix.0))
    }

    fn new(resource_type: ResourceType) -> Self {
        let mut plan = Self {
            branches: vec![Branch::default()],
            parameters: Vec::new(),
        };
        let Some(start) = Node::type_of(resource_type) else {
            return plan;
        };
        for definition in r4().search_parameters_of(resource_type) {
            let Some(mut parameter) = Parameter::new(definition) else {
                continue;
            };
            if let Some(routes) = parameter.program.routes(start) {
                parameter.routed = true;
                parameter.facts = Facts::of(&routes);
                routes.iter().for_each(|route| plan.add(route));
            }
            plan.parameters.push(parameter);
        }
        plan
    }

    /// Adds a leaf at the end of a route, for the parameter that is pushed next.
    fn add(&mut self, route: &Route) {
        let parameter = self.parameters.len();
        let end = route
            .elements
            .iter()
            .fold(BranchIx(0), |from, element| self.child(from, element.name));
        if let Some(branch) = self.branches.get_mut(usize::from(end.0)) {
            branch.leaves.push(Leaf {
                parameter,
                type_ix: route.type_ix,
                shape: Shape::of(route.type_ix),
                condition: route.condition,
            });
        }
    }

    fn child(&mut self, from: BranchIx, name: &'static str) -> BranchIx {
        let fresh = BranchIx(u16::try_from(self.branches.len()).unwrap_or_default());
        let Some(branch) = self.branches.get_mut(usize::from(from.0)) else {
            return from;
        };
        if let Some((_, known)) = branch.children.iter().find(|(n, _)| *n == name) {
            return *known;
        }
        branch.children.push((name, fresh));
        self.branches.push(Branch::default());
        fresh
    }
}

impl Branch {
    pub(super) fn child(&self, name: &str) -> Option<BranchIx> {
        self.children
            .iter()
            .find(|(n, _)| *n == name)
            .map(|(_, ix)| *ix)
    }
}

impl Parameter {
    /// `None` for what the store knows itself and for what has no values of its own.
    fn new(definition: &SearchParameter) -> Option<Self> {
        let known = matches!(definition.code, "_id" | "_lastUpdated");
        if known || definition.expression.is_empty() {
            return None;
        }
        let target = match definition.search_type {
            SearchType::Special => return None,
            SearchType::Composite => Target::Composite(
                definition
                    .components
                    .iter()
                    .map(Component::new)
                    .collect::<Option<_>>()?,
            ),
            search_type => Target::Simple(search_type),
        };
        let program = Program::compile(definition.expression).ok()?;
        Some(Self {
            ix: definition.ix,
            program,
            target,
            routed: false,
            facts: Facts::default(),
        })
    }
}

impl Component {
    fn new(definition: &cresset_definitions::Component) -> Option<Self> {
        let program = Program::compile(definition.expression).ok()?;
        Some(Self {
            program,
            search_type: definition.search_type,
        })
    }
}

impl Facts {
    fn of(routes: &[Route]) -> Self {
        Self {
            targets: targets(routes).unwrap_or_default(),
            code_systems: code_systems(routes).unwrap_or_default(),
        }
    }
}

/// All types that some route can point to; `None` when one can point to any.
fn targets(routes: &[Route]) -> Option<Vec<ResourceType>> {
    let mut all = Vec::new();
    for route in routes {
        match route.condition {
            Some(Condition::PointsTo(target)) => all.push(target),
            _ => all.extend(
                route
                    .elements
                    .last()
                    .map(|e| e.targets)
                    .filter(|t| !t.is_empty())?,
            ),
        }
    }
    all.sort_unstable();
    all.dedup();
    Some(all)
}

/// The systems of all routes' codes; `None` when a route does not end at a code bound to known ones.
fn code_systems(routes: &[Route]) -> Option<Vec<&'static str>> {
    let mut all = Vec::new();
    for route in routes {
        let element: &'static Element = route.elements.last()?;
        let is_code = matches!(
            r4().type_at(element.type_ix)?.kind,
            TypeKind::Primitive(cresset_definitions::Primitive::Code)
        );
        let value_set = element
            .binding
            .as_ref()
            .and_then(|b| b.value_set)
            .filter(|_| is_code)?;
        all.extend(
            r4().value_set_at(value_set)?
                .systems
                .iter()
                .map(|s| s.system),
        );
    }
    all.sort_unstable();
    all.dedup();
    Some(all)
}
