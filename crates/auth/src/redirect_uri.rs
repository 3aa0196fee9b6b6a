//! Where an authorization code may be sent (RFC 9700 §4.1, RFC 8252).

use url::{Host, Url};

const BYTES_MAX: usize = 2_000;

/// Why a code must not be sent there. Shown, it is fit for OAuth's `error_description`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRedirectUri {
    /// More than the limits allow.
    #[error("there are too many redirect URIs")]
    TooMany,
    /// Too long, or with characters that do not stand in a URI.
    #[error(
        "a redirect URI is at most {BYTES_MAX} visible ASCII characters, written as it is sent"
    )]
    Text,
    /// Not an absolute URL as a browser would write it.
    #[error(
        "a redirect URI is an absolute URL as a browser writes it, without '..' or a default port"
    )]
    Form,
    /// It has a fragment.
    #[error("a redirect URI has no fragment (#...)")]
    Fragment,
    /// It has a name or password in it.
    #[error("a redirect URI has no user name or password in it")]
    Credentials,
    /// It has a `*`, which looks as if it would match more.
    #[error("a redirect URI is compared as it is written; it has no '*'")]
    Wildcard,
    /// `http` to another machine.
    #[error(
        "a redirect URI uses https; http only to the person's own device (127.0.0.1, [::1], localhost)"
    )]
    Insecure,
    /// A scheme that many apps share or that a browser runs.
    #[error(
        "the scheme of a native app's redirect URI is a domain its maker owns, reversed, such as com.example.app"
    )]
    Scheme,
}

pub(crate) fn check_all(uris: &[String], max: usize) -> Result<(), InvalidRedirectUri> {
    if uris.len() > max {
        return Err(InvalidRedirectUri::TooMany);
    }
    uris.iter().try_for_each(|uri| check(uri))
}

/// Whether an app may be registered with this redirect URI.
///
/// # Errors
/// What is wrong with it.
pub fn check(uri: &str) -> Result<(), InvalidRedirectUri> {
    if uri.len() > BYTES_MAX || !uri.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(InvalidRedirectUri::Text);
    }
    if uri.contains('#') {
        return Err(InvalidRedirectUri::Fragment);
    }
    if uri.contains('*') {
        return Err(InvalidRedirectUri::Wildcard);
    }
    let url = Url::parse(uri).map_err(|_| InvalidRedirectUri::Form)?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(InvalidRedirectUri::Credentials);
    }
    // What a browser would write differently could be taken for another address by somebody else.
    let written = url.as_str();
    if written != uri && written.strip_suffix('/') != Some(uri) {
        return Err(InvalidRedirectUri::Form);
    }
    match url.scheme() {
        "https" => Ok(()),
        "http" if is_own_device(&url) => Ok(()),
        "http" => Err(InvalidRedirectUri::Insecure),
        // RFC 8252 §7.1: a private-use scheme is a reversed domain name.
        scheme if scheme.contains('.') => Ok(()),
        _ => Err(InvalidRedirectUri::Scheme),
    }
}

/// Whether an address leads to one app alone (RFC 8252 §7.2): any app of a device may listen on its
/// loopback address or take a private-use scheme.
pub(crate) fn is_claimed(uri: &str) -> bool {
    uri.starts_with("https://")
}

fn is_own_device(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Whether `asked` is one of those an app is registered with: the same text. Only the port of a
/// loopback address may differ, because the system gives it to a native app (RFC 8252 §7.3).
pub fn is_registered(asked: &str, registered: &[String]) -> bool {
    let same =
        |uri: &String| uri == asked || loopback(uri).is_some_and(|u| Some(u) == loopback(asked));
    registered.iter().any(same)
}

/// Of `http://127.0.0.1:1234/a` what stands before and after the port.
fn loopback(uri: &str) -> Option<(&str, &str)> {
    let hosts = ["http://127.0.0.1", "http://[::1]"];
    let (host, rest) = hosts
        .into_iter()
        .find_map(|host| uri.strip_prefix(host).map(|rest| (host, rest)))?;
    let Some(after) = rest.strip_prefix(':') else {
        return (rest.is_empty() || rest.starts_with(['/', '?'])).then_some((host, rest));
    };
    let digits = after.bytes().take_while(u8::is_ascii_digit).count();
    let (port, rest) = after.split_at_checked(digits)?;
    let legal = port.parse::<u16>().is_ok() && (rest.is_empty() || rest.starts_with(['/', '?']));
    legal.then_some((host, rest))
}

#[cfg(test)]
mod tests {
    use super::{InvalidRedirectUri, check, is_registered};

    #[test]
    fn only_what_one_app_owns_is_registered() {
        use InvalidRedirectUri::{Credentials, Form, Fragment, Insecure, Scheme, Text, Wildcard};
        for (uri, expect) in [
            ("https://app.example/cb", Ok(())),
            ("https://app.example", Ok(())),
            ("https://app.example/cb?to=1", Ok(())),
            ("http://127.0.0.1/cb", Ok(())),
            ("http://[::1]/cb", Ok(())),
            ("http://localhost:4567/custom/smart/redirect", Ok(())),
            ("com.example.app:/cb", Ok(())),
            ("http://app.example/cb", Err(Insecure)),
            ("https://*.example/cb", Err(Wildcard)),
            ("javascript:alert(1)", Err(Scheme)),
            ("data:text/html,x", Err(Scheme)),
            ("myapp://cb", Err(Scheme)),
            ("https://app.example/cb#x", Err(Fragment)),
            ("https://me@app.example/cb", Err(Credentials)),
            ("https://app.example:443/cb", Err(Form)),
            ("https://app.example/a/../cb", Err(Form)),
            ("https://APP.example/cb", Err(Form)),
            ("https:app.example/cb", Err(Form)),
            ("/cb", Err(Form)),
            ("https://app.example/c b", Err(Text)),
            ("https://аpp.example/cb", Err(Text)),
        ] {
            assert_eq!(check(uri), expect, "{uri}");
        }
    }

    #[test]
    fn a_redirect_uri_is_compared_as_it_is_written() {
        let registered = [
            "https://app.example/cb",
            "http://127.0.0.1/cb",
            "http://[::1]:9/",
        ];
        let registered = registered.map(str::to_owned);
        for (asked, expect) in [
            ("https://app.example/cb", true),
            ("https://app.example/cb/", false),
            ("https://app.example/cb?x=1", false),
            ("https://app.example:443/cb", false),
            ("https://app.example/CB", false),
            ("http://127.0.0.1:51004/cb", true),
            ("http://127.0.0.1:51004/other", false),
            ("http://127.0.0.1:99999/cb", false),
            ("http://127.0.0.1.evil.example/cb", false),
            ("http://127.0.0.1:1@evil.example/cb", false),
            ("http://[::1]:51004/", true),
            ("http://localhost/cb", false),
        ] {
            assert_eq!(is_registered(asked, &registered), expect, "{asked}");
        }
    }
}
