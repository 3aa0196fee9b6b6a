//! The properties that some parameter's path passes.

use cresset_definitions::TypeIx;
use cresset_fhirpath::{Condition, Route};

use super::Target;
use crate::extract::shape::Shape;

/// All paths of a type's parameters, merged.
pub(in crate::extract) struct Trie {
    /// The first stands for the resource itself.
    branches: Vec<Branch>,
}

/// A place in the resource.
#[derive(Default)]
pub(in crate::extract) struct Branch {
    /// Properties below it and the positions of their branches.
    children: Vec<(&'static str, usize)>,
    /// What its values are extracted for.
    pub(in crate::extract) leaves: Vec<Leaf>,
    /// Positions of parameters to evaluate as a whole once this place is met.
    pub(in crate::extract) evaluated: Vec<usize>,
}

/// One parameter's interest in a place.
pub(in crate::extract) struct Leaf {
    /// The position of the parameter in its plan.
    pub(in crate::extract) parameter: usize,
    pub(in crate::extract) target: Target,
    pub(in crate::extract) type_ix: TypeIx,
    pub(in crate::extract) shape: Shape,
    pub(in crate::extract) condition: Option<Condition>,
}

impl Branch {
    /// Whether nothing below matters.
    pub(in crate::extract) fn is_end(&self) -> bool {
        self.children.is_empty()
    }
}

impl Default for Trie {
    fn default() -> Self {
        Self {
            branches: vec![Branch::default()],
        }
    }
}

impl Trie {
    /// The place of the resource itself.
    pub(in crate::extract) fn root(&self) -> Option<&Branch> {
        self.branches.first()
    }

    /// The place of a property below `branch`.
    pub(in crate::extract) fn child(&self, branch: &Branch, property: &str) -> Option<&Branch> {
        let (_, at) = branch.children.iter().find(|(name, _)| *name == property)?;
        self.branches.get(*at)
    }

    /// Whether something is evaluated as a whole at a place.
    pub(super) fn evaluates(&self) -> bool {
        let mut branches = self.branches.iter();
        branches.any(|branch| !branch.evaluated.is_empty())
    }

    pub(super) fn add_leaf(&mut self, route: &Route, parameter: usize, target: Target) {
        let end = route
            .elements
            .iter()
            .fold(0, |from, element| self.grow(from, element.name));
        if let Some(branch) = self.branches.get_mut(end) {
            let (type_ix, condition) = (route.type_ix, route.condition);
            branch.leaves.push(Leaf {
                parameter,
                target,
                type_ix,
                shape: Shape::of(type_ix),
                condition,
            });
        }
    }

    pub(super) fn add_evaluated(&mut self, property: &'static str, parameter: usize) {
        let at = self.grow(0, property);
        if let Some(branch) = self.branches.get_mut(at) {
            branch.evaluated.push(parameter);
        }
    }

    /// The position of the place of a property, made where it is missing.
    fn grow(&mut self, from: usize, property: &'static str) -> usize {
        let fresh = self.branches.len();
        let Some(branch) = self.branches.get_mut(from) else {
            return from;
        };
        if let Some((_, known)) = branch.children.iter().find(|(name, _)| *name == property) {
            return *known;
        }
        branch.children.push((property, fresh));
        self.branches.push(Branch::default());
        fresh
    }
}
