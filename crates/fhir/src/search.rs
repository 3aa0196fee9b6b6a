//! search: one page of the resources of a type that match.

use cresset_access::{Access, Verb};
use cresset_definitions::ResourceType;
use cresset_rules::Interaction;
use cresset_search::{Concepts, Context, FaultKind, Parsed, Query, SearchFault, Total, Unindexed};
use cresset_store::SearchPage;

pub use cresset_search::Handling;

use crate::answer::Answer;
use crate::audit_event;
use crate::bundle::link::{Link, Walk, encode};
use crate::bundle::searchset::searchset;
use crate::fault::{self, Fault, Kind};
use crate::instant;
use crate::page_link::PARAMETER;
use crate::service::{Service, permit};
use crate::subset::Subset;

/// The parameter that says the order.
const SORT: &str = "_sort";

impl Service {
    /// One page of a search as a Bundle of type `searchset`.
    ///
    /// `pairs` are the decoded parameters in order, of the URL and of a form alike, and may hold
    /// the place of a page link.
    ///
    /// # Errors
    /// [`Kind::Forbidden`]; [`Kind::Value`] or its kin for a parameter that is unknown or cannot be
    /// understood, naming it.
    pub async fn search(
        &self,
        access: &Access,
        resource_type: ResourceType,
        mut pairs: Vec<(String, String)>,
        handling: Handling,
    ) -> Result<Answer, Fault> {
        self.offer(Interaction::Search, resource_type)?;
        permit(access, Verb::Search, resource_type)?;
        let place = take_place(&mut pairs)?;
        if audit_event::is_trail(resource_type) {
            let asked = (None, &*pairs, place.as_deref());
            return self.audit_events(access, resource_type, asked).await;
        }
        let subset = Subset::parse(&pairs, &[resource_type])?;
        let parsed = self.asked(access, resource_type, pairs, handling).await?;
        let walk = self.walk(resource_type.name().to_owned(), &parsed.applied);
        let at = walk.at(place.as_deref())?;
        let mut page = self
            .store()
            .search(access, &parsed.query, at.as_ref())
            .await?;
        let whose = self.whose_page(access, &page)?;
        subset.cut(&mut page.matches);
        let links = links(&walk, &parsed.ignored, place.as_deref(), &page);
        let body = searchset(&page, &links, &self.settings().base_url);
        Ok(Answer { body, whose })
    }

    /// What the parameters of a search of one type ask for, in the order of the rule set unless they
    /// say one.
    pub(crate) async fn asked(
        &self,
        access: &Access,
        of: ResourceType,
        mut pairs: Vec<(String, String)>,
        handling: Handling,
    ) -> Result<Parsed, Fault> {
        let is_unordered = !pairs.iter().any(|(name, _)| name == SORT);
        if let Some(order) = self.rules().order(of)
            && is_unordered
            && self.store().unindexed().can_sort(of, order)
        {
            pairs.push((SORT.to_owned(), order.to_owned()));
        }
        if let Some(rule) = self.rules().searched(of) {
            let now = instant::text(self.now());
            let told = rule(&mut pairs, now.get(..10).unwrap_or_default());
            told.map_err(|text| Fault::new(Kind::Required, format!("Search parameter {text}")))?;
        }
        let parsed = self
            .understood(access, handling, |context| {
                let parsed = cresset_search::parse(of, &pairs, context)?;
                Ok((!parsed.ignored.is_empty(), parsed))
            })
            .await?;
        permit_hops(access, &parsed.query)?;
        Ok(parsed)
    }

    /// The query of these parameters, of which none may be ignored and nothing is counted.
    pub(crate) async fn strict(
        &self,
        access: &Access,
        of: ResourceType,
        pairs: &[(String, String)],
    ) -> Result<Query, Fault> {
        let parsed = self
            .understood(access, Handling::Strict, |context| {
                Ok((false, cresset_search::parse(of, pairs, context)?))
            })
            .await?;
        permit_hops(access, &parsed.query)?;
        Ok(Query {
            total: Total::None,
            ..parsed.query
        })
    }

