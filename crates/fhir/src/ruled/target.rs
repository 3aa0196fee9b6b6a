//! What is written where.

use cresset_base::ResourceId;
use cresset_definitions::ResourceType;
use cresset_model::{Tree, Value};
use cresset_rules::Interaction;

use super::searched::Searched;
use crate::fault::Fault;
use crate::prepare::of_type;
use crate::update::same_id;

/// What is written where.
#[derive(Clone, Copy)]
pub(crate) struct Target<'a> {
    /// Create or update.
    pub(crate) interaction: Interaction,
    /// The type of the address.
    pub(crate) resource_type: ResourceType,
    /// The id it is stored under; that of the address where one is updated.
    pub(crate) id: &'a ResourceId,
    /// The transaction it belongs to.
    pub(crate) within: Within<'a>,
}

/// What a transaction has of use to the rules.
#[derive(Clone, Copy, Default)]
pub(crate) struct Within<'a> {
    /// What it stores beside a write, as far as it is made.
    pub(crate) beside: &'a [Value],
    /// What was searched for in it so far.
    pub(crate) searched: Option<&'a Searched>,
}

impl<'a> Target<'a> {
    /// A new resource under this id.
    pub(crate) fn new(resource_type: ResourceType, id: &'a ResourceId) -> Self {
        Self {
            interaction: Interaction::Create,
            resource_type,
            id,
            within: Within::default(),
        }
    }

    /// An update of what is stored under this id.
    pub(crate) fn existing(resource_type: ResourceType, id: &'a ResourceId) -> Self {
        Self {
            interaction: Interaction::Update,
            ..Self::new(resource_type, id)
        }
    }

    /// The same in a transaction.
    pub(crate) fn within(self, within: Within<'a>) -> Self {
        Self { within, ..self }
    }
}

/// Whether a body is of the type, and under the id, of its address.
pub(super) fn addressed(tree: &Tree, target: Target<'_>) -> Result<(), Fault> {
    of_type(tree, target.resource_type)?;
    match target.interaction {
        Interaction::Update => same_id(tree.id(), target.resource_type, target.id),
        _ => Ok(()),
    }
}

/// What is wrong with the address and with the body, in one answer.
pub(super) fn together<T>(
    addressed: Result<(), Fault>,
    body: Result<T, Fault>,
) -> Result<T, Fault> {
    match (addressed, body) {
        (Ok(()), body) => body,
        (Err(fault), Ok(_)) => Err(fault),
        (Err(mut fault), Err(other)) if other.is_of_body() => {
            fault.join(other);
            Err(fault)
        }
        (Err(_), Err(other)) => Err(other),
    }
}
