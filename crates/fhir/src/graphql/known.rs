//! What a query needed to know, and what was found.

use std::collections::HashMap;
use std::sync::Arc;

use cresset_access::{Access, Verb};
use cresset_base::ResourceId;
use cresset_definitions::ResourceType;
use cresset_model::Tree;
use cresset_rules::Interaction;
use cresset_search::{Query, Total};
use cresset_store::{SearchPage, Version};

use super::document::{too_costly, value};
use crate::audit_event;
use crate::fault::{Fault, Kind};
use crate::prepare;
use crate::search::{Handling, take_place};
use crate::service::{Service, permit};

/// Parameters of a search that are about the form of a Bundle, which there is none of.
const NOT_TAKEN: [&str; 9] = [
    "_include",
    "_revinclude",
    "_summary",
    "_elements",
    "_format",
    "_pretty",
    "_total",
    "_contained",
    "_containedType",
];

/// A resource that was found.
pub(super) struct Loaded {
    pub(super) version: Version,
    pub(super) tree: Tree,
}

/// A search of one type.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Search {
    pub(super) of: ResourceType,
    pub(super) pairs: Vec<(String, String)>,
    /// Whether it is read page by page; else all matches are wanted.
    pub(super) is_paged: bool,
}

/// What was found of a search.
#[derive(Default)]
pub(super) struct Page {
    pub(super) resources: Vec<Arc<Loaded>>,
    pub(super) total: Option<u64>,
    pub(super) count: u32,
    pub(super) next: Option<String>,
    pub(super) previous: Option<String>,
}

/// Something a run needs to know.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Question {
    Read(ResourceType, ResourceId),
    Search(Search),
}

/// What is known so far.
#[derive(Default)]
pub(super) struct Known {
    /// Why it is not shown, for what is not.
    pub(super) reads: HashMap<(ResourceType, ResourceId), Result<Arc<Loaded>, String>>,
    pub(super) pages: HashMap<Search, Page>,
    /// Resources that were found, one that was found twice twice.
    found: Vec<Arc<Loaded>>,
    /// Bytes of their bodies.
    bytes: usize,
}

impl Known {
    /// Everything that was looked at, and may be shown.
    pub(super) fn versions(&self) -> impl Iterator<Item = &Version> {
        self.found.iter().map(|loaded| &loaded.version)
    }

    /// How many questions were answered.
    pub(super) fn answered(&self) -> usize {
        self.reads.len() + self.pages.len()
    }
}

impl Service {
    /// Reads the resource a query is asked of.
    pub(super) async fn must_know(
        &self,
        access: &Access,
        (of, id): (ResourceType, &ResourceId),
        known: &mut Known,
    ) -> Result<(), Fault> {
        let loaded = self.load(access, (of, id), known).await?;
        known.reads.insert((of, id.clone()), Ok(loaded));
        Ok(())
    }

    /// Answers a question.
    pub(super) async fn find_out(
        &self,
        access: &Access,
        question: Question,
        known: &mut Known,
    ) -> Result<(), Fault> {
        match question {
            Question::Read(of, id) => {
                let found = match self.load(access, (of, &id), known).await {
                    Ok(loaded) => Ok(loaded),
                    // What is not there for this caller is told beside the rest of the answer.
                    Err(fault) if matches!(fault.kind.status(), 403 | 404 | 405 | 410) => {
                        let text = fault.issues.into_iter().next().map(|issue| issue.text);
                        Err(text.unwrap_or_default())
                    }
                    Err(fault) => return Err(fault),
                };
                known.reads.insert((of, id), found);
            }
            Question::Search(search) => {
                let page = self.search_out(access, &search, known).await?;
                known.pages.insert(search, page);
            }
        }
        Ok(())
    }

    async fn load(
        &self,
        access: &Access,
        (of, id): (ResourceType, &ResourceId),
        known: &mut Known,
    ) -> Result<Arc<Loaded>, Fault> {
        self.offer(Interaction::Read, of)?;
        must_not_be_trail(of)?;
        let version = self.shown(access, of, id).await?;
        self.kept(version, known)
    }

    fn kept(&self, version: Version, known: &mut Known) -> Result<Arc<Loaded>, Fault> {
        let most = self.limits().graphql_resources_max;
        if known.found.len() >= most {
            return Err(too_costly(format!(
                "The query needs more than {most} resources; ask for fewer with _count or a Connection"
            )));
        }
        let most = self.limits().bundle_answer_bytes_max;
        known.bytes = known.bytes.saturating_add(version.body.len());
        if known.bytes > most {
            return Err(too_costly(format!(
                "The query needs resources of more than {most} bytes; ask for fewer with _count or a Connection"
            )));
        }
        let tree = prepare::parse(&version.body, self.limits())
            .map_err(|_| Fault::internal("a stored body does not parse"))?;
        let loaded = Arc::new(Loaded { version, tree });
        known.found.push(loaded.clone());
        Ok(loaded)
    }

    async fn search_out(
        &self,
        access: &Access,
        search: &Search,
        known: &mut Known,
    ) -> Result<Page, Fault> {
        let of = search.of;
        self.offer(Interaction::Search, of)?;
        permit(access, Verb::Search, of)?;
        must_not_be_trail(of)?;
        let mut pairs = search.pairs.clone();
        if let Some((name, _)) = pairs.iter().find(|(name, _)| NOT_TAKEN.contains(&&**name)) {
            return Err(value(format!("A list takes no argument {name}")));
        }
        let sealed = take_place(&mut pairs)?;
        let counts = pairs.iter().any(|(name, _)| name == "_count");
        let parsed = self.asked(access, of, pairs, Handling::Strict).await?;
        let walk = self.walk(of.name().to_owned(), &parsed.applied);
        let mut at = walk.at(sealed.as_deref())?;
        let mut query = parsed.query;
        if !search.is_paged {
            let count = if counts {
                query.count
            } else {
                self.limits().page_max
            };
            query = Query {
                total: Total::None,
                count,
                ..query
            };
        }
        let mut all = Page {
            count: query.count,
            ..Page::default()
        };
        loop {
            let page = self.store().search(access, &query, at.as_ref()).await?;
            let SearchPage {
                matches,
                total,
                next,
                previous,
                ..
            } = page;
            for version in matches {
                all.resources.push(self.kept(version, known)?);
            }
            if search.is_paged {
                all.total = total;
                all.next = next.map(|cursor| walk.seal(&cursor));
                all.previous = previous.map(|cursor| walk.seal(&cursor));
                return Ok(all);
            }
            at = next.filter(|_| !counts);
            if at.is_none() {
                return Ok(all);
            }
        }
    }
}

fn must_not_be_trail(of: ResourceType) -> Result<(), Fault> {
    if !audit_event::is_trail(of) {
        return Ok(());
    }
    let text = "The audit trail is read and searched as AuditEvent, not by $graphql";
    Err(Fault::coded(Kind::Invalid, "not-supported", text))
}
