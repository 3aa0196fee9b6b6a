//! Conditions a request puts on the current version (FHIR R4 3.1.0.5, RFC 9110 §13).

use cresset_base::Timestamp;
use cresset_store::{Precondition, Version};

use crate::instant;

/// Entity tags of one header that are looked at.
const TAGS_MAX: usize = 32;

/// What entity tags a header names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tags {
    /// `*`: any version.
    Any,
    /// These versions; tags that are none of ours are dropped, so the list may be empty.
    Versions(Vec<u64>),
}

impl Tags {
    /// Reads `*`, or entity tags such as `W/"3"`, `"3"` and, as some apps send it, a bare `3`.
    pub fn parse(header: &str) -> Self {
        if header.trim() == "*" {
            return Self::Any;
        }
        Self::Versions(
            header
                .split(',')
                .take(TAGS_MAX)
                .filter_map(version)
                .collect(),
        )
    }

    fn names(&self, version: u64) -> bool {
        match self {
            Self::Any => true,
            Self::Versions(versions) => versions.contains(&version),
        }
    }
}

fn version(tag: &str) -> Option<u64> {
    let tag = tag.trim();
    let tag = tag.strip_prefix("W/").unwrap_or(tag);
    tag.strip_prefix('"')
        .and_then(|tag| tag.strip_suffix('"'))
        .unwrap_or(tag)
        .parse()
        .ok()
}

/// When a read may be answered without its body.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReadCondition {
    /// `If-None-Match`.
    pub if_none_match: Option<Tags>,
    /// `If-Modified-Since`, one-second resolution; not looked at beside `If-None-Match`.
    pub if_modified_since: Option<Timestamp>,
}

impl ReadCondition {
    /// Whether the caller already holds this version.
    pub fn is_current(&self, version: &Version) -> bool {
        match (&self.if_none_match, self.if_modified_since) {
            (Some(tags), _) => tags.names(version.version),
            (None, Some(since)) => !instant::is_later_second(version.last_updated, since),
            (None, None) => false,
        }
    }
}

/// What must hold for a write to happen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WriteCondition {
    /// `If-Match`.
    pub if_match: Option<Tags>,
    /// `If-None-Match`; only `*` means something to a write.
    pub if_absent: bool,
    /// `If-Unmodified-Since`, one-second resolution.
    pub if_unmodified_since: Option<Timestamp>,
}

impl WriteCondition {
    /// Whether this version is one the caller means.
    pub(crate) fn admits(&self, version: &Version) -> bool {
        let is_named = self
            .if_match
            .as_ref()
            .is_none_or(|tags| tags.names(version.version));
        let is_old_enough = self
            .if_unmodified_since
            .is_none_or(|since| !instant::is_later_second(version.last_updated, since));
        is_named && is_old_enough && !self.if_absent
    }

    /// As the store checks it. `If-Match: *` asks that the resource exist, so it may not be created.
    pub(crate) fn precondition(&self, may_create: bool) -> Precondition {
        let if_match = match &self.if_match {
            Some(Tags::Versions(versions)) => Some(versions.clone()),
            Some(Tags::Any) | None => None,
        };
        Precondition {
            if_match,
            if_absent: self.if_absent,
            if_unmodified_since: self.if_unmodified_since,
            may_create: may_create && self.if_match != Some(Tags::Any),
        }
    }
}
