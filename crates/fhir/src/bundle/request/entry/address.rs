//! `entry.request.url`

use cresset_base::ResourceId;
use cresset_definitions::ResourceType;

use crate::criteria::Criteria;
use crate::fault::{Fault, Kind};

/// What a change is about.
#[derive(Debug, Clone)]
pub(crate) enum Named {
    /// `[type]/[id]`
    Id(ResourceType, ResourceId),
    /// `[type]?criteria`
    Matching(Criteria),
}

impl Named {
    pub(super) fn parse(url: &str, base: &str) -> Result<Self, Fault> {
        let url = relative(url, base);
        if let Some((name, query)) = url.split_once('?') {
            return Criteria::parse(resource_type(name)?, query).map(Self::Matching);
        }
        let Some((name, id)) = url.split_once('/') else {
            resource_type(url)?;
            let text = "The URL is a type and an id, such as Patient/1, or a type and criteria, such as Patient?identifier=1";
            return Err(Fault::new(Kind::Value, text));
        };
        let id = id.parse();
        let id = id.map_err(|_| Fault::new(Kind::Value, "The URL must end in a legal id"))?;
        Ok(Self::Id(resource_type(name)?, id))
    }

    pub(crate) fn resource_type(&self) -> ResourceType {
        match self {
            Self::Id(resource_type, _) => *resource_type,
            Self::Matching(criteria) => criteria.resource_type,
        }
    }
}

/// The type a POST names.
pub(super) fn type_alone(url: &str, base: &str) -> Result<ResourceType, Fault> {
    let url = relative(url, base);
    if url.contains(['/', '?']) {
        let text = "The URL of a POST is a resource type alone";
        return Err(Fault::new(Kind::Value, text));
    }
    resource_type(url)
}

/// A URL below the instance's own base without that base.
pub(super) fn relative<'u>(url: &'u str, base: &str) -> &'u str {
    url.strip_prefix(base)
        .and_then(|rest| rest.strip_prefix('/'))
        .unwrap_or(url)
}

fn resource_type(name: &str) -> Result<ResourceType, Fault> {
    ResourceType::parse(name)
        .ok_or_else(|| Fault::new(Kind::Value, "The URL must begin with a resource type"))
}
