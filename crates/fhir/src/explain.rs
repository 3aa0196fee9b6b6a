//! How a search is answered: for operators, and for apps of practices that allow it.

use cresset_access::{Access, Verb};
use cresset_definitions::ResourceType;
use cresset_rules::Interaction;
use cresset_search::take_types;
use cresset_store::Explanation;

use crate::audit_event;
use crate::fault::{Fault, Kind};
use crate::search::{Handling, refused, take_place};
use crate::search_types::Place;
use crate::service::{Service, permit};
use crate::subset::Subset;

/// What is searched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Searched {
    /// One type.
    Type(ResourceType),
    /// Several, or one within a compartment.
    Types(Place),
}

impl Service {
    /// Runs a search with its decoded parameters once, and tells how.
    ///
    /// # Errors
    /// Those of the search; [`Kind::NotSupported`] for the audit trail, which is no part of the index.
    pub async fn explain(
        &self,
        access: &Access,
        searched: &Searched,
        (mut pairs, handling): (Vec<(String, String)>, Handling),
    ) -> Result<Explanation, Fault> {
        let sealed = take_place(&mut pairs)?;
        let (path, queries, applied) = match searched {
            Searched::Type(of) => {
                self.offer(Interaction::Search, *of)?;
                permit(access, Verb::Search, *of)?;
                within_index(*of)?;
                Subset::parse(&pairs, &[*of])?;
                let parsed = self.asked(access, *of, pairs, handling).await?;
                (of.name().to_owned(), vec![parsed.query], parsed.applied)
            }
            Searched::Types(place) => {
                let named = match place {
                    Place::TypeWithin(..) => None,
                    _ => take_types(&mut pairs).map_err(|fault| refused(&fault))?,
                };
                let types = named.as_ref().map(|(types, _)| types);
                let types = self.searched(access, place, types)?;
                types.iter().try_for_each(|of| within_index(*of))?;
                Subset::parse(&pairs, &types)?;
                let mut parsed = self
                    .asked_of_types(access, (place, &types), &pairs, handling)
                    .await?;
                let named = named.map(|(_, value)| ("_type".to_owned(), value));
                parsed.applied.splice(0..0, named);
                (place.path(), parsed.queries, parsed.applied)
            }
        };
        let at = self.walk(path, &applied).at(sealed.as_deref())?;
        Ok(self.store().explain(access, &queries, at.as_ref()).await?)
    }
}

fn within_index(of: ResourceType) -> Result<(), Fault> {
    if !audit_event::is_trail(of) {
        return Ok(());
    }
    let text = "The audit trail is no part of the index; its searches are not explained";
    Err(Fault::new(Kind::NotSupported, text))
}
