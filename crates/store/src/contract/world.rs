//! One empty store and the words to fill and question it with.

use std::sync::Arc;

use cresset_access::scope_set::ScopeSet;
use cresset_access::{Access, SystemReason};
use cresset_base::{Limits, ResourceId, Timestamp};
use cresset_definitions::ResourceType;
use cresset_model::{Bounds, Tree, Unstamped, parse};
use cresset_search::parse::{Context, Handling};
use cresset_search::{Concepts, Query, Unindexed, extract};

use crate::write::{Change, Draft, Precondition, Refusal, Seen, Written};
use crate::{Cursor, Error, Found, SearchPage, Store};

/// A store and what moves its clock.
pub struct World {
    /// The store.
    pub store: Arc<dyn Store>,
    /// Moves the store's clock forward by seconds.
    pub advance: Box<dyn Fn(u32) + Send + Sync>,
    /// Kept for as long as the store, for example its directory.
    pub keeps: Box<dyn std::any::Any + Send + Sync>,
}

/// The server's own access.
pub fn everything() -> Access {
    Access::system(SystemReason::OperatorImport)
}

/// The access of these scopes, with a patient in context.
pub fn scopes(text: &str, patient: Option<&str>) -> Access {
    let scopes = ScopeSet::parse(text, &Limits::default()).unwrap();
    Access::from_scopes(&scopes, patient.map(id))
}

/// An id.
pub fn id(text: &str) -> ResourceId {
    text.parse().unwrap()
}

/// What an expectation says of a resource that was found.
pub fn found(name: &str, version: Option<u64>) -> Seen {
    Seen {
        id: id(name),
        version,
    }
}

/// A resource type.
pub fn of(name: &str) -> ResourceType {
    ResourceType::parse(name).unwrap()
}

/// A parsed body.
pub fn tree(body: &str) -> Tree {
    parse(body.as_bytes(), Bounds::default()).unwrap()
}

/// A draft of a body.
pub fn draft(body: &str) -> Draft {
    let tree = tree(body);
    Draft {
        resource_type: of(tree.resource_type().unwrap()),
        body: Unstamped::new(&tree).unwrap(),
        rows: extract(&tree, &[])
            .into_iter()
            .map(cresset_search::IndexRow::into_owned)
            .collect(),
    }
}

/// An update of the resource a body names, created where it does not exist.
pub fn put(body: &str) -> Change {
    let precondition = Precondition {
        may_create: true,
        ..Precondition::default()
    };
    Change::Update(id(tree(body).id().unwrap()), draft(body), precondition)
}

/// A query as a URL without escapes: `Patient?name=x&_count=2`.
pub fn query(url: &str) -> Query {
    let (resource_type, rest) = url.split_once('?').unwrap_or((url, ""));
    let pairs: Vec<(String, String)> = rest
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let limits = Limits::default();
    let now: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    let context = Context {
        limits: &limits,
        now,
        own: &[],
        unindexed: Unindexed::NONE,
        handling: Handling::Strict,
        concepts: Concepts::NONE,
    };
    cresset_search::parse::parse(of(resource_type), &pairs, &context)
        .unwrap()
        .query
}

impl World {
    /// Writes resources, each as an update that may create.
    pub async fn put(&self, bodies: &[&str]) {
        for body in bodies {
            self.change(&everything(), put(body)).await.unwrap();
        }
    }

    /// Makes one change.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn change(&self, access: &Access, change: Change) -> Result<Written, Error> {
        let mut written = self.store.commit(access, vec![change]).await?;
        Ok(written.remove(0))
    }

    /// Why a change is refused.
    pub async fn refusal(&self, access: &Access, change: Change) -> Refusal {
        match self.change(access, change).await {
            Err(Error::Refused(0, refusal)) => refusal,
            other => panic!("expected a refusal, got {other:?}"),
        }
    }

    /// Reads `Type/id`.
    pub async fn read(&self, access: &Access, name: &str) -> Found {
        let (resource_type, logical) = name.split_once('/').unwrap();
        self.store
            .read(access, of(resource_type), &id(logical))
            .await
            .unwrap()
    }

    /// One page.
    pub async fn page(&self, access: &Access, url: &str, at: Option<&Cursor>) -> SearchPage {
        self.store.search(access, &query(url), at).await.unwrap()
    }

    /// The ids of all matches in order, page by page, with the total of the first page.
    pub async fn walk(&self, access: &Access, url: &str) -> (Vec<String>, Option<u64>) {
        let mut page = self.page(access, url, None).await;
        let total = page.total;
        let mut ids = names(&page);
        while let Some(next) = page.next {
            page = self.page(access, url, Some(&next)).await;
            assert!(
                !page.matches.is_empty(),
                "{url}: a page that was announced is empty"
            );
            assert_eq!(
                page.total, total,
                "{url}: the total changes from page to page"
            );
            ids.extend(names(&page));
            assert!(ids.len() < 2_000, "{url}: the walk does not end");
        }
        (ids, total)
    }

    /// Asserts what a search finds, in any order, and that its total says so.
    pub async fn check(&self, url: &str, expect: &[&str]) {
        self.check_as(&everything(), url, expect).await;
    }

    /// As [`World::check`], for several searches.
    pub async fn check_each(&self, searches: &[(&str, &[&str])]) {
        for (url, expect) in searches {
            self.check(url, expect).await;
        }
    }

    /// As [`World::check`], as a caller with less than everything.
    pub async fn check_as(&self, access: &Access, url: &str, expect: &[&str]) {
        let (mut ids, total) = self.walk(access, url).await;
        ids.sort();
        let mut expected: Vec<&str> = expect.to_vec();
        expected.sort_unstable();
        assert_eq!(ids, expected, "{url}");
        assert_eq!(total, Some(expected.len() as u64), "{url}");
    }

    /// Asserts what a search finds, in this order.
    pub async fn check_order(&self, url: &str, expect: &[&str]) {
        let (ids, _) = self.walk(&everything(), url).await;
        assert_eq!(ids, expect, "{url}");
    }
}

/// The ids on a page.
pub fn names(page: &SearchPage) -> Vec<String> {
    page.matches
        .iter()
        .map(|version| version.id.to_string())
        .collect()
}

/// The body of what was found.
pub fn body(found: &Found) -> String {
    match found {
        Found::Version(version) => String::from_utf8(version.body.to_vec()).unwrap(),
        other => panic!("expected a version, got {other:?}"),
    }
}
