//! What is left to do on the index of each instance, done beside everything else.

use std::sync::Arc;
use std::time::Duration;

use cresset_base::InstanceName;
use cresset_store::{Error, Instances, Reindexed, Store};

/// Between two parts, so that writers get their turn.
const PAUSE: Duration = Duration::from_millis(10);

/// Goes through all instances once: a part is left to do only where an earlier program knew other
/// search parameters than this one.
pub(crate) async fn all(instances: Arc<dyn Instances>) {
    let names = match instances.list().await {
        Ok(names) => names,
        Err(error) => {
            tracing::error!(%error, "the instances cannot be listed; no index is brought up to date");
            return;
        }
    };
    for name in names {
        if let Err(error) = of(&*instances, &name).await {
            tracing::error!(instance = %name, %error, "the index is not up to date");
        }
    }
}

async fn of(instances: &dyn Instances, name: &InstanceName) -> Result<(), Error> {
    let Some(store) = instances.open(name).await? else {
        return Ok(());
    };
    let waiting = store.unindexed().building().len();
    if waiting > 0 {
        tracing::info!(instance = %name, parameters = waiting, "building the index");
    }
    finish(&*store, PAUSE).await?;
    if waiting > 0 {
        tracing::info!(instance = %name, "the index is complete");
    }
    Ok(())
}

/// Works until nothing is left to do.
pub(crate) async fn finish(store: &dyn Store, pause: Duration) -> Result<(), Error> {
    loop {
        match store.reindex().await {
            Ok(Reindexed::Done) => return Ok(()),
            Ok(Reindexed::More) | Err(Error::Busy) => {}
            Err(error) => return Err(error),
        }
        tokio::time::sleep(pause).await;
    }
}
