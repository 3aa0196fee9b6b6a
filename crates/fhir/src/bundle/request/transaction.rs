//! transaction: many changes that happen together or not at all, then what is to be read.

use cresset_store::{AuditRecord, Error, Refusal, Unit, Version, Written};

use super::entry::{Action, Entry, blame};
use super::plan::{Meant, Origin};
use super::reply::{Reply, Return, bundle};
use crate::audited::Audited;
use crate::fault::Fault;
use crate::patch::{may_see, outrun};
use crate::ruled::failed_after;
use crate::service::Service;

impl Service {
    /// Carries out a transaction: deletions first, then what is created, updated and patched, in one
    /// unit of the store; reading entries see the result.
    pub(super) async fn transaction(
        &self,
        by: Audited<'_>,
        entries: &[Entry<'_>],
        wanted: Return,
    ) -> Result<Vec<u8>, Fault> {
        for entry in entries {
            self.allow(&by, entry).map_err(|fault| entry.blame(fault))?;
        }
        for _ in 0..self.limits().write_attempts_max {
            let plan = self.plan(by.access, entries).await?;
            let count = plan.changes.len();
            let mut unit = Unit {
                changes: plan.changes,
                expectations: plan.expectations,
                record: Some(AuditRecord {
                    interaction: "transaction".to_owned(),
                    ..by.record.clone()
                }),
                ..Unit::default()
            };
            plan.follows.join(&mut unit);
            let written = match self.store().commit_unit(by.access, unit).await {
                Err(Error::Outdated) => continue,
                Err(error) if failed_after(count, &error) => continue,
                Err(Error::Refused(at, refusal)) => {
                    let origin = plan.origins.get(at).copied().unwrap_or_default();
                    if refusal == Refusal::PreconditionFailed && origin.may_repeat {
                        continue;
                    }
                    let meant = plan.meant.get(origin.entry).and_then(Meant::named);
                    return Err(blame(origin.entry, Fault::refused(refusal, meant)));
                }
                other => other?,
            };
            let mut changed = Changed {
                written: written.into_iter().zip(plan.origins).peekable(),
                by: &by,
            };
            let mut replies: Vec<Option<Reply>> = entries.iter().map(|_| None).collect();
            let mut order: Vec<usize> = (0..entries.len()).collect();
            order.sort_by_key(|at| entries.get(*at).map(|entry| entry.action.rank()));
            let mut bytes = 0;
            for at in order {
                let (Some(entry), Some(meant)) = (entries.get(at), plan.meant.get(at)) else {
                    continue;
                };
                let reply = match &entry.action {
                    Action::Fetch(fetch) => {
                        let reply = self.fetched(&by, entry, fetch, bytes).await?;
                        bytes += reply.bytes();
                        reply
                    }
                    _ => changed.reply(at, meant),
                };
                if let Some(slot) = replies.get_mut(at) {
                    *slot = Some(reply);
                }
            }
            let replies: Vec<Reply> = replies.into_iter().flatten().collect();
            let base = &self.settings().base_url;
            return Ok(bundle("transaction-response", &replies, base, wanted));
        }
        Err(outrun())
    }
}

/// What the store did, entry by entry in the order of the changes.
struct Changed<'a, I: Iterator<Item = (Written, Origin)>> {
    written: std::iter::Peekable<I>,
    by: &'a Audited<'a>,
}

impl<I: Iterator<Item = (Written, Origin)>> Changed<'_, I> {
    fn reply(&mut self, at: usize, meant: &Meant) -> Reply {
        let mut last = None;
        while let Some((written, _)) = self.written.next_if(|(_, origin)| origin.entry == at) {
            last = Some(written);
        }
        match (last, meant) {
            (Some(Written::Created(version)), _) => Reply::Written(201, version),
            // As the same create by itself is answered.
            (Some(Written::Updated(version) | Written::Unchanged(version)), Meant::Renewed(..)) => {
                Reply::Written(201, self.seen(version))
            }
            (Some(Written::Updated(version) | Written::Unchanged(version)), _) => {
                Reply::Written(200, self.seen(version))
            }
            (None, Meant::Existing(version)) => Reply::Written(200, version.clone()),
            _ => Reply::Status(204),
        }
    }

    /// Who may update but not read is not shown what became of the resource.
    fn seen(&self, mut version: Version) -> Version {
        if !may_see(self.by.access, version.resource_type) {
            version.body = bytes::Bytes::new();
        }
        version
    }
}
