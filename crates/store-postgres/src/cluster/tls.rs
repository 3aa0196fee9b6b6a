//! Encrypted connections: a server proves that it is who the URL says, or is not spoken with.

use std::path::PathBuf;
use std::sync::Arc;

use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres::Config;
use tokio_postgres::config::SslMode;
use tokio_postgres_rustls::MakeRustlsConnect;

use super::ClusterError;

/// What a URL says about encryption.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Encryption {
    is_on: bool,
    /// The authorities that are trusted; those of the machine where the URL names none.
    roots: Option<PathBuf>,
}

impl Encryption {
    /// Takes `sslmode` and `sslrootcert` out of a URL.
    pub(super) fn split(url: &str) -> Result<(String, Self), ClusterError> {
        if !["postgres://", "postgresql://"]
            .iter()
            .any(|scheme| url.starts_with(scheme))
        {
            let said = "it begins with postgres:// or postgresql://";
            return Err(ClusterError::Url(said.to_owned()));
        }
        let Some((before, query)) = url.split_once('?') else {
            return Ok((url.to_owned(), Self::default()));
        };
        let mut encryption = Self::default();
        let mut rest = Vec::new();
        for pair in query.split('&') {
            match pair.split_once('=') {
                Some(("sslmode", "disable")) => encryption.is_on = false,
                Some(("sslmode", "require" | "verify-full")) => encryption.is_on = true,
                Some(("sslmode", _)) => {
                    let said = "sslmode is disable, or verify-full; nothing in between is offered";
                    return Err(ClusterError::Url(said.to_owned()));
                }
                Some(("sslrootcert", path)) => encryption.roots = Some(path.into()),
                _ => rest.push(pair),
            }
        }
        if encryption.roots.is_some() && !encryption.is_on {
            let said = "sslrootcert is of use with sslmode=verify-full only";
            return Err(ClusterError::Url(said.to_owned()));
        }
        let url = if rest.is_empty() {
            before.to_owned()
        } else {
            format!("{before}?{}", rest.join("&"))
        };
        Ok((url, encryption))
    }

    pub(super) fn mode(&self) -> SslMode {
        if self.is_on {
            SslMode::Require
        } else {
            SslMode::Disable
        }
    }

    /// What makes the connections.
    pub(super) fn connector(&self) -> Result<MakeRustlsConnect, ClusterError> {
        let roots = if self.is_on {
            self.roots()?
        } else {
            RootCertStore::empty()
        };
        let builder = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions();
        let builder = builder.map_err(|error| ClusterError::Failed(error.to_string()))?;
        let config = builder.with_root_certificates(roots).with_no_client_auth();
        Ok(MakeRustlsConnect::new(config))
    }

    fn roots(&self) -> Result<RootCertStore, ClusterError> {
        let mut store = RootCertStore::empty();
        let (added, place) = if let Some(path) = &self.roots {
            let place = path.display().to_string();
            let unreadable = |error: rustls::pki_types::pem::Error| {
                ClusterError::Url(format!("the certificates of {place}: {error}"))
            };
            let found = CertificateDer::pem_file_iter(path).map_err(unreadable)?;
            let found = found.collect::<Result<Vec<_>, _>>().map_err(unreadable)?;
            (store.add_parsable_certificates(found).0, place)
        } else {
            let found = rustls_native_certs::load_native_certs().certs;
            let added = store.add_parsable_certificates(found).0;
            (added, "this machine".to_owned())
        };
        if added == 0 {
            let said = format!("no certificate of an authority is found in {place}");
            return Err(ClusterError::Url(said));
        }
        Ok(store)
    }
}

/// Refuses what is left of a URL when it still speaks of encryption: it would not be heeded.
pub(super) fn must_be_understood(rest: &str, config: &Config) -> Result<(), ClusterError> {
    if config.get_ssl_mode() == SslMode::Prefer && !rest.contains("sslmode") {
        return Ok(());
    }
    let said = "its sslmode is not understood; in a name or a password write ? as %3F";
    Err(ClusterError::Url(said.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::super::{Cluster, ClusterError};
    use super::Encryption;

    fn split(url: &str) -> (String, Encryption) {
        Encryption::split(url).unwrap()
    }

    #[test]
    fn what_a_url_says_of_encryption_is_taken_out() {
        let on = |roots: Option<&str>| Encryption {
            is_on: true,
            roots: roots.map(Into::into),
        };
        for (url, rest, encryption) in [
            ("postgres://h/d", "postgres://h/d", Encryption::default()),
            (
                "postgres://h/d?sslmode=disable&connect_timeout=3",
                "postgres://h/d?connect_timeout=3",
                Encryption::default(),
            ),
            (
                "postgres://h/d?sslmode=verify-full",
                "postgres://h/d",
                on(None),
            ),
            (
                "postgres://h/d?a=b&sslrootcert=/ca.pem&sslmode=require",
                "postgres://h/d?a=b",
                on(Some("/ca.pem")),
            ),
        ] {
            assert_eq!(split(url), (rest.to_owned(), encryption), "{url}");
        }
        for refused in [
            "postgres://h/d?sslmode=prefer",
            "postgres://h/d?sslrootcert=/ca.pem",
            "host=h sslmode=require",
            "host=h sslmode=prefer",
            "postgres://u:a?b@h/d?sslmode=require",
            "postgres://u:a?b@h/d?sslmode=prefer",
        ] {
            let answer = Cluster::parse(refused, &cresset_base::Limits::default());
            assert!(matches!(answer, Err(ClusterError::Url(_))), "{refused}");
        }
    }
}
