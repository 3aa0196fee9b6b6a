//! Bundles that ask for something: batch and transaction (R4 3.1.0.11).

mod answering;
mod batch;
mod entry;
mod fetch;
mod plan;
mod reply;
mod transaction;

use cresset_model::{Element, Kind as JsonKind, Tree};
use cresset_store::AuditRecord;

use crate::audited::Audited;
use crate::fault::{Fault, Kind};
use crate::prepare;
use crate::service::{Service, permit};
use entry::{Action, Entry, Fetch};
use reply::Reply;

pub use reply::Return;
pub(crate) use reply::reason;

/// The two ways of carrying out a Bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Each entry by itself.
    Batch,
    /// All or nothing.
    Transaction,
}

impl Service {
    /// Carries out a Bundle of type `batch` or `transaction` and answers with its response Bundle.
    ///
    /// # Errors
    /// Of a batch: when it is no Bundle, or holds too many entries; what befalls one entry is told in
    /// the answer. Of a transaction: the first entry that cannot be carried out, named by its place;
    /// then nothing is stored.
    pub async fn bundle(
        &self,
        by: Audited<'_>,
        body: &[u8],
        wanted: Return,
    ) -> Result<Vec<u8>, Fault> {
        let tree = prepare::parse(body, self.limits())?;
        let mode = mode(&tree)?;
        let entries = self.entries(&tree)?;
        match mode {
            Mode::Batch => self.batch(by, entries, wanted).await,
            Mode::Transaction => {
                let entries = entries.into_iter().collect::<Result<Vec<_>, _>>()?;
                self.transaction(by, &entries, wanted).await
            }
        }
    }

    fn entries<'t>(&self, tree: &'t Tree) -> Result<Vec<Result<Entry<'t>, Fault>>, Fault> {
        let list = tree.root().get("entry");
        let max = self.limits().bundle_entries_max;
        if list.is_some_and(|list| list.len() > max) {
            let text = format!("A Bundle holds at most {max} entries");
            return Err(Fault::new(Kind::TooLong, text).at("Bundle.entry"));
        }
        if list.is_some_and(|list| list.kind() != JsonKind::Array) {
            return Err(
                Fault::new(Kind::Structure, "Bundle.entry must be an array").at("Bundle.entry")
            );
        }
        let elements = list.iter().flat_map(|list| list.items()).enumerate();
        let base = &self.settings().base_url;
        Ok(elements
            .map(|(at, element)| Entry::parse(at, element, base))
            .collect())
    }

    /// Refuses early what neither the rule set nor the token allows.
    fn allow(&self, by: &Audited<'_>, entry: &Entry<'_>) -> Result<(), Fault> {
        if let Some((verb, resource_type)) = entry.action.read() {
            return permit(by.access, verb, resource_type);
        }
        if let Some((interaction, verb, resource_type)) = entry.action.change() {
            self.offer(interaction, resource_type)?;
            permit(by.access, verb, resource_type)?;
        }
        if matches!(entry.action, Action::Delete(_)) {
            self.may_delete()?;
        }
        Ok(())
    }

    /// Carries out an entry that reads and records it; `bytes` is what the answer holds by now.
    async fn fetched(
        &self,
        by: &Audited<'_>,
        entry: &Entry<'_>,
        fetch: &Fetch,
        bytes: usize,
    ) -> Result<Reply, Fault> {
        let reply = if bytes > self.limits().bundle_answer_bytes_max {
            let text = "The answer is too long by now; ask for this entry in a Bundle of its own";
            Err(Fault::coded(Kind::TooLong, "too-costly", text))
        } else {
            self.fetch(by.access, fetch).await
        };
        let reply = reply.unwrap_or_else(Reply::Failed);
        self.record_reply(by, entry, &reply)?;
        Ok(reply)
    }

    /// Records an entry that changed nothing.
    fn record_reply(
        &self,
        by: &Audited<'_>,
        entry: &Entry<'_>,
        reply: &Reply,
    ) -> Result<(), Fault> {
        let whose = match reply {
            Reply::Read(version, _) | Reply::NotModified(version) | Reply::Written(_, version) => {
                self.whose(by.access, [version])?
            }
            Reply::Document(_, whose) => whose.clone(),
            Reply::Status(_) | Reply::Failed(_) => self.whose(by.access, [])?,
        };
        let of = match reply {
            Reply::Read(version, _) | Reply::NotModified(version) | Reply::Written(_, version) => {
                Some((version.resource_type, version.id.clone()))
            }
            _ => None,
        };
        let record = AuditRecord {
            interaction: entry.action.code().to_owned(),
            resource_type: of
                .as_ref()
                .map(|(of, _)| *of)
                .or(entry.action.resource_type()),
            id: of.map(|(_, id)| id),
            status: reply.status(),
            whose,
            ..by.record.clone()
        };
        Ok(self.store().record(record)?)
    }
}

fn mode(tree: &Tree) -> Result<Mode, Fault> {
    if tree.resource_type() != Some("Bundle") {
        let text = "Only a Bundle can be posted to the base";
        return Err(Fault::new(Kind::Invalid, text).at("resourceType"));
    }
    match tree.root().get("type").and_then(Element::as_str) {
        Some("batch") => Ok(Mode::Batch),
        Some("transaction") => Ok(Mode::Transaction),
        _ => {
            let text = "The Bundle's type must be 'batch' or 'transaction'";
            Err(Fault::new(Kind::Value, text).at("Bundle.type"))
        }
    }
}
