//! What may be asked: URLs and the addresses behind them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use reqwest::Url;

/// How far requests may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reach {
    /// `https` to public addresses.
    #[default]
    Public,
    /// Also `http`, and also private, loopback and link-local addresses: for tests and for
    /// certification on one machine.
    Anywhere,
}

/// Why a URL may not be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAllowed {
    /// It is none, or has no host.
    #[error("it is not an absolute URL")]
    NoUrl,
    /// Neither `https` nor, where that is allowed, `http`.
    #[error("it does not begin with https://")]
    Scheme,
    /// A name or password before the host.
    #[error("it holds a user name or password")]
    UserInfo,
    /// A part that is never sent.
    #[error("it has a fragment")]
    Fragment,
    /// An address that is not public.
    #[error("it leads to an address that is not public")]
    Address,
}

/// The URL in `text`, if it may be asked as far as it says itself; the addresses of a name are
/// judged when it is resolved.
///
/// # Errors
/// With the first reason why not.
pub fn judge(text: &str, reach: Reach) -> Result<Url, NotAllowed> {
    let url = Url::parse(text).map_err(|_| NotAllowed::NoUrl)?;
    let is_scheme_allowed = match url.scheme() {
        "https" => true,
        "http" => reach == Reach::Anywhere,
        _ => false,
    };
    if !is_scheme_allowed {
        return Err(NotAllowed::Scheme);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(NotAllowed::UserInfo);
    }
    if url.fragment().is_some() {
        return Err(NotAllowed::Fragment);
    }
    let host = url.host_str().ok_or(NotAllowed::NoUrl)?;
    // Whatever spelling an address came in, the URL holds its canonical one.
    let literal = host.trim_start_matches('[').trim_end_matches(']');
    match literal.parse::<IpAddr>() {
        Ok(address) if !is_allowed(address, reach) => Err(NotAllowed::Address),
        _ => Ok(url),
    }
}

/// Whether a connection to `address` may be opened.
pub fn is_allowed(address: IpAddr, reach: Reach) -> bool {
    reach == Reach::Anywhere
        || match address {
            IpAddr::V4(address) => is_public_v4(address),
            IpAddr::V6(address) => is_public_v6(address),
        }
}

/// Not one of the blocks of IANA's special-purpose registry (RFC 6890), nor multicast.
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let is_special = matches!(
        (a, b, c),
        (0 | 10 | 127 | 224.., ..)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 168, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (198, 18 | 19, _)
            | (198, 51, 100)
            | (203, 0, 113)
    );
    !is_special
}

/// Global unicast that embeds no address of version 4: through a mapping, a translation or a
/// tunnel such an address could lead to a private one.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    // 2000::/3 is what IANA hands out; mapped, translated, local and multicast lie outside.
    let is_global = (0x2000..0x4000).contains(&a);
    let is_special = matches!(
        (a, b),
        (0x2001, 0..=0x01ff | 0x0db8) | (0x2002, _) | (0x3fff, 0..=0x0fff)
    );
    is_global && !is_special
}

#[cfg(test)]
mod tests {
    use super::{NotAllowed, Reach, judge};

    fn check(text: &str, expect: Result<(), NotAllowed>) {
        assert_eq!(judge(text, Reach::Public).map(|_| ()), expect, "{text}");
    }

    #[test]
    fn only_https_to_public_addresses_is_allowed() {
        for fine in [
            "https://app.example/jwks.json",
            "https://app.example:8443/keys?x=1",
            "https://93.184.216.34/jwks",
            "https://[2606:2800:220:1::1]/jwks",
        ] {
            check(fine, Ok(()));
        }
        check("http://app.example/jwks", Err(NotAllowed::Scheme));
        check("file:///etc/passwd", Err(NotAllowed::Scheme));
        check("gopher://app.example/", Err(NotAllowed::Scheme));
        check("/jwks", Err(NotAllowed::NoUrl));
        check(
            "https://registered.example@evil.example/",
            Err(NotAllowed::UserInfo),
        );
        check("https://:x@evil.example/", Err(NotAllowed::UserInfo));
        check("https://app.example/#x", Err(NotAllowed::Fragment));
    }

    #[test]
    fn an_address_that_is_not_public_is_refused_however_it_is_spelled() {
        for host in [
            "127.0.0.1",
            "127.1",
            "0x7f000001",
            "2130706433",
            "0177.0.0.1",
            "10.0.0.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "192.0.0.8",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "[::1]",
            "[::]",
            "[::ffff:127.0.0.1]",
            "[::ffff:93.184.216.34]",
            "[fe80::1]",
            "[fc00::1]",
            "[fd00::1]",
            "[64:ff9b::7f00:1]",
            "[2002:7f00:1::]",
            "[2001::1]",
            "[2001:db8::1]",
            "[ff02::1]",
        ] {
            check(&format!("https://{host}/jwks"), Err(NotAllowed::Address));
        }
        for host in [
            "172.15.0.1",
            "172.32.0.1",
            "100.63.0.1",
            "100.128.0.1",
            "198.20.0.1",
        ] {
            check(&format!("https://{host}/jwks"), Ok(()));
        }
        let loopback = judge("http://127.0.0.1:1/jwks", Reach::Anywhere);
        assert!(loopback.is_ok());
    }
}
