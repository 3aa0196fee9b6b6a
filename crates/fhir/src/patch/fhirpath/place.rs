//! Where a FHIRPath leads.

use cresset_base::Limits;
use cresset_definitions::TypeIx;
use cresset_fhirpath::{Environment, Item, Node, Program};
use cresset_model::{Step, Value};

use crate::fault::{Fault, Kind};
use crate::patch::budget::Budget;
use crate::patch::refused;
use crate::prepare;

/// One place and the type of what is there.
pub(super) struct Place {
    pub(super) steps: Vec<Step>,
    pub(super) type_ix: TypeIx,
}

/// All places a path leads to, in order.
pub(super) struct Places(Vec<Place>);

impl Places {
    /// Evaluates `path` over `document`, which costs as much as reading it.
    pub(super) fn find(
        document: &Value,
        path: &str,
        (limits, budget): (&Limits, &mut Budget),
    ) -> Result<Self, Fault> {
        let program = Program::compile(path).map_err(|fault| {
            Fault::new(
                Kind::Value,
                format!("its path is no FHIRPath this server takes: {fault}"),
            )
        })?;
        let mut bytes = Vec::new();
        document.write(&mut bytes);
        budget.read(bytes.len())?;
        let tree = prepare::parse(&bytes, limits)?;
        let resource = Node::resource(tree.root())
            .ok_or_else(|| refused("processing", "the resource has no type any more"))?;
        let items = program
            .run(&Environment::new(resource), resource)
            .map_err(|_| refused("processing", "its path has no value for this resource"))?;
        let places = items.into_iter().map(|item| match item {
            Item::Node(node) => Ok(Place {
                steps: tree.steps_to(node.element.place()),
                type_ix: node.type_ix,
            }),
            _ => Err(refused(
                "processing",
                "its path gives a value that is no element",
            )),
        });
        places.collect::<Result<_, _>>().map(Self)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The one place.
    pub(super) fn one(self) -> Result<Place, Fault> {
        let mut places = self.0.into_iter();
        match (places.next(), places.next()) {
            (Some(place), None) => Ok(place),
            (None, _) => Err(super::gone()),
            (Some(_), Some(_)) => Err(refused(
                "processing",
                "the path leads to several elements; one is needed",
            )),
        }
    }

    /// The list whose items these are, and their type; nothing when there are none.
    pub(super) fn list(self) -> Result<Option<(Vec<Step>, TypeIx)>, Fault> {
        let Some(first) = self.0.first() else {
            return Ok(None);
        };
        let Some((Step::Item(_), list)) = first.steps.split_last() else {
            return Err(super::no_list());
        };
        let is_of_list = |place: &Place| {
            place
                .steps
                .split_last()
                .is_some_and(|(_, above)| above == list)
        };
        if !self.0.iter().all(is_of_list) {
            return Err(refused("processing", "the path leads into several lists"));
        }
        Ok(Some((list.to_vec(), first.type_ix)))
    }
}
