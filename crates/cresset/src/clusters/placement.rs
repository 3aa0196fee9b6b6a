//! On which server a new instance goes.

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
        for (name, cluster) in clusters.iter().filter(|(_, cluster)| !cluster.closed) {
            match self.cluster(&cluster.url)?.instances().await {
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
