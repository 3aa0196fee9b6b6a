//! A resource into its index rows.
//!
//! For each resource type the expressions of all its search parameters are compiled once into a
//! plan; a resource is then walked without parsing anything but its own dates and numbers.
//! `_id` and `_lastUpdated` leave no rows, the store knows both.

mod composite;
mod convert;
pub(crate) mod plan;
mod quantity;
pub mod reference;
pub(crate) mod shape;

use std::borrow::Cow;

use cresset_definitions::{ParameterIx, ResourceType, SearchType};
use cresset_fhirpath::reference::target_type;
use cresset_fhirpath::{Condition, Environment, Item, Node, STEPS_MAX};
use cresset_model::{Element, Kind, Tree};

use crate::row::{IndexRow, IndexValue};
use plan::{Branch, Leaf, Plan, Target};
use shape::Shape;

/// Counts the changes after which extraction gives parameters of a kind other rows for the same
/// resource and expression: whoever makes one raises it, and every instance builds their index anew.
pub fn version(kind: SearchType) -> u32 {
    match kind {
        // The texts of codes and the types of identifiers were added; of the special ones, places.
        SearchType::Token | SearchType::Special => 2,
        _ => FIRST_VERSION,
    }
}

/// What [`version`] was of every kind when it began to count.
pub const FIRST_VERSION: u32 = 1;

/// Everything a search can find a resource by, in the order of its parameters; a fact may occur
/// more than once.
///
/// `own` are the base URLs of the instance without a trailing slash: a reference that begins with
/// one of them is local. Nothing is extracted from what is not a resource of R4; a value that is
/// not what its type says (a date that does not exist) leaves no row.
pub fn extract<'t>(tree: &'t Tree, own: &[String]) -> Vec<IndexRow<'t>> {
    let resource_type = tree.resource_type().and_then(ResourceType::parse);
    rows(
        (resource_type.and_then(Plan::of), Most::OF_TABLES),
        tree,
        own,
    )
}

/// The rows of the parameters that tie a resource to a patient, and of no others.
pub(crate) fn extract_ties<'t>(tree: &'t Tree, own: &[String]) -> Vec<IndexRow<'t>> {
    let resource_type = tree.resource_type().and_then(ResourceType::parse);
    let plan = resource_type.and_then(Plan::of_ties);
    rows((plan, Most::OF_TABLES), tree, own)
}

/// How much a plan takes of one resource.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Most {
    /// Steps of each expression.
    pub(crate) steps: u64,
    /// Rows; more are left out.
    pub(crate) rows: usize,
}

impl Most {
    const OF_TABLES: Self = Self {
        steps: STEPS_MAX,
        rows: usize::MAX,
    };
}

/// The rows of a plan, within these bounds.
pub(crate) fn rows<'t>(
    (plan, most): (Option<&'t Plan>, Most),
    tree: &'t Tree,
    own: &[String],
) -> Vec<IndexRow<'t>> {
    let (Some(plan), Some(resource)) = (plan, Node::resource(tree.root())) else {
        return Vec::new();
    };
    let mut walk = Walk {
        plan,
        most,
        resource,
        own,
        rows: Vec::with_capacity(plan.parameters.len().min(32)),
        evaluated: Vec::new(),
    };
    if let Some(root) = plan.trie.root() {
        walk.place(root, resource.element);
    }
    for parameter in &plan.always {
        walk.evaluate(*parameter);
    }
    walk.rows.sort_by_key(|row| row.parameter);
    walk.rows
}

/// One resource on its way into rows.
struct Walk<'t, 'o> {
    plan: &'t Plan,
    most: Most,
    resource: Node<'t>,
    own: &'o [String],
    rows: Vec<IndexRow<'t>>,
    /// The parameters already evaluated as a whole.
    evaluated: Vec<usize>,
}

impl<'t> Walk<'t, '_> {
    /// Visits a place and what lies below; the trie is as deep as the longest path of a parameter.
    fn place(&mut self, branch: &'t Branch, element: Element<'t>) {
        for parameter in &branch.evaluated {
            self.evaluate(*parameter);
        }
        for leaf in &branch.leaves {
            self.leaf(leaf, element);
        }
        if branch.is_end() {
            return;
        }
        for (name, member) in element.members() {
            let Some(child) = self.plan.trie.child(branch, name) else {
                continue;
            };
            if member.kind() == Kind::Array {
                for item in member.items() {
                    self.place(child, item);
                }
            } else {
                self.place(child, member);
            }
        }
    }

    fn leaf(&mut self, leaf: &'t Leaf, element: Element<'t>) {
        let Some(parameter) = self.plan.parameters.get(leaf.parameter) else {
            return;
        };
        let node = Node::typed(element, leaf.type_ix);
        let holds = match leaf.condition {
            None => true,
            // `#x` may point to such a resource, but leaves no row anyway.
            Some(Condition::PointsTo(wanted)) => target_type(element) == Some(wanted),
            Some(Condition::Criterion(criterion)) => {
                parameter.program.meets(criterion, self.resource, node)
            }
        };
        if holds {
            self.value(parameter.ix, &leaf.target, node, leaf.shape);
        }
    }

    /// Runs a parameter's whole expression, once for a resource.
    fn evaluate(&mut self, parameter: usize) {
        let Some(wanted) = self.plan.parameters.get(parameter) else {
            return;
        };
        if self.evaluated.contains(&parameter) {
            return;
        }
        self.evaluated.push(parameter);
        let environment = Environment {
            steps_max: self.most.steps,
            ..Environment::new(self.resource)
        };
        let found = wanted.program.run(&environment, self.resource);
        // What halts has no value.
        for item in found.unwrap_or_default() {
            match item {
                Item::Node(node) => {
                    self.value(wanted.ix, &wanted.target, node, Shape::of(node.type_ix));
                }
                // `Patient.deceased.exists() and …`: the value is the answer.
                Item::Boolean(answer)
                    if matches!(wanted.target, Target::Values(SearchType::Token)) =>
                {
                    let code = Cow::Borrowed(if answer { "true" } else { "false" });
                    let value = IndexValue::Token { system: None, code };
                    self.rows.push(IndexRow {
                        parameter: wanted.ix,
                        value,
                    });
                }
                _ => {}
            }
        }
    }

    fn value(&mut self, parameter: ParameterIx, target: &'t Target, node: Node<'t>, shape: Shape) {
        let (rows, most) = (&mut self.rows, self.most.rows);
        if rows.len() >= most {
            return;
        }
        let mut add = |value| {
            if rows.len() < most {
                rows.push(IndexRow { parameter, value });
            }
        };
        match target {
            Target::Values(search_type) => {
                convert::values((node.element, shape), *search_type, self.own, &mut add);
            }
            Target::Composite(parts) => {
                composite::values(parts, (self.resource, node), self.own, &mut add);
            }
        }
    }
}
