//! A resource into its index rows.
//!
//! For each resource type the expressions of all its search parameters are compiled once into a
//! [`plan`]; a resource is then walked without parsing anything but its own dates and numbers.
//! `_id` and `_lastUpdated` leave no rows, the store knows both.

mod composite;
mod convert;
pub(crate) mod plan;
mod quantity;
pub mod reference;
mod shape;

use cresset_definitions::ResourceType;
use cresset_fhirpath::reference::target_type;
use cresset_fhirpath::{Condition, Item, Node};
use cresset_model::{Element, Tree};

use crate::row::{IndexRow, IndexValue};
use plan::{Branch, Leaf, Parameter, Plan, Target};
use shape::Shape;

/// Everything a search can find a resource by, in the order of its parameters; a fact may occur
/// more than once.
///
/// `own` are the base URLs of the instance without a trailing slash: a reference that begins with
/// one of them is local. Nothing is extracted from what is not a resource of R4; a value that is
/// not what its type says (a date that does not exist) leaves no row.
pub fn extract<'t>(tree: &'t Tree, own: &[String]) -> Vec<IndexRow<'t>> {
    let resource_type = tree.resource_type().and_then(ResourceType::parse);
    let (Some(resource), Some(plan)) = (
        Node::resource(tree.root()),
        resource_type.and_then(Plan::of),
    ) else {
        return Vec::new();
    };
    let mut walk = Walk {
        plan,
        resource,
        own,
        rows: Vec::with_capacity(32),
    };
    if let Some(root) = plan.branches.first() {
        walk.place(root, resource.element);
    }
    for parameter in plan.parameters.iter().filter(|p| !p.routed) {
        for item in parameter.program.evaluate(resource, resource) {
            if let Item::Node(node) = item {
                walk.value(parameter, node, Shape::of(node.type_ix));
            }
        }
    }
    walk.rows.sort_by_key(|row| row.parameter);
    walk.rows
}

/// One resource on its way into rows.
struct Walk<'t, 'o> {
    plan: &'static Plan,
    resource: Node<'t>,
    own: &'o [String],
    rows: Vec<IndexRow<'t>>,
}

impl<'t> Walk<'t, '_> {
    /// Visits a place and what lies below; the trie is as deep as the longest path of a parameter.
    fn place(&mut self, branch: &'static Branch, element: Element<'t>) {
        for leaf in &branch.leaves {
            self.leaf(leaf, element);
        }
        if branch.children.is_empty() {
            return;
        }
        for (name, member) in element.members() {
            let Some(child) = branch.child(name).and_then(|ix| self.plan.branch(ix)) else {
                continue;
            };
            if member.kind() == cresset_model::Kind::Array {
                member.items().for_each(|item| self.place(child, item));
            } else {
                self.place(child, member);
            }
        }
    }

    fn leaf(&mut self, leaf: &'static Leaf, element: Element<'t>) {
        let Some(parameter) = self.plan.parameters.get(leaf.parameter) else {
            return;
        };
        let node = Node::typed(element, leaf.type_ix);
        let holds = match leaf.condition {
            None => true,
            Some(Condition::PointsTo(wanted)) => self.points_to(element, wanted),
            Some(Condition::Criterion(criterion)) => {
                parameter.program.meets(criterion, self.resource, node)
            }
        };
        if holds {
            self.value(parameter, node, leaf.shape);
        }
    }

    fn value(&mut self, parameter: &'static Parameter, node: Node<'t>, shape: Shape) {
        let rows = &mut self.rows;
        let mut add = |value: IndexValue<'t>| {
            rows.push(IndexRow {
                parameter: parameter.ix,
                value,
            })
        };
        match &parameter.target {
            Target::Simple(search_type) => {
                convert::values((node.element, shape), *search_type, self.own, &mut add)
            }
            Target::Composite(components) => {
                composite::values(components, (self.resource, node), self.own, &mut add);
            }
        }
    }

    /// Contained resources are no targets: `#x` leaves no row whatever it points to.
    fn points_to(&self, reference: Element<'t>, wanted: ResourceType) -> bool {
        target_type(reference) == Some(wanted)
    }
}
