//! history: the versions of one resource, of a type, or of everything, newest first.

use cresset_access::{Access, Verb};
use cresset_base::{ResourceId, Timestamp};
use cresset_definitions::ResourceType;
use cresset_rules::Interaction;
use cresset_search::DateRange;
use cresset_store::HistoryPage;
use cresset_store::store::HistoryAsk;

use crate::answer::Answer;
use crate::bundle;
use crate::bundle::link::{Walk, encode};
use crate::fault::{self, Fault, Kind};
use crate::page_link::PARAMETER;
use crate::service::{Service, permit};
use crate::subset::{self, Subset};

/// Whose history is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level<'a> {
    /// That of one resource.
    Resource(ResourceType, &'a ResourceId),
    /// That of all resources of a type.
    Type(ResourceType),
    /// That of everything the caller may search.
    System,
}

impl Level<'_> {
    fn path(self) -> String {
        match self {
            Self::Resource(of, id) => format!("{of}/{id}/_history"),
            Self::Type(of) => format!("{of}/_history"),
            Self::System => "_history".to_owned(),
        }
    }
}

impl Service {
    /// One page of versions as a Bundle of type `history`, newest first.
    ///
    /// Parameters: `_count`, `_since`, `_at`, `_summary`, `_elements`, and the place of a page link.
    ///
    /// # Errors
    /// [`Kind::NotFound`] when the resource never existed or is not visible; [`Kind::Forbidden`];
    /// [`Kind::Value`] for a parameter that cannot be understood.
    pub async fn history(
        &self,
        access: &Access,
        level: Level<'_>,
        pairs: &[(String, String)],
    ) -> Result<Answer, Fault> {
        let types = self.types_of(access, level)?;
        let subset = match types.as_slice() {
            [one] => Subset::of_one(pairs, *one)?,
            all => Subset::parse(pairs, all)?,
        };
        let asked = Asked::parse(pairs, self.limits().page_default, self.limits().page_max)?;
        let walk = Walk {
            base: &self.settings().base_url,
            style: self.settings().links,
            path: level.path(),
            query: asked.query(),
            sealer: self.sealer(),
        };
        let at = match &asked.place {
            Some(sealed) => Some(walk.open(sealed).ok_or_else(fault::bad_page_link)?),
            None => None,
        };
        let ask = HistoryAsk {
            count: asked.count,
            since: asked.since.as_ref().map(|(_, at)| *at),
            during: asked.during.as_ref().map(|(_, during)| *during),
            at,
        };
        let mut page = match level {
            Level::Resource(of, id) => {
                let page = self.store().history(access, of, id, ask).await?;
                let page = page.ok_or_else(|| Fault::unknown_resource(of, id))?;
                if !self.is_within_newest_context(access, of, id).await? {
                    return Err(Fault::unknown_resource(of, id));
                }
                page
            }
            Level::Type(_) | Level::System => self.store().history_of(access, &types, ask).await?,
        };
        self.keep_to_context(access, level, &mut page).await?;
        let whose = self.whose(access, &page.versions)?;
        subset.cut(&mut page.versions);
        let links = walk.links(asked.place.as_deref(), page.next.as_ref(), None);
        let body = bundle::history::history(&page, &links, &self.settings().base_url);
        Ok(Answer { body, whose })
    }

    /// Leaves out what a security context keeps from the caller; a resource of which it keeps one
    /// version is not theirs.
    async fn keep_to_context(
        &self,
        access: &Access,
        level: Level<'_>,
        page: &mut HistoryPage,
    ) -> Result<(), Fault> {
        let mut kept = Vec::with_capacity(page.versions.len());
        for version in std::mem::take(&mut page.versions) {
            if self.is_within_context(access, &version).await? {
                kept.push(version);
            } else if let Level::Resource(of, id) = level {
                return Err(Fault::unknown_resource(of, id));
            }
        }
        page.versions = kept;
        Ok(())
    }

    /// The types whose versions an answer can hold.
    fn types_of(&self, access: &Access, level: Level<'_>) -> Result<Vec<ResourceType>, Fault> {
        match level {
            Level::Resource(of, _) => Ok(vec![of]),
            Level::Type(of) => {
                self.offer(Interaction::HistoryType, of)?;
                permit(access, Verb::Search, of)?;
                Ok(vec![of])
            }
            Level::System => {
                let may = |of: &ResourceType| {
                    access.permits(Verb::Search, *of)
                        && self.offer(Interaction::HistoryType, *of).is_ok()
                };
                let types: Vec<ResourceType> = ResourceType::all().filter(may).collect();
                if types.is_empty() {
                    let text = "Authorization failed: the token's scopes allow search on no type";
                    return Err(Fault::new(Kind::Forbidden, text));
                }
                Ok(types)
            }
        }
    }
}

/// The parameters of a history.
struct Asked {
    count: u32,
    /// As written, for links, and as understood.
    since: Option<(String, Timestamp)>,
    /// The same of `_at`: the first and the last instant of what it names.
    during: Option<(String, (Timestamp, Timestamp))>,
    place: Option<String>,
    /// The parameters that ask for a part of each version, for links.
    subset: Vec<(String, String)>,
}

impl Asked {
    fn parse(pairs: &[(String, String)], default: u32, max: u32) -> Result<Self, Fault> {
        let mut asked = Self {
            count: default,
            since: None,
            during: None,
            place: None,
            subset: Vec::new(),
        };
        for (name, value) in pairs {
            match name.as_str() {
                "_count" => asked.count = count(value, max)?,
                "_at" => asked.during = Some((value.clone(), during(value)?)),
                "_since" => asked.since = Some((value.clone(), since(value)?)),
                PARAMETER => asked.place = Some(value.clone()),
                "_format" | "_pretty" => {}
                part if subset::PARAMETERS.contains(&part) => {
                    asked.subset.push((name.clone(), value.clone()));
                }
                _ => {
                    let text = "A history is asked for with _count, _since, _at, _summary and _elements only";
                    return Err(Fault::new(Kind::Value, text));
                }
            }
        }
        Ok(asked)
    }

    fn query(&self) -> String {
        let count = self.count.to_string();
        let since = self
            .since
            .as_ref()
            .map(|(text, _)| ("_since", text.as_str()));
        let during = self.during.as_ref().map(|(text, _)| ("_at", text.as_str()));
        let subset = self
            .subset
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        encode(
            std::iter::once(("_count", count.as_str()))
                .chain(since)
                .chain(during)
                .chain(subset),
        )
    }
}

fn count(value: &str, max: u32) -> Result<u32, Fault> {
    let refused = || {
        Fault::new(
            Kind::Value,
            "The value of _count must be a whole number of 1 or more",
        )
    };
    let count: u64 = value.parse().map_err(|_| refused())?;
    if count == 0 {
        return Err(refused());
    }
    Ok(u32::try_from(count).unwrap_or(max).min(max))
}

fn since(value: &str) -> Result<Timestamp, Fault> {
    value.parse().map_err(|_| {
        Fault::new(
            Kind::Value,
            "The value of _since must be an instant such as 2026-01-31T08:30:00Z",
        )
    })
}

fn during(value: &str) -> Result<(Timestamp, Timestamp), Fault> {
    let range = DateRange::parse(value).and_then(|range| {
        let start = Timestamp::from_millisecond(range.start_ms).ok()?;
        let end = Timestamp::from_millisecond(range.end_ms).ok()?;
        Some((start, end))
    });
    range.ok_or_else(|| {
        let text =
            "The value of _at must be a date or time such as 2026-01-31 or 2026-01-31T08:30:00Z";
        Fault::new(Kind::Value, text)
    })
}
