//! `$everything` of a patient and of an encounter (R4): all that belongs to it, page by page.
//!
//! What belongs to a patient is decided by the store as for a patient's own token: the caller's
//! access, narrowed to the patient's compartment. What belongs to an encounter names it.

use std::collections::BTreeSet;

use cresset_access::{Access, PatientReach, Verb, patient_reach};
use cresset_base::ResourceId;
use cresset_definitions::{ResourceType, r4};
use cresset_search::Query;
use cresset_store::{Cursor, Found, SearchPage};

use crate::answer::Answer;
use crate::audit_event;
use crate::bundle::full_url::references;
use crate::bundle::link::{Walk, encode};
use crate::bundle::searchset::searchset;
use crate::docref::known;
use crate::fault::{self, Fault, Kind};
use crate::operation::Inputs;
use crate::page_link::PARAMETER;
use crate::prepare;
use crate::read::present;
use crate::service::{Service, permit};

/// Parameters that say when what a resource tells of happened, the first a type has is taken.
const CARE_DATES: [&str; 7] = [
    "date",
    "onset-date",
    "authoredon",
    "period",
    "effective-time",
    "start-date",
    "created",
];

/// Resources of one type that belong to it, found in one way.
struct Segment {
    query: Query,
}

impl Service {
    /// One page of everything about a patient or an encounter as a Bundle of type `searchset`, with
    /// the shared resources (practitioners, places, organizations) the page refers to.
    ///
    /// Parameters: `_since`, `_type`, `start`, `end`, `_count`, and the place of a page link.
    ///
    /// # Errors
    /// [`Kind::NotFound`] when the caller may not see it; [`Kind::Forbidden`]; [`Kind::Value`].
    pub async fn everything(
        &self,
        access: &Access,
        (of, id): (ResourceType, &ResourceId),
        inputs: &Inputs,
    ) -> Result<Answer, Fault> {
        inputs.only(&["_since", "_type", "start", "end", "_count", PARAMETER])?;
        present(self.store().read(access, of, id).await?, of, id)?;
        let types = asked_types(inputs)?;
        let count = self.count(inputs)?;
        let asked = ["_since", "_type", "start", "end", "_count"];
        let given = asked
            .iter()
            .filter_map(|name| Some((*name, inputs.text(name)?)));
        let walk = Walk {
            base: &self.settings().base_url,
            style: self.settings().links,
            path: format!("{of}/{id}/$everything"),
            query: encode(given),
            sealer: self.sealer(),
        };
        let sealed = inputs.text(PARAMETER);
        let at = match sealed {
            Some(sealed) => Some(walk.open(sealed).ok_or_else(fault::bad_page_link)?),
            None => None,
        };
        let (narrowed, segments) = self
            .segments(access, (of, id), (types.as_ref(), inputs))
            .await?;
        let place = at.map_or(Ok(Place::default()), |cursor| Place::read(&cursor))?;
        let mut page = self.filled(&narrowed, &segments, (place, count)).await?;
        self.add_shared(access, &mut page, types.as_ref()).await?;
        let links = walk.links(sealed, page.next.as_ref(), None);
        Ok(Answer {
            whose: self.whose_page(access, &page)?,
            body: searchset(&page, &links, &self.settings().base_url),
        })
    }

    fn count(&self, inputs: &Inputs) -> Result<usize, Fault> {
        let limits = self.limits();
        let count = match inputs.text("_count") {
            None => limits.page_default,
            Some(text) => match text.parse::<u32>() {
                Ok(count) if count > 0 => count.min(limits.page_max),
                _ => {
                    let text = "_count must be a whole number of 1 or more";
                    return Err(Fault::new(Kind::Value, text));
                }
            },
        };
        Ok(usize::try_from(count).unwrap_or(usize::MAX))
    }

    /// Where everything is found, and the access it is looked for with.
    async fn segments(
        &self,
        access: &Access,
        (of, id): (ResourceType, &ResourceId),
        (types, inputs): (Option<&BTreeSet<ResourceType>>, &Inputs),
    ) -> Result<(Access, Vec<Segment>), Fault> {
        let is_patient = of == known("Patient")?;
        let narrowed = if is_patient {
            access.within_patient(id)
        } else {
            access.clone()
        };
        let is_asked = |t: &ResourceType| {
            types.is_none_or(|types| types.contains(t)) && !audit_event::is_trail(*t)
        };
        let mut all: Vec<ResourceType> = ResourceType::all().filter(is_asked).collect();
        all.sort_by_key(|t| *t != of);
        let mut segments = Vec::new();
        for t in all {
            for mut pairs in ways(is_patient, (of, id), t) {
                if !narrowed.permits(Verb::Search, t) {
                    continue;
                }
                pairs.extend(since(inputs));
                pairs.extend(dates(t, inputs));
                segments.push(Segment {
                    query: self.strict(&narrowed, t, &pairs).await?,
                });
            }
        }
        if segments.is_empty() {
            permit(access, Verb::Search, of)?;
        }
        Ok((narrowed, segments))
    }

