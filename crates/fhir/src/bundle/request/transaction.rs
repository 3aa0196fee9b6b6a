//! transaction: many changes that happen together or not at all, then what is to be read.

use std::sync::Arc;

use cresset_store::{AuditRecord, Error, Refusal, Unit};

use super::answering::Answering;
use super::entry::{Action, Entry, blame};
use super::plan::Meant;
use super::reply::Return;
use crate::audited::Audited;
use crate::fault::Fault;
use crate::patch::outrun;
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
            let answering = Arc::new(Answering {
                origins: plan.origins,
                meant: plan.meant,
                access: by.access.clone(),
                base: self.settings().base_url.clone(),
                wanted,
                kept_bytes_max: self.limits().job_answer_bytes_max,
            });
            let completing = by.completing.as_ref();
            let mut unit = Unit {
                changes: plan.changes,
                expectations: plan.expectations,
                record: Some(AuditRecord {
                    interaction: "transaction".to_owned(),
                    ..by.record.clone()
                }),
                completion: completing.map(|completing| answering.completion(completing)),
                ..Unit::default()
            };
            plan.follows.join(&mut unit);
            let written = match self.store().commit_unit(by.access, unit).await {
                Err(Error::Outdated) => continue,
                Err(error) if failed_after(count, &error) => continue,
                Err(Error::Refused(at, refusal)) => {
                    let origin = answering.origins.get(at).copied().unwrap_or_default();
                    if refusal == Refusal::PreconditionFailed && origin.may_repeat {
                        continue;
                    }
                    let meant = answering.meant.get(origin.entry).and_then(Meant::named);
                    return Err(blame(origin.entry, Fault::refused(refusal, meant)));
                }
                other => other?,
            };
            let mut replies = answering.replies(&written);
            let mut bytes = 0;
            for (entry, slot) in entries.iter().zip(&mut replies) {
                if let Action::Fetch(fetch) = &entry.action {
                    *slot = self.fetched(&by, entry, fetch, bytes).await?;
                    bytes += slot.bytes();
                }
            }
            return Ok(answering.bundle(&replies, wanted));
        }
        Err(outrun())
    }
}
