//! What one record asks for.

use cresset_base::ResourceId;
use cresset_definitions::ResourceType;
use cresset_fhir::{Fault, Issue, Kind};
use cresset_model::Element;

use super::identity::derived;
use super::lookup::{Lookup, Matches};

/// Why a record is not stored now.
#[derive(Debug)]
pub(crate) enum NotNow {
    /// It never will be.
    Refused(Vec<Issue>),
    /// It refers by a search to something that is not there yet, or the store failed meanwhile; later
    /// it may be stored.
    Deferred(Vec<Issue>),
}

impl From<Fault> for NotNow {
    fn from(fault: Fault) -> Self {
        match fault.kind {
            Kind::Throttled | Kind::Exception | Kind::Transient | Kind::NoStore => {
                Self::Deferred(fault.issues)
            }
            _ => Self::Refused(fault.issues),
        }
    }
}

/// A refusal in words.
pub(crate) fn refused(kind: Kind, text: impl Into<String>) -> NotNow {
    NotNow::Refused(Fault::new(kind, text).issues)
}

/// What becomes of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Action {
    /// Its resource is stored under the id.
    Store,
    /// The resource of this id is deleted.
    Delete,
    /// What it would create is there already (`ifNoneExist`), or it holds nothing to store.
    Nothing,
}

/// What one record asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Plan {
    pub(crate) action: Action,
    pub(crate) resource_type: ResourceType,
    pub(crate) id: ResourceId,
}

/// The plan of a resource by itself, the `number`-th record of its source.
pub(crate) fn plan_resource(
    resource: Element<'_>,
    number: u64,
    bytes: &[u8],
) -> Result<Plan, NotNow> {
    let resource_type = type_of(resource)?;
    let id = match own_id(resource)? {
        Some(id) => id,
        None => new_id(number, bytes)?,
    };
    Ok(Plan {
        action: Action::Store,
        resource_type,
        id,
    })
}

/// The plan of a Bundle's entry.
pub(crate) fn plan_entry(
    entry: Element<'_>,
    number: u64,
    bytes: &[u8],
    lookup: &Lookup,
) -> Result<Plan, NotNow> {
    let request = entry.get("request");
    let text = |name: &str| request.and_then(|r| r.get(name)).and_then(Element::as_str);
    match text("method") {
        Some("DELETE") => plan_delete(text("url").unwrap_or_default()),
        Some("PUT") => plan_put(
            entry,
            text("url").unwrap_or_default(),
            number,
            bytes,
            lookup,
        ),
        Some("POST") => plan_post(entry, text("ifNoneExist"), number, bytes, lookup),
        None => plan_resource(resource_of(entry)?, number, bytes),
        Some(_) => Err(refused(
            Kind::NotSupported,
            "an import takes entries with the methods POST, PUT and DELETE",
        )),
    }
}

fn plan_delete(url: &str) -> Result<Plan, NotNow> {
    let (resource_type, id) = split(url)
        .ok_or_else(|| refused(Kind::Value, "request.url of a DELETE must be Type/id"))?;
    Ok(Plan {
        action: Action::Delete,
        resource_type,
        id,
    })
}

fn plan_put(
    entry: Element<'_>,
    url: &str,
    number: u64,
    bytes: &[u8],
    lookup: &Lookup,
) -> Result<Plan, NotNow> {
    let resource = resource_of(entry)?;
    let resource_type = type_of(resource)?;
    let named = if url.contains('?') {
        match lookup.find(url)? {
            Matches::One(found) => split(&found),
            Matches::None => Some((
                resource_type,
                own_id(resource)?.map_or_else(|| new_id(number, bytes), Ok)?,
            )),
            Matches::Many => {
                return Err(refused(
                    Kind::PreconditionFailed,
                    "request.url finds more than one resource",
                ));
            }
        }
    } else {
        split(url)
    };
    let (named_type, id) = named.ok_or_else(|| {
        refused(
            Kind::Value,
            "request.url of a PUT must be Type/id or Type?search",
        )
    })?;
    if named_type != resource_type {
        return Err(refused(
            Kind::Value,
            "request.url names another type than the resource",
        ));
    }
    match own_id(resource)? {
        Some(own) if own != id => Err(refused(
            Kind::Value,
            "request.url names another id than the resource",
        )),
        _ => Ok(Plan {
            action: Action::Store,
            resource_type,
            id,
        }),
    }
}

