//! The two cookies of a practice's pages: who is signed in, and that the browser is known.
//!
//! Over TLS they have the prefix `__Host-` (RFC 6265bis §4.1.3.2): no other host of the domain, and nothing
//! that was not sent over TLS, can set one. It demands the path `/`, so their names hold the practice's
//! and a page of another practice reads none of them (docs/adr/0086-cookies-of-the-host.md).

use http::header::{COOKIE, SET_COOKIE};
use http::{HeaderMap, HeaderValue};

use crate::app::App;

/// What a cookie is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The browser's session; it ends with the browser.
    Session,
    /// That somebody was signed in here before; it stays for a year.
    Device,
}

impl Purpose {
    fn name(self, instance: &str, secure: bool) -> String {
        let prefix = if secure { "__Host-" } else { "" };
        let suffix = match self {
            Self::Session => "session",
            Self::Device => "device",
        };
        format!("{prefix}cresset-{instance}-{suffix}")
    }
}

fn is_secure(app: &App) -> bool {
    app.platform().public_url.starts_with("https://")
}

/// The value a browser sends; nothing when it sends two, because one of them is somebody else's.
pub fn read(app: &App, instance: &str, headers: &HeaderMap, purpose: Purpose) -> Option<String> {
    let name = purpose.name(instance, is_secure(app));
    let mut found = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned());
    let value = found.next()?;
    found.next().is_none().then_some(value)
}

/// Gives a browser a value, or takes it away where there is none.
pub fn write(
    app: &App,
    instance: &str,
    headers: &mut HeaderMap,
    (purpose, value): (Purpose, Option<&str>),
) {
    let secure = is_secure(app);
    let name = purpose.name(instance, secure);
    let life = match (purpose, value) {
        (_, None) => "; Max-Age=0",
        (Purpose::Session, Some(_)) => "",
        (Purpose::Device, Some(_)) => "; Max-Age=31536000",
    };
    let value = value.unwrap_or_default();
    let place = if secure {
        "Path=/; Secure".to_owned()
    } else {
        format!("Path=/{instance}/")
    };
    let cookie = format!("{name}={value}; {place}; HttpOnly; SameSite=Lax{life}");
    if let Ok(cookie) = HeaderValue::try_from(cookie) {
        headers.append(SET_COOKIE, cookie);
    }
}
