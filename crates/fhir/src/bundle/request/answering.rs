//! How a transaction is answered once its changes are made.

use std::sync::Arc;

use cresset_access::Access;
use cresset_store::{Completion, Version, Written};

use super::plan::{Meant, Origin};
use super::reply::{Reply, Return, bundle};
use crate::audited::Completing;
use crate::fault::{Fault, Kind};
use crate::patch::may_see;

/// What the answer is made of besides what was written.
pub(super) struct Answering {
    /// For each change where it comes from.
    pub(super) origins: Vec<Origin>,
    /// What each entry means.
    pub(super) meant: Vec<Meant>,
    /// Of the caller.
    pub(super) access: Access,
    /// The base URL of the practice.
    pub(super) base: String,
    /// How much of what was written is shown.
    pub(super) wanted: Return,
    /// How long an answer that is kept may be.
    pub(super) kept_bytes_max: usize,
}

impl Answering {
    /// What came of each entry; those that read were not read yet.
    pub(super) fn replies(&self, written: &[Written]) -> Vec<Reply> {
        let mut last: Vec<Option<&Written>> = self.meant.iter().map(|_| None).collect();
        for (written, origin) in written.iter().zip(&self.origins) {
            if let Some(slot) = last.get_mut(origin.entry) {
                *slot = Some(written);
            }
        }
        let each = self.meant.iter().zip(last);
        each.map(|(meant, last)| self.reply(meant, last)).collect()
    }

    /// The Bundle that says so.
    pub(super) fn bundle(&self, replies: &[Reply], wanted: Return) -> Vec<u8> {
        bundle("transaction-response", replies, &self.base, wanted)
    }

    /// How the job is completed whose work the transaction is: were its node to die right after the commit,
    /// this would be the answer.
    pub(super) fn completion(self: &Arc<Self>, completing: &Completing) -> Completion {
        let (answering, kept) = (self.clone(), completing.kept);
        let answer = move |written: &[Written]| {
            let replies = answering.replies(written);
            let whole = answering.bundle(&replies, answering.wanted);
            // The changes are made by now: what is too long to be kept is told in short.
            if whole.len() <= answering.kept_bytes_max {
                return kept(whole);
            }
            kept(answering.bundle(&replies, Return::Minimal))
        };
        Completion {
            lease: completing.lease.clone(),
            answer: Arc::new(answer),
        }
    }

    fn reply(&self, meant: &Meant, last: Option<&Written>) -> Reply {
        match (last, meant) {
            (Some(Written::Created(version)), _) => Reply::Written(201, version.clone()),
            // As the same create by itself is answered.
            (Some(Written::Updated(version) | Written::Unchanged(version)), Meant::Renewed(..)) => {
                Reply::Written(201, self.seen(version))
            }
            (Some(Written::Updated(version) | Written::Unchanged(version)), _) => {
                Reply::Written(200, self.seen(version))
            }
            (None, Meant::Existing(version)) => Reply::Written(200, version.clone()),
            (None, Meant::Nothing) => Reply::Failed(Fault::new(
                Kind::Transient,
                "The changes are made, but this was not read any more; ask for it again",
            )),
            _ => Reply::Status(204),
        }
    }

    /// Who may update but not read is not shown what became of the resource.
    fn seen(&self, version: &Version) -> Version {
        let mut version = version.clone();
        if !may_see(&self.access, version.resource_type) {
            version.body = bytes::Bytes::new();
        }
        version
    }
}
