//! batch: each entry by itself, as if it had been sent alone.

use std::future::Future;
use std::pin::Pin;

use cresset_store::{AuditRecord, Error};
use futures_util::StreamExt;
use futures_util::stream;

use super::entry::{Action, Entry, Named};
use super::reply::{Reply, Return, bundle};
use crate::audited::Audited;
use crate::create::Creation;
use crate::fault::Fault;
use crate::service::Service;
use crate::update::Updated;

/// Entries under way at once: enough for many to share a commit.
const TOGETHER: usize = 64;

/// What came of an entry, and whether its record was committed with it.
type Outcome = (Reply, Recorded);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Recorded {
    WithTheChange,
    NotYet,
}

type Carried<'f> = Pin<Box<dyn Future<Output = (usize, Result<Reply, Fault>)> + Send + 'f>>;

impl Service {
    /// Carries out a batch: deletions, then what is created, then what is updated and patched, then
    /// what is read; what befalls one entry is told in its place and touches no other.
    pub(super) async fn batch(
        &self,
        by: Audited<'_>,
        entries: Vec<Result<Entry<'_>, Fault>>,
        wanted: Return,
    ) -> Result<Vec<u8>, Fault> {
        let mut replies: Vec<Reply> = Vec::with_capacity(entries.len());
        let mut ranked: [Vec<Entry<'_>>; 4] = Default::default();
        for entry in entries {
            replies.push(match entry {
                Ok(entry) => {
                    if let Some(rank) = ranked.get_mut(usize::from(entry.action.rank())) {
                        rank.push(entry);
                    }
                    Reply::Status(500)
                }
                Err(fault) => Reply::Failed(fault),
            });
        }
        let [deleting, creating, updating, fetching] = ranked;
        if !(deleting.is_empty() && creating.is_empty() && updating.is_empty()) {
            self.begin_once(&by).await?;
        }
        for rank in [deleting, creating, updating] {
            let carried = rank.iter().map(|entry| -> Carried<'_> {
                Box::pin(async { (entry.at, self.changed(&by, entry).await) })
            });
            let carried: Vec<Carried<'_>> = carried.collect();
            let mut carried = stream::iter(carried).buffered(TOGETHER);
            while let Some((at, reply)) = carried.next().await {
                put(&mut replies, at, reply?);
            }
        }
        let mut bytes = 0;
        for entry in &fetching {
            if let Action::Fetch(fetch) = &entry.action {
                let reply = self.fetched(&by, entry, fetch, bytes).await?;
                bytes += reply.bytes();
                put(&mut replies, entry.at, reply);
            }
        }
        self.store().record(AuditRecord {
            interaction: "batch".to_owned(),
            ..by.record
        })?;
        let base = &self.settings().base_url;
        Ok(bundle("batch-response", &replies, base, wanted))
    }

    /// Lets nobody begin again, where nobody waits for this batch: its entries are committed one by one.
    async fn begin_once(&self, by: &Audited<'_>) -> Result<(), Fault> {
        match &by.completing {
            Some(completing) if !self.store().begin_once(&completing.lease).await? => {
                Err(Error::Lapsed.into())
            }
            _ => Ok(()),
        }
    }

    /// Carries out an entry that changes something; fails only when it cannot be recorded.
    async fn changed(&self, by: &Audited<'_>, entry: &Entry<'_>) -> Result<Reply, Fault> {
        let (reply, recorded) = match self.change(by, entry).await {
            Ok(outcome) => outcome,
            Err(fault) => (Reply::Failed(entry.blame(fault)), Recorded::NotYet),
        };
        if recorded == Recorded::NotYet {
            self.record_reply(by, entry, &reply)?;
        }
        Ok(reply)
    }

    async fn change(&self, by: &Audited<'_>, entry: &Entry<'_>) -> Result<Outcome, Fault> {
        let condition = &entry.condition;
        let with = |status: u16, named: Option<&Named>| Audited {
            access: by.access,
            record: AuditRecord {
                interaction: entry.action.code().to_owned(),
                resource_type: entry.action.resource_type(),
                id: match named {
                    Some(Named::Id(_, id)) => Some(id.clone()),
                    _ => None,
                },
                status,
                ..by.record.clone()
            },
            completing: None,
        };
        let reply = match &entry.action {
            Action::Create(of, criteria) => {
                let body = body(entry)?;
                let created = self.create(with(201, None), *of, &body, criteria.as_ref());
                match created.await? {
                    Creation::Created(version) => Reply::Written(201, version),
                    Creation::Existing(version) => {
                        return Ok((Reply::Written(200, version), Recorded::NotYet));
                    }
                }
            }
            Action::Update(named) => self.put_one(with(200, Some(named)), entry, named).await?,
            Action::Patch(named) => {
                let patch = entry.patch(self)?;
                let by = with(200, Some(named));
                let mut patched = match named {
                    Named::Id(of, id) => self.patch(by, (*of, id), &patch, condition).await?,
                    Named::Matching(criteria) => {
                        self.patch_matching(by, criteria, &patch, condition).await?
                    }
                };
                if !patched.may_see {
                    patched.version.body = bytes::Bytes::new();
                }
                Reply::Written(200, patched.version)
            }
            Action::Delete(Named::Id(of, id)) => {
                let by = with(204, Some(&Named::Id(*of, id.clone())));
                self.delete(by, *of, id, condition).await?;
                Reply::Status(204)
            }
            Action::Delete(Named::Matching(criteria)) => {
                let by = with(204, None);
                self.delete_matching(by, criteria, condition).await?;
                Reply::Status(204)
            }
            Action::Fetch(_) => Reply::Status(204),
        };
        Ok((reply, Recorded::WithTheChange))
    }

    async fn put_one(
        &self,
        by: Audited<'_>,
        entry: &Entry<'_>,
        named: &Named,
    ) -> Result<Reply, Fault> {
        let (body, condition) = (body(entry)?, &entry.condition);
        let updated = match named {
            Named::Id(of, id) => self.update(by, (*of, id), &body, condition).await?,
            Named::Matching(criteria) => {
                self.update_matching(by, criteria, &body, condition).await?
            }
        };
        Ok(match updated {
            Updated::Created(version) => Reply::Written(201, version),
            Updated::Current(version) => Reply::Written(200, version),
            Updated::Unseen(mut version) => {
                version.body = bytes::Bytes::new();
                Reply::Written(200, version)
            }
        })
    }
}

fn put(replies: &mut [Reply], at: usize, reply: Reply) {
    if let Some(slot) = replies.get_mut(at) {
        *slot = reply;
    }
}

fn body(entry: &Entry<'_>) -> Result<Vec<u8>, Fault> {
    let mut body = Vec::new();
    entry.resource()?.write(&mut body);
    Ok(body)
}
