//! From where web apps ask: the origins of the addresses to which they have people sent back.
//!
//! What was read is good for a while, since it only decides whether a browser shows a page an answer for
//! which the page needs a code or a token anyway.

use std::collections::HashSet;

use cresset_base::Timestamp;
use cresset_store::Error as StoreError;
use cresset_store::grant::App;
use parking_lot::Mutex;
use url::{Host, Url};

use crate::server::AuthServer;

/// How long an origin that was read stays good, in seconds.
const KEPT_S: i64 = 60;
/// How often the apps are read again for an origin that is none of them, in seconds.
const AGAIN_S: i64 = 1;

/// The origins of a practice's apps, as they were read last.
#[derive(Debug, Default)]
pub(crate) struct Origins {
    read: Mutex<Option<(Timestamp, HashSet<String>)>>,
}

impl Origins {
    /// Whether it is one; nothing where that must be read.
    fn knows(&self, origin: &str, now: Timestamp) -> Option<bool> {
        let read = self.read.lock();
        let (at, all) = read.as_ref()?;
        let age_s = now.as_second().saturating_sub(at.as_second());
        let is_one = all.contains(origin);
        let kept_s = if is_one { KEPT_S } else { AGAIN_S };
        (0..kept_s).contains(&age_s).then_some(is_one)
    }
}

impl AuthServer {
    /// Whether a page of this origin may be an app of the practice: one that may be used has people sent
    /// back there.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn is_origin_of_an_app(&self, origin: &str) -> Result<bool, StoreError> {
        let Some(origin) = origin_of(origin) else {
            return Ok(false);
        };
        let now = self.clock.now();
        if let Some(known) = self.origins.knows(&origin, now) {
            return Ok(known);
        }
        let apps = self.store.list_apps().await?;
        let all: HashSet<String> = apps.iter().flat_map(origins_of).collect();
        let is_one = all.contains(&origin);
        *self.origins.read.lock() = Some((now, all));
        Ok(is_one)
    }
}

fn origins_of(app: &App) -> impl Iterator<Item = String> {
    let uris = app.details.redirect_uris.iter();
    uris.filter(|_| app.enabled)
        .filter_map(|uri| origin_of(uri))
}

/// The origin of an address of the web. On the person's own device without the port, which is another with
/// each start of what listens there.
fn origin_of(address: &str) -> Option<String> {
    let mut url = Url::parse(address).ok()?;
    let is_loopback = match url.host()? {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    };
    if is_loopback {
        url.set_port(None).ok()?;
    }
    matches!(url.scheme(), "https" | "http").then(|| url.origin().ascii_serialization())
}
