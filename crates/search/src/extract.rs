//! A resource into its index rows.
//!
//! For each resource type the expressions of all its search parameters are compiled once into a
//! [`plan`]; a resource is then walked without parsing anything but its own dates and numbers.
//! `_id` and `_lastUpdated` leave no rows, the store knows both.

mod composite;
mod convert;
mod plan;
mod quantity;
pub mod reference;
mod shape;

use cresset_fhirpath::{Item, Node};
use cresset_model::Tree;

use crate::row::{IndexRow, IndexValue};
use plan::{Plan, Target};

/// Everything a search can find a resource by, in the order of its parameters; a fact may occur
/// more than once.
///
/// `own` are the base URLs of the instance without a trailing slash: a reference that begins with
/// one of them is local. Nothing is extracted from what is not a resource of R4; a value that is
/// not what its type says (a date that does not exist) leaves no row.
pub fn extract<'t>(tree: &'t Tree, own: &[String]) -> Vec<IndexRow<'t>> {
    let Some(resource) = Node::resource(tree.root()) else {
        return Vec::new();
    };
    let Some(plan) = Plan::of(resource) else {
        return Vec::new();
    };
    let mut rows = Vec::with_capacity(32);
    for parameter in &plan.parameters {
        let items = parameter.program.evaluate(resource, resource);
        let mut add = |value: IndexValue<'t>| {
            rows.push(IndexRow {
                parameter: parameter.ix,
                value,
            })
        };
        for item in items {
            let Item::Node(node) = item else { continue };
            match &parameter.target {
                Target::Simple(search_type) => convert::values(node, *search_type, own, &mut add),
                Target::Composite(components) => {
                    composite::values(components, resource, node, own, &mut add);
                }
            }
        }
    }
    rows
}
