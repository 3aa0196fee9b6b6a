//! The way from the root to a place.

use super::{Kind, Tree};
use crate::value::Step;

impl Tree {
    /// The steps from the root to the value at this [place](super::Element::place); none for the
    /// root and for a place the tree does not have.
    pub fn steps_to(&self, place: u32) -> Vec<Step> {
        let mut steps = Vec::new();
        let mut at = self.root();
        while at.place() != place {
            let holds = |child: &super::Element<'_>| {
                let end = child.node().map_or(0, |node| node.next);
                (child.place()..end).contains(&place)
            };
            let is_array = at.kind() == Kind::Array;
            let children = at.items().chain(at.members().map(|(_, child)| child));
            let Some((position, child)) = children.enumerate().find(|(_, child)| holds(child))
            else {
                return Vec::new();
            };
            steps.push(if is_array {
                Step::Item(position)
            } else {
                Step::Member(child.name().into())
            });
            at = child;
        }
        steps
    }
}
