//! What is left to do on the index of each instance, done beside everything else.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use cresset_base::InstanceName;
use cresset_store::{Error, Instances, Reindexed, Store};

use crate::data::Data;

/// Between two parts, so that writers get their turn.
const PAUSE: Duration = Duration::from_millis(10);
/// How long another node is left to it before this one looks again.
const ELSEWHERE: Duration = Duration::from_secs(1);
/// How often is looked whether there is work on an instance that is open here: another node's program has
/// left some, or the instance defines other search parameters than before.
const AGAIN: Duration = Duration::from_secs(1);

/// Goes through all instances once: a part is left to do where an earlier program knew other search
/// parameters than this one. Then watches those that are open.
pub(crate) async fn all(data: Data) {
    for name in listed(&data).await {
        match data.open(&name).await {
            Ok(Some(store)) => of(&name, store).await,
            Ok(None) => {}
            Err(error) => failed(&name, &error),
        }
    }
    let mut seen = HashMap::new();
    loop {
        tokio::time::sleep(AGAIN).await;
        for (name, store) in data.opened() {
            let unindexed = store.unindexed();
            let defined = unindexed.defined().clone();
            let before = seen.insert(name.clone(), defined.clone());
            if !unindexed.is_empty() || before.unwrap_or_default() != defined {
                of(&name, store).await;
            }
        }
    }
}

/// All instances, as soon as they can be listed.
async fn listed(data: &Data) -> Vec<InstanceName> {
    loop {
        match data.list().await {
            Ok(names) => return names,
            Err(error) => {
                tracing::error!(%error, "the instances cannot be listed; no index is brought up to date yet");
                tokio::time::sleep(AGAIN).await;
            }
        }
    }
}

async fn of(name: &InstanceName, store: Arc<dyn Store>) {
    let waiting = store.unindexed().building().len();
    if waiting > 0 {
        tracing::info!(instance = %name, parameters = waiting, "building the index");
    }
    if let Err(error) = finish(&*store, PAUSE).await {
        failed(name, &error);
    } else if waiting > 0 && store.unindexed().is_empty() {
        tracing::info!(instance = %name, "the index is complete");
    }
}

fn failed(name: &InstanceName, error: &Error) {
    tracing::error!(instance = %name, %error, "the index is not up to date");
}

/// Works until nothing is left to do.
pub(crate) async fn finish(store: &dyn Store, pause: Duration) -> Result<(), Error> {
    loop {
        match store.reindex().await {
            Ok(Reindexed::Done) => return Ok(()),
            Ok(Reindexed::Elsewhere) => tokio::time::sleep(ELSEWHERE).await,
            Ok(Reindexed::More) | Err(Error::Busy) => tokio::time::sleep(pause).await,
            Err(error) => return Err(error),
        }
    }
}
