//! The search of a conditional interaction (R4 3.1.0.7.1): what it may say, and what it finds.

use cresset_access::{Access, Verb};
use cresset_definitions::ResourceType;
use cresset_search::{Query, Summary};
use cresset_store::{Expectation, Seen, Version};

use crate::fault::{Fault, Kind};
use crate::page_link::PARAMETER;
use crate::pairs;
use crate::service::{Service, permit};

/// Parameters of an answer, which a condition has none of.
const OF_ANSWERS: [&str; 12] = [
    "_contained",
    "_containedType",
    "_count",
    "_elements",
    "_include",
    "_maxresults",
    PARAMETER,
    "_revinclude",
    "_score",
    "_sort",
    "_summary",
    "_total",
];

/// Parameters by which resources of one type are found.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Criteria {
    /// The type.
    pub resource_type: ResourceType,
    /// The parameters, decoded, in order.
    pairs: Vec<(String, String)>,
}

impl Criteria {
    /// Criteria of decoded parameters; `_format` and `_pretty` are about the answer and left out.
    pub fn new(resource_type: ResourceType, pairs: Vec<(String, String)>) -> Self {
        let pairs = pairs
            .into_iter()
            .filter(|(name, _)| name != "_format" && name != "_pretty")
            .collect();
        Self {
            resource_type,
            pairs,
        }
    }

    /// Criteria as a query string: `identifier=system|value`, with or without a `?` before it, and
    /// with or without the type before that.
    ///
    /// # Errors
    /// [`Kind::Value`] when it names another type, and what [`pairs::decode`] refuses.
    pub fn parse(resource_type: ResourceType, query: &str) -> Result<Self, Fault> {
        let query = match query.split_once('?') {
            Some((named, query)) if named.is_empty() || named == resource_type.name() => query,
            Some((named, _)) if ResourceType::parse(named).is_some() => {
                let text = format!("The condition must be a search of {resource_type}");
                return Err(Fault::new(Kind::Value, text));
            }
            _ => query,
        };
        Ok(Self::new(resource_type, pairs::decode(query.as_bytes())?))
    }
}

/// What criteria found.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    /// The resources, at most one more than were asked for.
    pub(crate) versions: Vec<Version>,
    /// For the store to check again when something rests on it.
    pub(crate) expectation: Expectation,
}

impl Found {
    /// The one resource found, or none.
    ///
    /// # Errors
    /// [`Kind::PreconditionFailed`] when there are several.
    pub(crate) fn at_most_one(&self) -> Result<Option<&Version>, Fault> {
        match self.versions.as_slice() {
            [] => Ok(None),
            [version] => Ok(Some(version)),
            _ => Err(several()),
        }
    }
}

/// Criteria that were to find one resource found several.
pub(crate) fn several() -> Fault {
    let text =
        "The criteria find more than one resource; they must be selective enough to find one";
    Fault::coded(Kind::PreconditionFailed, "multiple-matches", text)
}

impl Service {
    /// What criteria find of what the caller may search: up to `most` resources and one more.
    pub(crate) async fn matching(
        &self,
        access: &Access,
        criteria: &Criteria,
        most: usize,
    ) -> Result<Found, Fault> {
        let mut query = self.condition(access, criteria).await?;
        query.count = u32::try_from(most + 1).unwrap_or(u32::MAX);
        let page = self.store().search(access, &query, None).await?;
        let found = page
            .matches
            .iter()
            .map(|version| Seen {
                id: version.id.clone(),
                version: None,
            })
            .collect();
        Ok(Found {
            expectation: Expectation {
                query,
                found,
                of_rules: false,
            },
            versions: page.matches,
        })
    }

    /// The search that criteria are.
    ///
    /// # Errors
    /// [`Kind::Forbidden`], [`Kind::Required`] and what a search is refused for.
    pub(crate) async fn condition(
        &self,
        access: &Access,
        criteria: &Criteria,
    ) -> Result<Query, Fault> {
        permit(access, Verb::Search, criteria.resource_type)?;
        let of_answers = |name: &str| {
            let code = name.split(':').next().unwrap_or_default();
            OF_ANSWERS.contains(&code)
        };
        if let Some((name, _)) = criteria.pairs.iter().find(|(name, _)| of_answers(name)) {
            let code: String = name
                .chars()
                .filter(|c| c.is_ascii_alphanumeric() || *c == '_')
                .collect();
            let text = format!("'{code}' is about an answer and cannot be part of a condition");
            return Err(Fault::new(Kind::Invalid, text));
        }
        // An ignored parameter would make the condition find more than was meant.
        let mut query = self
            .strict(access, criteria.resource_type, &criteria.pairs)
            .await?;
        if query.criteria.is_empty() {
            let text = "A conditional interaction needs at least one search parameter";
            return Err(Fault::new(Kind::Required, text));
        }
        query.summary = Summary::False;
        Ok(query)
    }
}
