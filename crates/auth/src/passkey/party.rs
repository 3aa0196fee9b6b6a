//! For whom devices keep passkeys: the host of the configured address.

use url::{Host, Url};

/// The relying party, as devices and browsers know it. Its origin is the one that was configured,
/// whatever a request says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RelyingParty {
    id: String,
    origin: String,
}

impl RelyingParty {
    /// That of the server at this address; none where browsers keep no passkeys: an address of
    /// numbers, and plain HTTP to another machine.
    pub(crate) fn of(address: &str) -> Option<Self> {
        let url = Url::parse(address).ok()?;
        let Some(Host::Domain(host)) = url.host() else {
            return None;
        };
        let is_here = host == "localhost" || host.ends_with(".localhost");
        let is_secure = url.scheme() == "https" || (url.scheme() == "http" && is_here);
        is_secure.then(|| Self {
            id: host.to_owned(),
            origin: url.origin().ascii_serialization(),
        })
    }

    /// The RP ID.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// Where its pages are.
    pub(super) fn origin(&self) -> &str {
        &self.origin
    }
}

#[cfg(test)]
mod tests {
    use super::RelyingParty;

    #[test]
    fn it_is_the_host_of_a_safe_address() {
        for (address, expect) in [
            (
                "https://ehr.example/sunrise/auth",
                Some(("ehr.example", "https://ehr.example")),
            ),
            (
                "https://EHR.example:8443/a",
                Some(("ehr.example", "https://ehr.example:8443")),
            ),
            (
                "http://localhost:8080/demo",
                Some(("localhost", "http://localhost:8080")),
            ),
            ("http://ehr.example/sunrise", None),
            ("http://127.0.0.1:8080/demo", None),
            ("https://[::1]/demo", None),
            ("ftp://localhost/demo", None),
            ("demo", None),
        ] {
            let party = RelyingParty::of(address);
            let said = party.as_ref().map(|p| (p.id(), p.origin()));
            assert_eq!(said, expect, "{address}");
        }
    }
}
