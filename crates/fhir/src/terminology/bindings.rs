//! Codes the validator could not judge, judged by the terminology of the instance.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use cresset_access::Access;
use cresset_model::Tree;
use cresset_validate::{Ask, Detail, Issue, Severity, Unjudged};

use super::member::Code;
use super::source::Values;
use crate::fault::{Fault, Kind};
use crate::service::Service;

/// What the terminology at hand says of codes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Membership {
    In,
    Out,
    /// A part of the value set is not loaded, or not served.
    Unknown,
}

impl Membership {
    fn says(self, unjudged: &Unjudged) -> Option<Issue> {
        match self {
            Self::In => None,
            Self::Out => Some(unjudged.outside()),
            Self::Unknown => Some(unjudged.unknown()),
        }
    }
}

/// A value set that is bound, as the terminology of the instance has it: looked up once for all that is
/// asked about it.
pub struct BoundSet(Option<Values>);

impl std::fmt::Debug for BoundSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("BoundSet").field(&self.0.is_some()).finish()
    }
}

/// What one body has asked so far: the same few codes come again and again.
#[derive(Default)]
struct Asked<'a> {
    sets: HashMap<&'static str, Arc<BoundSet>>,
    codes: BTreeMap<(&'static str, &'a cresset_validate::Code), Membership>,
}

impl Service {
    /// Everything that is wrong with a resource, in the eyes of the validator and of the terminology
    /// the caller may search.
    pub(crate) async fn judged(
        &self,
        access: &Access,
        tree: &Tree,
        ask: &Ask<'_>,
    ) -> Result<Vec<Issue>, Fault> {
        let findings = self.settings().validator.examine(tree.root(), ask);
        let mut issues = findings.issues;
        let mut asked = Asked::default();
        for unjudged in &findings.unjudged {
            let membership = self.membership(access, unjudged, &mut asked).await?;
            let Some(issue) = membership.says(unjudged) else {
                continue;
            };
            let told = ask.detail == Detail::Everything || issue.severity == Severity::Error;
            if told && issues.len() < cresset_validate::ISSUES_MAX && !issues.contains(&issue) {
                issues.push(issue);
            }
        }
        Ok(issues)
    }

    /// The value set of this canonical URL, for many questions; that there is none is an answer too.
    ///
    /// # Errors
    /// What the store fails with.
    pub async fn bound_set(&self, access: &Access, url: &str) -> Result<BoundSet, Fault> {
        Ok(BoundSet(known(self.values(access, url).await)?))
    }

    /// Whether the terminology that is loaded says that none of these codes is in its value set, which
    /// was looked up before.
    ///
    /// # Errors
    /// [`Kind::TooLong`] where that takes more than the limits allow; what the store fails with.
    pub async fn is_outside(
        &self,
        access: &Access,
        unjudged: &Unjudged,
        set: Arc<BoundSet>,
    ) -> Result<bool, Fault> {
        let mut asked = Asked::default();
        asked.sets.insert(unjudged.value_set, set);
        let membership = self.membership(access, unjudged, &mut asked).await?;
        Ok(membership == Membership::Out)
    }

    /// Whether one of the codes is in the value set.
    async fn membership<'a>(
        &self,
        access: &Access,
        unjudged: &'a Unjudged,
        asked: &mut Asked<'a>,
    ) -> Result<Membership, Fault> {
        let url = unjudged.value_set;
        let mut found = if unjudged.codes.is_empty() {
            Membership::Unknown
        } else {
            Membership::Out
        };
        for code in &unjudged.codes {
            let known = asked.codes.get(&(url, code)).copied();
            let one = match known {
                Some(one) => one,
                None => self.one(access, (url, code), asked).await?,
            };
            asked.codes.insert((url, code), one);
            match one {
                Membership::In => return Ok(Membership::In),
                Membership::Unknown => found = Membership::Unknown,
                Membership::Out => {}
            }
        }
        Ok(found)
    }

    async fn one(
        &self,
        access: &Access,
        (url, code): (&'static str, &cresset_validate::Code),
        asked: &mut Asked<'_>,
    ) -> Result<Membership, Fault> {
        if !asked.sets.contains_key(url) {
            let set = self.bound_set(access, url).await?;
            asked.sets.insert(url, Arc::new(set));
        }
        let Some(values) = asked.sets.get(url).and_then(|set| set.0.as_ref()) else {
            return Ok(Membership::Unknown);
        };
        if asked.codes.len() >= self.limits().expansion_codes_max {
            let text = "The resource holds more codes to be looked up than the limit allows";
            return Err(Fault::coded(Kind::TooLong, "too-costly", text));
        }
        let code = Code {
            system: code.system.as_deref(),
            code: &code.code,
        };
        Ok(match known(self.member(access, values, code).await)? {
            Some(Some(_)) => Membership::In,
            Some(None) => Membership::Out,
            None => Membership::Unknown,
        })
    }
}

/// What is not loaded, or not served, is not known; everything else that fails has failed.
fn known<T>(found: Result<T, Fault>) -> Result<Option<T>, Fault> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(fault) if matches!(fault.kind, Kind::NotFound | Kind::BusinessRule) => Ok(None),
        Err(fault) => Err(fault),
    }
}
