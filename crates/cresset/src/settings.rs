//! Settings of a server: defaults, a file, the environment, flags; each overrides the one before.
//!
//! [`table`] holds one row for every setting; `docs/settings.md` is generated from it and a test
//! holds the two together.

mod server;
mod table;

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};

use cresset_base::Limits;
use figment::Figment;
use figment::providers::{Env, Format as _, Serialized, Toml};
use serde::{Deserialize, Serialize};

pub(crate) use server::{ClusterSettings, ServerUrl};
pub(crate) use table::{markdown, rows};

use crate::failure::{Failure, Kind};
use crate::log::Format;

/// Beginning of the names of environment variables.
pub(crate) const ENV_PREFIX: &str = "CRESSET_";

/// Variables with that beginning that stand for arguments of commands.
const NOT_SETTINGS: [&str; 3] = ["config", "store", "bench_token"];

/// Everything that can be set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    /// The data directory.
    pub(crate) data: PathBuf,
    /// The address listened on.
    pub(crate) listen: IpAddr,
    /// The port listened on.
    pub(crate) port: u16,
    /// Scheme, host and port under which callers reach the server.
    pub(crate) public_url: Option<String>,
    /// Time between the signal to stop and the end of listening, in milliseconds.
    pub(crate) drain_ms: u64,
    /// Where the nodes find instances; absent for the files of the data directory.
    pub(crate) registry: Option<ServerUrl>,
    /// PostgreSQL servers by name.
    pub(crate) clusters: BTreeMap<String, ClusterSettings>,
    /// Asking other servers.
    pub(crate) outbound: OutboundSettings,
    /// Sending mail.
    pub(crate) mail: MailSettings,
    /// Logging.
    pub(crate) log: Log,
    /// Bounds of one request.
    pub(crate) limits: Limits,
}

/// Asking other servers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OutboundSettings {
    /// Whether `http` and private addresses may be asked.
    pub(crate) private_addresses: bool,
}

/// Sending mail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MailSettings {
    /// The sender.
    pub(crate) from: String,
    /// URL of the mail server; absent for the folder of the data directory.
    pub(crate) smtp: Option<String>,
    /// What the mail server knows us by.
    pub(crate) username: Option<String>,
    /// The file that holds the password of it: settings are shown, files are not.
    pub(crate) password_file: Option<PathBuf>,
}

impl Default for MailSettings {
    fn default() -> Self {
        Self {
            from: "Cresset <no-reply@localhost>".to_owned(),
            smtp: None,
            username: None,
            password_file: None,
        }
    }
}

/// Logging.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Log {
    /// How lines are written.
    pub(crate) format: Format,
    /// Which lines are written.
    pub(crate) filter: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            data: "./cresset-data".into(),
            listen: Ipv4Addr::LOCALHOST.into(),
            port: 8080,
            public_url: None,
            drain_ms: 0,
            registry: None,
            clusters: BTreeMap::new(),
            outbound: OutboundSettings::default(),
            mail: MailSettings::default(),
            log: Log {
                format: Format::Human,
                filter: "info".to_owned(),
            },
            limits: Limits::default(),
        }
    }
}

/// What flags may override.
#[derive(Debug, Default, Serialize, clap::Args)]
pub(crate) struct Flags {
    /// Data directory [default: ./cresset-data]
    #[arg(long, value_name = "DIR")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) data: Option<PathBuf>,
    /// Address to listen on [default: 127.0.0.1]
    #[arg(long, value_name = "ADDRESS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) listen: Option<IpAddr>,
    /// Port to listen on [default: 8080]
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) port: Option<u16>,
    /// Scheme, host and port under which callers reach the server, as in <https://fhir.example.org>
    #[arg(long, value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) public_url: Option<String>,
}

impl Settings {
    /// Puts the layers together.
    pub(crate) fn load(file: Option<&Path>, flags: &Flags) -> Result<Self, Failure> {
        let mut layers = Figment::from(Serialized::defaults(Self::default()));
        if let Some(file) = file {
            layers = layers.merge(Toml::file_exact(file));
        }
        layers = layers
            .merge(Env::prefixed(ENV_PREFIX).ignore(&NOT_SETTINGS).split("__"))
            .merge(Serialized::defaults(flags));
        let settings: Self = layers.extract().map_err(|error| {
            Failure::new(
                Kind::Settings,
                format!("the settings cannot be used: {error}"),
            )
            .hint(
                "`cresset settings` lists every setting, its default and its environment variable",
            )
        })?;
        settings.check()?;
        Ok(settings)
    }

    /// The URL under which callers reach this server, without a slash at the end.
    pub(crate) fn public_url(&self) -> String {
        match &self.public_url {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None => format!("http://localhost:{}", self.port),
        }
    }

    fn check(&self) -> Result<(), Failure> {
        if let Some(fault) = self.limits.fault() {
            return Err(Failure::new(Kind::Settings, format!("limits.{fault}")));
        }
        let Some(url) = &self.public_url else {
            return Ok(());
        };
        if url.starts_with("http://") || url.starts_with("https://") {
            return Ok(());
        }
        Err(Failure::new(
            Kind::Settings,
            "public_url must begin with http:// or https://",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::{Flags, Settings};
    use std::io::Write;

    fn check(toml: &str, flags: &Flags, expect: impl Fn(Result<Settings, String>) -> bool) {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(toml.as_bytes()).unwrap();
        let got =
            Settings::load(Some(file.path()), flags).map_err(|failure| failure.what().to_owned());
        assert!(expect(got), "{toml}");
    }

    #[test]
    fn a_flag_overrides_the_file_and_the_file_the_default() {
        let none = Flags::default();
        let port = Flags {
            port: Some(3),
            ..Flags::default()
        };
        check("", &none, |s| s == Ok(Settings::default()));
        check("port = 2", &none, |s| s.is_ok_and(|s| s.port == 2));
        check("port = 2", &port, |s| {
            s.is_ok_and(|s| s.port == 3 && s.public_url() == "http://localhost:3")
        });
        check("[limits]\npage_max = 50", &none, |s| {
            s.is_ok_and(|s| s.limits.page_max == 50 && s.limits.page_default == 10)
        });
    }

    #[test]
    fn a_bound_that_lets_nothing_happen_is_refused() {
        let none = Flags::default();
        for name in ["cluster_idle_ms_max", "cluster_connections_node_max"] {
            check(&format!("[limits]\n{name} = 0"), &none, |s| {
                s.is_err_and(|what| what.contains(name))
            });
        }
    }

    #[test]
    fn what_is_not_a_setting_is_named() {
        let none = Flags::default();
        check("prot = 2", &none, |s| {
            s.is_err_and(|what| what.contains("prot"))
        });
        check("[limits]\npage_maximum = 2", &none, |s| {
            s.is_err_and(|what| what.contains("page_maximum"))
        });
        check("public_url = 'fhir.example.org'", &none, |s| {
            s.is_err_and(|what| what.contains("public_url"))
        });
    }
}
