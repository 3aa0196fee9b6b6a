//! history: all versions of one resource, newest first.

use cresset_access::Access;
use cresset_base::{ResourceId, Timestamp};
use cresset_definitions::ResourceType;
use cresset_store::store::HistoryAsk;

use crate::bundle;
use crate::bundle::link::{Walk, encode};
use crate::fault::{self, Fault, Kind};
use crate::page_link::PARAMETER;
use crate::service::Service;
use crate::subset::{self, Subset};

impl Service {
    /// One page of a resource's versions as a Bundle of type `history`.
    ///
    /// Parameters: `_count`, `_since`, `_summary`, `_elements`, and the place of a page link.
    ///
    /// # Errors
    /// [`Kind::NotFound`] when the resource never existed or is not visible; [`Kind::Value`] for a
    /// parameter that cannot be understood.
    pub async fn history(
        &self,
        access: &Access,
        resource_type: ResourceType,
        id: &ResourceId,
        pairs: &[(String, String)],
    ) -> Result<Vec<u8>, Fault> {
        let subset = Subset::of_one(pairs, resource_type)?;
        let asked = Asked::parse(pairs, self.limits().page_default, self.limits().page_max)?;
        let walk = Walk {
            base: &self.settings().base_url,
            style: self.settings().links,
            path: format!("{resource_type}/{id}/_history"),
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
            at,
        };
        let page = self.store().history(access, resource_type, id, ask).await?;
        let mut page = page.ok_or_else(|| Fault::unknown_resource(resource_type, id))?;
        for version in &page.versions {
            if !self.is_within_context(access, version).await? {
                return Err(Fault::unknown_resource(resource_type, id));
            }
        }
        subset.cut(&mut page.versions);
        let links = walk.links(asked.place.as_deref(), page.next.as_ref(), None);
        Ok(bundle::history::history(
            &page,
            &links,
            &self.settings().base_url,
        ))
    }
}

/// The parameters of a history.
struct Asked {
    count: u32,
    /// As written, for links, and as understood.
    since: Option<(String, Timestamp)>,
    place: Option<String>,
    /// The parameters that ask for a part of each version, for links.
    subset: Vec<(String, String)>,
}

impl Asked {
    fn parse(pairs: &[(String, String)], default: u32, max: u32) -> Result<Self, Fault> {
        let mut asked = Self {
            count: default,
            since: None,
            place: None,
            subset: Vec::new(),
        };
        for (name, value) in pairs {
            match name.as_str() {
                "_count" => asked.count = count(value, max)?,
                "_since" => asked.since = Some((value.clone(), since(value)?)),
                PARAMETER => asked.place = Some(value.clone()),
                "_format" | "_pretty" => {}
                part if subset::PARAMETERS.contains(&part) => {
                    asked.subset.push((name.clone(), value.clone()));
                }
                _ => {
                    let text =
                        "A history is asked for with _count, _since, _summary and _elements only";
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
        let subset = self
            .subset
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        encode(
            std::iter::once(("_count", count.as_str()))
                .chain(since)
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
