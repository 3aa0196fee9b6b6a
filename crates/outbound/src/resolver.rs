//! Names to addresses, each judged before it can be connected to.

use std::net::SocketAddr;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::address::{NotAllowed, Reach, is_allowed};

/// The system's resolver, less the addresses that may not be reached.
pub(crate) struct Judging(pub(crate) Reach);

impl Resolve for Judging {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.0;
        Box::pin(async move {
            // The port is put in by whoever connects.
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed: Vec<SocketAddr> = found
                .filter(|address| is_allowed(address.ip(), reach))
                .collect();
            if allowed.is_empty() {
                return Err(NotAllowed::Address.into());
            }
            let addresses: Addrs = Box::new(allowed.into_iter());
            Ok(addresses)
        })
    }
}
