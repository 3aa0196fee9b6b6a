//! `Binary`: content with an optional resource whose readers alone may read it (R4 §2.44).
//!
//! A caller that may read everything of every type may read every `Binary`. Any other may read one
//! only if it names no `securityContext`, or one that is a resource here which this caller may
//! read now; an earlier version also only if the same holds of the newest content. A `Binary` that
//! was deleted is as its last content was. Searching, changing and deleting is for callers of the first kind ([`Access`] gives
//! nobody else those rights), so no other path has to look.

use cresset_access::Access;
use cresset_base::ResourceId;
use cresset_definitions::ResourceType;
use cresset_model::{Bounds, Tree};
use cresset_store::{Found, Version};

use crate::content::{Content, security_context};
use crate::fault::Fault;
use crate::service::Service;

/// The name of the type.
const BINARY: &str = "Binary";

impl Service {
    /// Whether the caller may read the versions of a resource, as far as the `securityContext` of
    /// its newest content goes: a context that came later covers what was there before.
    pub(crate) async fn is_within_newest_context(
        &self,
        access: &Access,
        of: ResourceType,
        id: &ResourceId,
    ) -> Result<bool, Fault> {
        if of.name() != BINARY || access.reads_everything() {
            return Ok(true);
        }
        let newest = match self.store().read(access, of, id).await? {
            Found::Deleted(tombstone) => {
                let last = tombstone.version.saturating_sub(1);
                self.store().version(access, of, id, last).await?
            }
            found => found,
        };
        match newest {
            Found::Version(version) => self.is_within_context(access, &version).await,
            Found::Deleted(_) | Found::Absent => Ok(false),
        }
    }

    /// Whether the caller may read a version it found, as far as its `securityContext` goes.
    pub(crate) async fn is_within_context(
        &self,
        access: &Access,
        version: &Version,
    ) -> Result<bool, Fault> {
        if version.resource_type.name() != BINARY || access.reads_everything() {
            return Ok(true);
        }
        if version.body.is_empty() {
            return Ok(true);
        }
        let tree = tree_of(version)?;
        if tree.root().get("securityContext").is_none() {
            return Ok(true);
        }
        let Some((of, id)) = security_context(tree.root()).and_then(|r| self.local(r)) else {
            return Ok(false);
        };
        let found = self.store().read(access, of, &id).await;
        Ok(matches!(found, Ok(Found::Version(_))))
    }

    /// The type and id of a reference to a resource of this instance.
    pub(crate) fn local(&self, reference: &str) -> Option<(ResourceType, ResourceId)> {
        let mut bases = self.own().iter();
        let below = bases.find_map(|base| reference.strip_prefix(base.as_str()));
        let path = below.map_or(reference, |rest| rest.trim_start_matches('/'));
        let (of, id) = path.split_once('/')?;
        Some((ResourceType::parse(of)?, id.parse().ok()?))
    }
}

/// The content of a `Binary`; an empty one when it holds none.
///
/// # Errors
/// Only when what is stored cannot be read.
pub fn content(binary: &Version) -> Result<Content, Fault> {
    Content::or_empty(tree_of(binary)?.root())
}

/// The tree of a stored resource, which is within every bound.
pub(crate) fn tree_of(version: &Version) -> Result<Tree, Fault> {
    let bounds = Bounds {
        depth_max: usize::MAX,
        values_max: usize::MAX,
    };
    cresset_model::parse(&version.body, bounds)
        .map_err(|fault| Fault::internal(format!("a stored resource is no JSON: {fault}")))
}
