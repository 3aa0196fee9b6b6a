//! A create that renews what is there, where the rule set has one resource of a kind.

use cresset_access::{Access, Verb};
use cresset_base::ResourceId;
use cresset_definitions::ResourceType;
use cresset_model::{Tree, Value};
use cresset_rules::TypeRules;
use cresset_store::{Change, Draft, Expectation, Precondition, Seen};

use crate::criteria::Criteria;
use crate::fault::{Fault, Kind};
use crate::service::Service;

/// Among how many resources the one to be renewed is looked for.
const RENEWED_MAX: usize = 1_000;
/// How many are looked at at once.
const PAGE: u32 = 100;

/// How a create finds the resource it renews.
pub(crate) struct Renewal {
    criteria: Criteria,
    is_it: fn(&Value, &Value) -> bool,
    body: Value,
}

/// The resource a create renews, in the version that was looked at.
#[derive(Debug, Clone)]
pub(crate) struct Renewed {
    pub(crate) id: ResourceId,
    version: u64,
}

impl Renewed {
    /// Its change to what is drafted.
    pub(crate) fn change(&self, draft: Draft) -> Change {
        let precondition = Precondition {
            if_match: Some(vec![self.version]),
            ..Precondition::default()
        };
        Change::Update(self.id.clone(), draft, precondition)
    }
}

impl Renewal {
    /// That of a body the rules took in.
    pub(super) fn of(of: ResourceType, rules: &TypeRules, body: Value) -> Option<Self> {
        let criteria = (rules.behaviour.renews?)(&body);
        (!criteria.is_empty()).then(|| Self {
            criteria: Criteria::new(of, criteria),
            is_it: rules.behaviour.is_renewed,
            body,
        })
    }

    /// What makes two of a transaction renew the same.
    pub(crate) fn criteria(&self) -> &Criteria {
        &self.criteria
    }
}

impl Service {
    /// Whether the rule set has one resource of a kind of this type.
    pub(crate) fn renews(&self, of: ResourceType) -> bool {
        let rules = self.rules().of_type(of);
        rules.is_some_and(|rules| rules.behaviour.renews.is_some())
    }

    /// How a create with this body finds what it renews.
    pub(crate) fn renewal(&self, of: ResourceType, sent: Tree) -> Result<Option<Renewal>, Fault> {
        let Some(rules) = self.rules().of_type(of) else {
            return Ok(None);
        };
        let admitted = self.admitted(sent)?;
        Ok(Renewal::of(of, rules, Value::of(admitted.root())))
    }

    /// Whether the caller may renew: search and update.
    pub(crate) fn may_renew(access: &Access, of: ResourceType) -> bool {
        access.permits(Verb::Search, of) && access.permits(Verb::Update, of)
    }

    /// The resource that a create renews, looked for where the caller may search and update; that there
    /// is none is expected of the unit.
    ///
    /// # Errors
    /// [`Kind::BusinessRule`] where there are too many to look at.
    pub(crate) async fn renewed(
        &self,
        access: &Access,
        renewal: Option<&Renewal>,
        expectations: &mut Vec<Expectation>,
    ) -> Result<Option<Renewed>, Fault> {
        let may = |renewal: &&Renewal| Self::may_renew(access, renewal.criteria.resource_type);
        let Some(renewal) = renewal.filter(may) else {
            return Ok(None);
        };
        let mut query = self.condition(access, &renewal.criteria).await?;
        query.count = PAGE;
        let (mut found, mut at) = (Vec::new(), None);
        loop {
            let page = self.store().search(access, &query, at.as_ref()).await?;
            for version in &page.matches {
                if (renewal.is_it)(&self.value(version)?, &renewal.body) {
                    let (id, version) = (version.id.clone(), version.version);
                    return Ok(Some(Renewed { id, version }));
                }
                found.push(Seen {
                    id: version.id.clone(),
                    version: None,
                });
            }
            match page.next {
                None => break,
                Some(_) if found.len() >= RENEWED_MAX => return Err(too_many(&renewal.criteria)),
                next => at = next,
            }
        }
        expectations.push(Expectation {
            query,
            found,
            of_rules: false,
        });
        Ok(None)
    }
}

fn too_many(criteria: &Criteria) -> Fault {
    let text = format!(
        "The {} this one renews would have to be looked for among more than {RENEWED_MAX}",
        criteria.resource_type
    );
    Fault::coded(Kind::BusinessRule, "too-costly", text)
}
