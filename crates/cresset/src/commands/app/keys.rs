//! The public keys of an app.

use std::path::PathBuf;

use clap::Args;
use cresset_store::grant::AppDetails;

use crate::failure::{Context, Failure};

/// Where the keys are with which an app proves itself instead of with a secret.
#[derive(Args)]
pub(super) struct Keys {
    /// File with the app's public keys (a JWK set); it then signs with them and gets no secret
    #[arg(long, value_name = "FILE", conflicts_with = "jwks_uri")]
    jwks: Option<PathBuf>,
    /// Address of the app's public keys (a JWK set); it then signs with them and gets no secret
    #[arg(long, value_name = "URL")]
    jwks_uri: Option<String>,
}

impl Keys {
    /// Writes them down among what an app is registered with.
    pub(super) fn add_to(self, details: &mut AppDetails) -> Result<(), Failure> {
        if let Some(file) = self.jwks {
            let text = std::fs::read_to_string(&file);
            details.jwks = Some(text.context(format_args!("reading {}", file.display()))?);
        }
        details.jwks_uri = self.jwks_uri;
        Ok(())
    }
}
