//! On which server a new instance goes.

use futures_util::future::try_join_all;

use super::{Clusters, failure};
use crate::failure::{Failure, Kind};

impl Clusters {
    /// Of the servers of the settings that take new instances, the name of the one that holds the
    /// fewest; among equals the first by name. `None` where the settings name no server.
    ///
    /// What counts is what lives there, whoever made it; a server that cannot be asked is passed over.
    pub(crate) async fn placed(&self) -> Result<Option<String>, Failure> {
        let clusters = &self.settings.clusters;
        if clusters.is_empty() {
            return Ok(None);
        }
        let mut best: Option<(u64, &String)> = None;
        let mut refusal = None;
        let open = clusters.iter().filter(|(_, cluster)| !cluster.closed);
        let asked = open.map(|(name, cluster)| async move {
            let held = self.cluster(&cluster.url)?.instances().await;
            Ok::<_, Failure>((name, held))
        });
        for (name, held) in try_join_all(asked).await? {
            match held {
                Ok(held) if best.is_none_or(|(fewest, _)| held < fewest) => {
                    best = Some((held, name));
                }
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!(cluster = name, %error, "no instance is placed there");
                    refusal = Some(failure(error));
                }
            }
        }
        match (best, refusal) {
            (Some((_, name)), _) => Ok(Some(name.clone())),
            (None, Some(refusal)) => Err(refusal),
            (None, None) => Err(Failure::new(
                Kind::Settings,
                "every cluster of the settings is closed for new instances",
            )
            .hint("open one, add another, or name a server with --store")),
        }
    }
}