    /// What `read` makes of a search, once the codes are looked up that it names by a set of them, and whether
    /// it ignored something of it.
    pub(crate) async fn understood<T>(
        &self,
        access: &Access,
        handling: Handling,
        read: impl Fn(&Context<'_>) -> Result<(bool, T), SearchFault> + Sync,
    ) -> Result<T, Fault> {
        let mut unindexed = self.store().unindexed();
        let mut concepts = Concepts::default();
        let mut has_looked = false;
        loop {
            let read = read(&self.reading(handling, &unindexed, &concepts));
            // What is not known here may be known to another node.
            let is_doubtful = match &read {
                Ok((ignores, _)) => *ignores,
                Err(fault) => is_of_definitions(fault.kind),
            };
            if is_doubtful && !has_looked {
                has_looked = true;
                self.store().look_again().await?;
                let now = self.store().unindexed();
                if now != unindexed {
                    unindexed = now;
                    continue;
                }
            }
            let fault = match read {
                Ok((_, understood)) => return Ok(understood),
                Err(fault) => fault,
            };
            let Some(set) = &fault.asks else {
                return Err(refused(&fault));
            };
            let most = self.limits().concept_sets_max;
            if concepts.len() >= most {
                let text = format!("A search names at most {most} value sets and hierarchies");
                return Err(Fault::coded(Kind::Invalid, "too-costly", text));
            }
            let codes = self.concepts(access, set).await?;
            concepts.keep((**set).clone(), codes);
        }
    }

    /// What a search is read against.
    pub(crate) fn reading<'a>(
        &'a self,
        handling: Handling,
        unindexed: &'a Unindexed,
        concepts: &'a Concepts,
    ) -> Context<'a> {
        Context {
            limits: self.limits(),
            now: self.now(),
            own: self.own(),
            unindexed,
            handling,
            concepts,
        }
    }

    /// The walk over the pages of a search at `path` with these parameters.
    pub(crate) fn walk(&self, path: String, applied: &[(String, String)]) -> Walk<'_> {
        let pairs = applied
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        Walk {
            base: &self.settings().base_url,
            style: self.settings().links,
            path,
            query: encode(pairs),
            sealer: self.sealer(),
        }
    }
}

/// Refuses a reference followed to types of which the caller may search none: an empty answer would
/// look like one about the data. So does one followed to or from events of the trail.
pub(crate) fn permit_hops(access: &Access, query: &Query) -> Result<(), Fault> {
    let mut refused = None;
    for criterion in &query.criteria {
        criterion.hops(&mut |hops| {
            let mut types = hops.iter().map(|hop| hop.resource_type);
            if let Some(first) = types.clone().next()
                && !types.any(|of| access.permits(Verb::Search, of))
            {
                refused = refused.or(Some(first));
            }
        });
    }
    refused.map_or(Ok(()), |of| permit(access, Verb::Search, of))?;
    audit_event::must_not_be_followed(query)
}

/// Takes the place of a page link out of the parameters.
pub(crate) fn take_place(pairs: &mut Vec<(String, String)>) -> Result<Option<String>, Fault> {
    let mut places = pairs
        .extract_if(.., |(name, _)| name == PARAMETER)
        .map(|(_, place)| place);
    let (first, second) = (places.next(), places.next());
    drop(places);
    if second.is_some() {
        return Err(fault::bad_page_link());
    }
    Ok(first)
}

/// An empty result has no links, except that a search of which a part was ignored says so.
pub(crate) fn links(
    walk: &Walk<'_>,
    ignored: &[String],
    place: Option<&str>,
    page: &SearchPage,
) -> Vec<Link> {
    if page.matches.is_empty() && place.is_none() {
        let counted = page.total.is_some_and(|total| total > 0);
        return if counted || !ignored.is_empty() {
            walk.self_link()
        } else {
            Vec::new()
        };
    }
    walk.links(place, page.next.as_ref(), page.previous.as_ref())
}

/// Whether what a node knows of the parameters an instance defines may be the reason of a fault.
const fn is_of_definitions(kind: FaultKind) -> bool {
    matches!(
        kind,
        FaultKind::Unknown | FaultKind::Unsupported | FaultKind::Unindexed | FaultKind::Modifier
    )
}

pub(crate) fn refused(fault: &SearchFault) -> Fault {
    let (kind, code) = match fault.kind {
        FaultKind::Unknown | FaultKind::Unsupported | FaultKind::Modifier => {
            (Kind::Invalid, "not-supported")
        }
        FaultKind::Unindexed => (Kind::Transient, "incomplete"),
        FaultKind::Empty => (Kind::Required, "required"),
        FaultKind::Value => (Kind::Value, "value"),
        FaultKind::TooMany => (Kind::Invalid, "too-costly"),
        FaultKind::Concepts => (Kind::Invalid, "not-supported"),
    };
    let place = fault.at.map(|at| format!(", character {at}"));
    let (place, sentence) = (place.unwrap_or_default(), &fault.sentence);
    let text = format!("Search parameter '{}'{place}: {sentence}", fault.parameter);
    Fault::coded(kind, code, text)
}
