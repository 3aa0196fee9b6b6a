//! A place in a resource that was found.

use cresset_fhirpath::Node;
use cresset_model::Element;

use super::known::Loaded;

/// A place in a resource that was found.
#[derive(Clone, Copy)]
pub(super) struct Place<'r> {
    pub(super) node: Node<'r>,
    pub(super) within: &'r Loaded,
}

impl<'r> Place<'r> {
    /// The whole of a resource.
    pub(super) fn of(within: &'r Loaded) -> Option<Self> {
        let node = Node::resource(within.tree.root())?;
        Some(Self { node, within })
    }

    /// Whether it is that of a whole resource, and not of a part or one that is contained.
    pub(super) fn is_whole(self) -> bool {
        self.node.element.place() == self.within.tree.root().place()
    }
}

/// The resource that this one contains by this id.
pub(super) fn contained<'r>(within: &'r Loaded, id: &str) -> Option<Place<'r>> {
    let root = within.tree.root();
    if id.is_empty() {
        return Place::of(within);
    }
    let found = root.get("contained")?.items().find(|item| {
        let own = item.get("id").and_then(Element::as_str);
        own == Some(id)
    })?;
    let node = Node::resource(found)?;
    Some(Place { node, within })
}
