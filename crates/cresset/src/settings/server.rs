//! PostgreSQL servers in the settings.

use std::fmt;

use cresset_base::Secret;
use serde::{Deserialize, Serialize, Serializer};

/// The URL of a server. It may hold a password, before the host or among the parameters, so nothing
/// is shown of it but scheme, host, port and database.
#[derive(Clone, Deserialize)]
#[serde(from = "String")]
pub(crate) struct ServerUrl(Secret<String>);

impl ServerUrl {
    pub(crate) fn expose(&self) -> &str {
        self.0.expose()
    }

    fn shown(&self) -> String {
        let url = self.expose();
        let Some((scheme, rest)) = url.split_once("://") else {
            return "…".to_owned();
        };
        let (place, _) = rest.split_once('?').unwrap_or((rest, ""));
        match place.rsplit_once('@') {
            Some((_, place)) => format!("{scheme}://…@{place}"),
            // A password that holds a question mark is none that can be told from parameters.
            None if rest.contains('@') => format!("{scheme}://…"),
            None => format!("{scheme}://{place}"),
        }
    }
}

impl From<String> for ServerUrl {
    fn from(url: String) -> Self {
        Self(Secret::new(url))
    }
}

impl PartialEq for ServerUrl {
    fn eq(&self, other: &Self) -> bool {
        self.expose() == other.expose()
    }
}

impl fmt::Debug for ServerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown())
    }
}

impl Serialize for ServerUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.shown())
    }
}

/// A server with a name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClusterSettings {
    /// Where it is.
    pub(crate) url: ServerUrl,
    /// Whether new instances go elsewhere.
    #[serde(default)]
    pub(crate) closed: bool,
}

#[cfg(test)]
mod tests {
    use super::ServerUrl;

    #[test]
    fn a_password_is_not_shown() {
        for (url, expected) in [
            (
                "postgres://cresset:a@b@db.example/cresset",
                "postgres://…@db.example/cresset",
            ),
            (
                "postgres://cresset:a@db.example:5433/cresset?sslmode=require&password=b",
                "postgres://…@db.example:5433/cresset",
            ),
            (
                "postgres://db.example/cresset?user=c&password=b",
                "postgres://db.example/cresset",
            ),
            ("postgres://db.example/cresset?password=a@b", "postgres://…"),
            ("postgres://cresset:a?b@db.example/cresset", "postgres://…"),
            ("host=db.example password=b", "…"),
        ] {
            let url = ServerUrl::from(url.to_owned());
            let shown = serde_json::to_string(&url).unwrap();
            assert_eq!(shown, format!("\"{expected}\""));
            assert_eq!(format!("{url:?}"), expected);
        }
    }
}
