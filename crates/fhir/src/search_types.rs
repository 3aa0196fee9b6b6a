//! search of several types: of the whole system, and within a compartment (R4 3.1.1.2).

use cresset_access::{Access, Verb};
use cresset_base::ResourceId;
use cresset_definitions::ResourceType;
use cresset_rules::Interaction;
pub use cresset_search::Compartment;
use cresset_search::{ParsedTypes, Scope, parse_types, take_types};

use crate::answer::Answer;
use crate::audit_event;
use crate::bundle::searchset::searchset;
use crate::fault::{Fault, Kind};
use crate::search::{Handling, links, permit_hops, refused, take_place};
use crate::service::{Service, permit};
use crate::subset::Subset;

/// Where is searched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// `[base]?_type=…`
    System,
    /// `[base]/Patient/1/*`
    Within(Compartment),
    /// `[base]/Patient/1/Condition`
    TypeWithin(Compartment, ResourceType),
}

impl Place {
    fn compartment(&self) -> Option<&Compartment> {
        match self {
            Self::System => None,
            Self::Within(compartment) | Self::TypeWithin(compartment, _) => Some(compartment),
        }
    }

    /// The patient in whose compartment is searched, if that is where.
    fn patient(&self) -> Result<Option<&ResourceId>, Fault> {
        match self.compartment() {
            None => Ok(None),
            Some(compartment) if compartment.owner.name() == "Patient" => Ok(Some(&compartment.id)),
            Some(compartment) => {
                let text = format!(
                    "The audit trail is not searched in the compartment of {}",
                    compartment.owner
                );
                Err(Fault::new(Kind::NotSupported, text))
            }
        }
    }

    /// The address under the base.
    pub(crate) fn path(&self) -> String {
        match self {
            Self::System => String::new(),
            Self::Within(c) => format!("{}/{}/*", c.owner, c.id),
            Self::TypeWithin(c, of) => format!("{}/{}/{of}", c.owner, c.id),
        }
    }
}

impl Service {
    /// One page of a search of several types as a Bundle of type `searchset`. Types the caller may
    /// not search are left out, unless they were named: then the search is refused.
    ///
    /// # Errors
    /// As [`Service::search`]; [`Kind::NotFound`] for a type that cannot lie in the compartment.
    pub async fn search_types(
        &self,
        access: &Access,
        place: &Place,
        mut pairs: Vec<(String, String)>,
        handling: Handling,
    ) -> Result<Answer, Fault> {
        let sealed = take_place(&mut pairs)?;
        let named = match place {
            Place::TypeWithin(..) => None,
            _ => take_types(&mut pairs).map_err(|fault| refused(&fault))?,
        };
        let types = self.searched(access, place, named.as_ref().map(|(types, _)| types))?;
        if let [only] = types.as_slice()
            && audit_event::is_trail(*only)
        {
            let within = place.patient()?;
            let asked = (within, &*pairs, sealed.as_deref());
            return self.audit_events(access, *only, asked).await;
        }
        let subset = Subset::parse(&pairs, &types)?;
        let mut parsed = self
            .asked_of_types(access, (place, &types), &pairs, handling)
            .await?;
        let named = named.map(|(_, value)| ("_type".to_owned(), value));
        parsed.applied.splice(0..0, named);
        let walk = self.walk(place.path(), &parsed.applied);
        let at = walk.at(sealed.as_deref())?;
        let mut page = self
            .store()
            .search_types(access, &parsed.queries, at.as_ref())
            .await?;
        let whose = self.whose_page(access, &page)?;
        subset.cut(&mut page.matches);
        let links = links(&walk, &parsed.ignored, sealed.as_deref(), &page);
        let body = searchset(&page, &links, &self.settings().base_url);
        Ok(Answer { body, whose })
    }

    /// What the parameters of a search of these types ask for.
    pub(crate) async fn asked_of_types(
        &self,
        access: &Access,
        (place, types): (&Place, &[ResourceType]),
        pairs: &[(String, String)],
        handling: Handling,
    ) -> Result<ParsedTypes, Fault> {
        let scope = Scope {
            types,
            within: place.compartment(),
        };
        let parsed = self
            .understood(access, handling, |context| {
                let parsed = parse_types(&scope, pairs, context)?;
                Ok((!parsed.ignored.is_empty(), parsed))
            })
            .await?;
        for query in &parsed.queries {
            permit_hops(access, query)?;
        }
        Ok(parsed)
    }

    pub(crate) fn searched(
        &self,
        access: &Access,
        place: &Place,
        named: Option<&Vec<ResourceType>>,
    ) -> Result<Vec<ResourceType>, Fault> {
        let members = match place.compartment() {
            None => ResourceType::all().collect(),
            Some(compartment) => compartment.members().ok_or_else(|| {
                let text = format!("There is no compartment of {}", compartment.owner);
                Fault::new(Kind::NotFound, text)
            })?,
        };
        let named = match (place, named) {
            (Place::TypeWithin(_, of), _) => vec![*of],
            (_, Some(named)) => named.clone(),
            (_, None) => {
                // The trail is searched alone.
                let may = |of: &ResourceType| {
                    !audit_event::is_trail(*of)
                        && access.permits(Verb::Search, *of)
                        && self.offer(Interaction::Search, *of).is_ok()
                };
                let types: Vec<ResourceType> = members.into_iter().filter(may).collect();
                let none = || Fault::new(Kind::Forbidden, "This token allows no search");
                return (!types.is_empty()).then_some(types).ok_or_else(none);
            }
        };
        if named.len() > 1 && named.iter().any(|of| audit_event::is_trail(*of)) {
            let text = "AuditEvent is searched alone; leave the other types out of _type";
            return Err(Fault::new(Kind::Invalid, text));
        }
        for of in &named {
            if !members.contains(of) {
                let text = format!("{of} lies in no such compartment");
                return Err(Fault::new(Kind::NotFound, text));
            }
            self.offer(Interaction::Search, *of)?;
            permit(access, Verb::Search, *of)?;
        }
        Ok(named)
    }
}