    /// One page: what is left of the segment the place lies in, and of those behind it.
    async fn filled(
        &self,
        access: &Access,
        segments: &[Segment],
        (mut place, count): (Place, usize),
    ) -> Result<SearchPage, Fault> {
        let mut page = SearchPage::default();
        while let Some(segment) = segments.get(usize::from(place.segment)) {
            let left = count - page.matches.len();
            let mut query = segment.query.clone();
            // When the page is full the rest is only asked whether there is any.
            query.count = u32::try_from(left.max(1)).unwrap_or(u32::MAX);
            let found = self
                .store()
                .search(access, &query, place.inner.as_ref())
                .await?;
            if left == 0 && !found.matches.is_empty() {
                break;
            }
            page.matches.extend(found.matches);
            match found.next {
                Some(next) => {
                    place.inner = Some(next);
                    break;
                }
                None => place = Place::segment(place.segment + 1),
            }
        }
        let has_more = usize::from(place.segment) < segments.len();
        page.next = has_more.then(|| place.cursor());
        Ok(page)
    }

    /// Adds the resources without a patient that those of a page refer to, up to as many as a search
    /// may include; the page says when there are more.
    async fn add_shared(
        &self,
        access: &Access,
        page: &mut SearchPage,
        types: Option<&BTreeSet<ResourceType>>,
    ) -> Result<(), Fault> {
        let is_shown = |of: ResourceType| {
            types.is_none_or(|types| types.contains(&of))
                && patient_reach(of) == PatientReach::Shared
                && access.permits(Verb::Read, of)
        };
        let mut wanted = BTreeSet::new();
        for version in &page.matches {
            let tree = prepare::parse(&version.body, self.limits())?;
            let texts = references(tree.root());
            wanted.extend(
                texts
                    .into_iter()
                    .filter_map(|element| self.local(element.as_str()?))
                    .filter(|(of, _)| is_shown(*of)),
            );
        }
        let most = self.limits().included_max;
        page.is_cut = wanted.len() > most;
        for (of, id) in wanted.into_iter().take(most) {
            if let Found::Version(version) = self.store().read(access, of, &id).await? {
                page.included.push(version);
            }
        }
        Ok(())
    }
}

/// The types of `_type`.
fn asked_types(inputs: &Inputs) -> Result<Option<BTreeSet<ResourceType>>, Fault> {
    let Some(text) = inputs.text("_type") else {
        return Ok(None);
    };
    let parse = |name: &str| {
        ResourceType::parse(name).ok_or_else(|| {
            Fault::new(
                Kind::Value,
                "_type must hold resource types, separated by commas",
            )
        })
    };
    text.split(',')
        .map(parse)
        .collect::<Result<_, _>>()
        .map(Some)
}

/// The searches that find what belongs to it of one type; none where nothing does.
fn ways(
    is_patient: bool,
    (of, id): (ResourceType, &ResourceId),
    t: ResourceType,
) -> Vec<Vec<(String, String)>> {
    if is_patient {
        let belongs = matches!(patient_reach(t), PatientReach::Compartment(_));
        return if belongs {
            vec![Vec::new()]
        } else {
            Vec::new()
        };
    }
    if t == of {
        return vec![vec![("_id".to_owned(), id.to_string())]];
    }
    let parameters = r4()
        .compartment(of)
        .and_then(|compartment| compartment.parameters(t))
        .unwrap_or_default();
    let by = |parameter: &&str| vec![((*parameter).to_owned(), format!("{of}/{id}"))];
    parameters.iter().map(by).collect()
}

fn since(inputs: &Inputs) -> Option<(String, String)> {
    let since = inputs.text("_since")?;
    Some(("_lastUpdated".to_owned(), format!("ge{since}")))
}

/// `start` and `end`, of a type that tells of something at some time.
fn dates(of: ResourceType, inputs: &Inputs) -> Vec<(String, String)> {
    let mut names = CARE_DATES.iter();
    let Some(name) = names.find(|name| r4().search_parameter(of, name).is_some()) else {
        return Vec::new();
    };
    let bounds = [("start", "ge"), ("end", "le")].into_iter();
    bounds
        .filter_map(|(bound, prefix)| {
            let date = inputs.text(bound)?;
            Some(((*name).to_owned(), format!("{prefix}{date}")))
        })
        .collect()
}

/// Where a page begins: in which segment, and where in it.
#[derive(Debug, Default)]
struct Place {
    segment: u16,
    inner: Option<Cursor>,
}

impl Place {
    fn segment(segment: u16) -> Self {
        Self {
            segment,
            inner: None,
        }
    }

    fn cursor(&self) -> Cursor {
        let inner = self.inner.as_ref().map_or(&[][..], |cursor| &cursor.0);
        Cursor([&self.segment.to_le_bytes(), inner].concat())
    }

    fn read(cursor: &Cursor) -> Result<Self, Fault> {
        let (segment, inner) = cursor
            .0
            .split_first_chunk()
            .ok_or_else(fault::bad_page_link)?;
        Ok(Self {
            segment: u16::from_le_bytes(*segment),
            inner: (!inner.is_empty()).then(|| Cursor(inner.to_vec())),
        })
    }
}
