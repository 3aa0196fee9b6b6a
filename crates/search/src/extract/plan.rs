//! What to extract from a type, compiled once.

use std::sync::OnceLock;

use cresset_definitions::{ParameterIx, ResourceType, SearchParameter, SearchType, TypeKind, r4};
use cresset_fhirpath::{Node, Program};

/// The parameters of one resource type.
pub(super) struct Plan {
    pub(super) parameters: Box<[Parameter]>,
}

pub(super) struct Parameter {
    pub(super) ix: ParameterIx,
    pub(super) program: Program,
    pub(super) target: Target,
}

pub(super) enum Target {
    Simple(SearchType),
    Composite(Box<[Component]>),
}

pub(super) struct Component {
    pub(super) program: Program,
    pub(super) search_type: SearchType,
}

impl Plan {
    /// The plan for a resource's type, made on first use and kept.
    pub(super) fn of(resource: Node<'_>) -> Option<&'static Self> {
        static PLANS: [OnceLock<Plan>; 256] = [const { OnceLock::new() }; 256];
        let TypeKind::Resource(resource_type) = r4().type_at(resource.type_ix)?.kind else {
            return None;
        };
        let plan = PLANS.get(usize::from(resource_type.code()))?;
        Some(plan.get_or_init(|| Self::new(resource_type)))
    }

    fn new(resource_type: ResourceType) -> Self {
        let all = r4().search_parameters_of(resource_type);
        Self {
            parameters: all.iter().filter_map(Parameter::new).collect(),
        }
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
