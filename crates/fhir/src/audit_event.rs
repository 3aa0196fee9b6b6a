//! `AuditEvent`: the audit trail as resources, for those allowed to read it.
//!
//! They are made of the trail's records when they are asked for and stored nowhere else, so that
//! none can be written, changed or deleted: the type offers read and search alone. Whoever may see
//! the practice's whole trail sees all of it; whose access is limited to a patient sees what
//! concerned this patient, and nothing there of anybody else.

mod asked;
mod resource;

use bytes::Bytes;
use cresset_access::{Access, Restriction, Verb};
use cresset_base::ResourceId;
use cresset_definitions::ResourceType;
use cresset_search::Query;
use cresset_store::audit::Recorded;
use cresset_store::store::Method;
use cresset_store::{AuditAsk, Cursor, SearchPage, Store, Version, Whose};

use crate::answer::Answer;
use crate::bundle::link::Walk;
use crate::bundle::searchset::searchset;
use crate::fault::{Fault, Kind};
use crate::search::links;
use crate::service::{Service, permit};
use crate::subset::Subset;
use asked::Asked;
use resource::Names;

pub use asked::PARAMETERS;

/// The type.
pub(crate) const NAME: &str = "AuditEvent";

/// Whether this is the type of the trail.
pub(crate) fn is_trail(of: ResourceType) -> bool {
    of.name() == NAME
}

/// Refuses what follows a reference to or from events: they are made when they are asked for, and no
/// index knows what they name.
pub(crate) fn must_not_be_followed(query: &Query) -> Result<(), Fault> {
    let mut followed = None;
    for criterion in &query.criteria {
        criterion.hops(&mut |hops| {
            if !hops.is_empty() && hops.iter().all(|hop| is_trail(hop.resource_type)) {
                followed = Some("A chain or _has");
            }
        });
    }
    let is_event = |of: Option<ResourceType>| of.is_some_and(is_trail);
    for include in &query.includes {
        if is_event(include.source) || is_event(include.target) {
            followed = Some("_include or _revinclude");
        }
    }
    let Some(what) = followed else { return Ok(()) };
    let text = format!(
        "{what} does not lead to or from {NAME}; search {NAME} itself by patient, entity or agent"
    );
    Err(Fault::coded(Kind::Invalid, "not-supported", text))
}

/// Records as lines of NDJSON, whole: for who may see the whole trail.
///
/// # Errors
/// What the store says when the names of apps and people cannot be looked up.
pub async fn lines(
    store: &dyn Store,
    base_url: &str,
    records: &[Recorded],
) -> Result<Vec<u8>, Fault> {
    let names = Names::of(store, records).await?;
    let mut lines = Vec::new();
    for recorded in records {
        lines.extend(resource::write(recorded, &names, base_url)?);
        lines.push(b'\n');
    }
    Ok(lines)
}

/// How much of the trail a caller may see.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Reach {
    Whole,
    Patient(ResourceId),
}

/// What an access gives of the trail. Scopes for certain kinds of events are no way in: what they
/// would have to be compared with is not indexed.
fn reach(access: &Access, verb: Verb, of: ResourceType) -> Result<Reach, Fault> {
    permit(access, verb, of)?;
    match access.restriction(verb, of) {
        Restriction::Everything => Ok(Reach::Whole),
        Restriction::Only(filters) => filters
            .iter()
            .filter(|filter| filter.tokens.is_empty())
            .find_map(|filter| filter.patient.clone())
            .map(Reach::Patient)
            .ok_or_else(|| Fault::not_allowed("read", of)),
        Restriction::Nothing => Err(Fault::not_allowed("read", of)),
    }
}

impl Service {
    /// One record of the trail.
    ///
    /// # Errors
    /// [`Kind::NotFound`] when there is none of this number, or none that concerns the caller's
    /// patient; [`Kind::Forbidden`].
    pub(crate) async fn audit_event(
        &self,
        access: &Access,
        of: ResourceType,
        id: &ResourceId,
    ) -> Result<Version, Fault> {
        let reach = reach(access, Verb::Read, of)?;
        let unknown = || Fault::unknown_resource(of, id);
        let number = number(id).ok_or_else(unknown)?;
        self.store().settle().await?;
        let ask = AuditAsk {
            before: number.checked_add(1),
            number: Some(number),
            scanned_max: Some(1),
            ..AuditAsk::newest(1)
        };
        let found = self.store().trail(&ask).await?.records.into_iter().next();
        let recorded = found.ok_or_else(unknown)?;
        if let Reach::Patient(patient) = &reach {
            let concerned = AuditAsk {
                patient: Some(patient.clone()),
                ..AuditAsk::default()
            };
            if !concerned.wants(number, &recorded.record) {
                return Err(unknown());
            }
        }
        let versions = self.events(of, vec![recorded], &reach).await?;
        versions.into_iter().next().ok_or_else(unknown)
    }