/// A POST leaves the choice of the id to the server. Where the entry's `urn:uuid:` is the id the
/// resource brings, as other generators write it, that id is unique and is kept.
fn plan_post(
    entry: Element<'_>,
    if_none_exist: Option<&str>,
    number: u64,
    bytes: &[u8],
    lookup: &Lookup,
) -> Result<Plan, NotNow> {
    let resource = resource_of(entry)?;
    let resource_type = type_of(resource)?;
    if let Some(query) = if_none_exist {
        match lookup.find(&format!("{resource_type}?{query}"))? {
            Matches::One(found) => {
                let (resource_type, id) = split(&found).ok_or_else(|| {
                    refused(Kind::Exception, "the search found what is not a resource")
                })?;
                return Ok(Plan {
                    action: Action::Nothing,
                    resource_type,
                    id,
                });
            }
            Matches::Many => {
                return Err(refused(
                    Kind::PreconditionFailed,
                    "ifNoneExist finds more than one resource",
                ));
            }
            Matches::None => {}
        }
    }
    let named = entry
        .get("fullUrl")
        .and_then(Element::as_str)
        .and_then(|url| url.strip_prefix("urn:uuid:"));
    let id = match own_id(resource)? {
        Some(own) if named == Some(own.as_str()) => own,
        _ => new_id(number, bytes)?,
    };
    Ok(Plan {
        action: Action::Store,
        resource_type,
        id,
    })
}

/// The resource of an entry.
pub(crate) fn resource_of(entry: Element<'_>) -> Result<Element<'_>, NotNow> {
    entry
        .get("resource")
        .ok_or_else(|| refused(Kind::Required, "the entry holds no resource"))
}

fn type_of(resource: Element<'_>) -> Result<ResourceType, NotNow> {
    let name = resource
        .get("resourceType")
        .and_then(Element::as_str)
        .ok_or_else(|| refused(Kind::Required, "resourceType is missing"))?;
    ResourceType::parse(name)
        .ok_or_else(|| refused(Kind::Value, "resourceType is not a type of FHIR R4"))
}

fn own_id(resource: Element<'_>) -> Result<Option<ResourceId>, NotNow> {
    let Some(text) = resource.get("id").and_then(Element::as_str) else {
        return Ok(None);
    };
    text.parse().map(Some).map_err(|_| {
        refused(
            Kind::Value,
            "id is 1 to 64 characters of A-Z, a-z, 0-9, '-' and '.'",
        )
    })
}

fn new_id(number: u64, bytes: &[u8]) -> Result<ResourceId, NotNow> {
    derived(number, bytes).ok_or_else(|| refused(Kind::Exception, "no id could be made"))
}

/// `Type/id`
pub(crate) fn split(reference: &str) -> Option<(ResourceType, ResourceId)> {
    let (name, id) = reference.split_once('/')?;
    Some((ResourceType::parse(name)?, id.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use cresset_fhir::{Fault, Kind};
    use cresset_store::Error;

    use super::NotNow;

    #[test]
    fn a_store_that_fails_for_now_refuses_no_record() {
        let failed = || Error::Failed("gone".to_owned());
        for passing in [Error::Busy, Error::TimedOut, Error::StorageFull, failed()] {
            let text = passing.to_string();
            let outcome = NotNow::from(Fault::from(passing));
            assert!(matches!(outcome, NotNow::Deferred(_)), "{text}");
        }
        for of_body in [Kind::Value, Kind::TooLong, Kind::BusinessRule] {
            let outcome = NotNow::from(Fault::new(of_body, "wrong"));
            assert!(matches!(outcome, NotNow::Refused(_)), "{of_body:?}");
        }
    }
}
