//! Codes the validator could not judge, judged by the terminology of the instance.

use std::collections::BTreeMap;

use cresset_access::Access;
use cresset_model::Tree;
use cresset_validate::{Ask, Detail, Issue, Severity, Unjudged};

use super::member::Code;
use super::remembered::Remembered;
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

/// What one body has asked so far: the same few codes come again and again.
struct Asked<'a> {
    from: &'a Remembered,
    codes: BTreeMap<(&'static str, &'a cresset_validate::Code), Membership>,
}

impl<'a> Asked<'a> {
    fn of(from: &'a Remembered) -> Self {
        Self {
            from,
            codes: BTreeMap::new(),
        }
    }
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
        let from = Remembered::new(access.clone());
        let mut asked = Asked::of(&from);
        for unjudged in &findings.unjudged {
            let membership = self.membership(unjudged, &mut asked).await?;
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

    /// Whether the terminology that is loaded says that none of these codes is in its value set; what
    /// that rests on is looked up once.
    ///
    /// # Errors
    /// [`Kind::TooLong`] where that takes more than the limits allow; what the store fails with.
    pub async fn is_outside(&self, from: &Remembered, unjudged: &Unjudged) -> Result<bool, Fault> {
        let membership = self.membership(unjudged, &mut Asked::of(from)).await?;
        Ok(membership == Membership::Out)
    }

    /// Whether one of the codes is in the value set.
    async fn membership<'a>(
        &self,
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
                None => self.one((url, code), asked).await?,
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
        (url, code): (&'static str, &cresset_validate::Code),
        asked: &Asked<'_>,
    ) -> Result<Membership, Fault> {
        let Some(set) = known(self.set(asked.from, url).await)? else {
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
        Ok(match known(self.member(asked.from, &set, code).await)? {
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