    /// One page of the trail as a Bundle of type `searchset`, the newest first. `within` narrows it to
    /// a patient's compartment.
    ///
    /// # Errors
    /// [`Kind::Forbidden`]; [`Kind::Value`] or [`Kind::Invalid`] for a parameter that cannot be
    /// understood: none is ignored.
    pub(crate) async fn audit_events(
        &self,
        access: &Access,
        of: ResourceType,
        (within, pairs, place): (Option<&ResourceId>, &[(String, String)], Option<&str>),
    ) -> Result<Answer, Fault> {
        let reach = reach(access, Verb::Search, of)?;
        let subset = Subset::parse(pairs, &[of])?;
        let asked = Asked::parse(pairs, self.limits())?;
        let path = within.map_or_else(|| of.to_string(), |id| format!("Patient/{id}/{of}"));
        let walk = self.walk(path, pairs);
        let at = walk.at(place)?;
        let mut ask = asked.ask(self.store(), self.own()).await?;
        let mut is_none = asked.is_none(&ask);
        let own = match &reach {
            Reach::Whole => None,
            Reach::Patient(patient) => Some(patient),
        };
        for patient in [within, own].into_iter().flatten() {
            is_none |= ask.patient.as_ref().is_some_and(|asked| asked != patient);
            ask.patient = Some(patient.clone());
        }
        let most = self.limits().audit_scanned_max;
        ask.scanned_max = Some(ask.scanned_max.map_or(most, |few| few.min(most)));
        if let Some(Cursor(bytes)) = at {
            let before = <[u8; 8]>::try_from(bytes.as_slice()).map(u64::from_be_bytes);
            let before = before.map_err(|_| crate::fault::bad_page_link())?;
            ask.before = Some(ask.before.map_or(before, |other| other.min(before)));
        }
        let mut page = SearchPage::default();
        if !is_none {
            self.store().settle().await?;
            let trail = self.store().trail(&ask).await?;
            page.next = trail.next.map(|next| Cursor(next.to_be_bytes().to_vec()));
            page.matches = self.events(of, trail.records, &reach).await?;
        }
        subset.cut(&mut page.matches);
        Ok(self.page_of_events(&walk, place, &page, &ask))
    }

    fn page_of_events(
        &self,
        walk: &Walk<'_>,
        place: Option<&str>,
        page: &SearchPage,
        ask: &AuditAsk,
    ) -> Answer {
        // A page on which nothing was found may still have one after it.
        let links = match &page.next {
            Some(next) => walk.links(place, Some(next), None),
            None => links(walk, &[], place, page),
        };
        Answer {
            body: searchset(page, &links, &self.settings().base_url),
            whose: Whose::kept(ask.patient.clone(), 0),
        }
    }

    /// The records as resources, in the caller's reach.
    async fn events(
        &self,
        of: ResourceType,
        records: Vec<Recorded>,
        reach: &Reach,
    ) -> Result<Vec<Version>, Fault> {
        let names = Names::of(self.store(), &records).await?;
        let each = records.into_iter().map(|mut recorded| {
            if let Reach::Patient(patient) = reach {
                let record = &mut recorded.record;
                record.whose = record.whose.only(patient);
                record.address = None;
                record.query = None;
            }
            let id: ResourceId = recorded
                .number
                .to_string()
                .parse()
                .map_err(|_| Fault::internal("a number is a legal id"))?;
            let body = resource::write(&recorded, &names, &self.settings().base_url)?;
            Ok(Version {
                resource_type: of,
                id,
                version: 1,
                last_updated: recorded.record.at,
                method: Method::Create,
                body: Bytes::from(body),
            })
        });
        each.collect()
    }
}

/// The number in the trail that an id stands for.
fn number(id: &ResourceId) -> Option<u64> {
    let text = id.as_str();
    let number: u64 = text.parse().ok()?;
    // One record has one id.
    (number > 0 && number.to_string() == text).then_some(number)
}
