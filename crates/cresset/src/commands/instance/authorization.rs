//! What the authorization server of a new instance offers besides.

use clap::Args;
use cresset_auth::client_registration;
use cresset_base::Limits;
use cresset_store::{AuthorizationOptions, ClientRegistration, InstanceSettings, Registrants};

use crate::failure::{Failure, Kind};

/// What its authorization server offers besides.
#[derive(Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an option of its own, as the operator sets it"
)]
pub(super) struct Authorization {
    /// Let apps name the patient in `launch` themselves: base64 of {"patient":"123"}
    #[arg(long)]
    named_launch: bool,
    /// Take authorization requests ahead of the browser (RFC 9126)
    #[arg(long)]
    pushed_requests: bool,
    /// Bind tokens to a key of the app where it sends a proof of one (RFC 9449)
    #[arg(long)]
    dpop: bool,
    /// Take only proofs that hold a nonce of the server, which it hands out
    #[arg(long, requires = "dpop")]
    dpop_nonces: bool,
    #[command(flatten)]
    registration: Registration,
}

/// Whether and how apps register themselves.
#[derive(Args)]
struct Registration {
    /// Let apps register themselves (RFC 7591) that hold an initial access token, for at most these
    /// scopes: `cresset app initial-token` makes one
    #[arg(long, value_name = "SCOPES")]
    client_registration: Option<String>,
    /// Let them do so without a token: anybody may register an app
    #[arg(long, requires = "client_registration")]
    anybody_registers: bool,
}

impl Authorization {
    /// # Errors
    /// When apps that register themselves cannot be given the scopes.
    pub(super) fn apply(self, settings: &mut InstanceSettings) -> Result<(), Failure> {
        settings.authorization = AuthorizationOptions {
            named_launch: self.named_launch,
            pushed_requests: self.pushed_requests,
            dpop: self.dpop,
            dpop_nonces: self.dpop_nonces,
        };
        settings.client_registration = self.registration.settings()?;
        Ok(())
    }
}

impl Registration {
    fn settings(self) -> Result<Option<ClientRegistration>, Failure> {
        let Some(scopes) = self.client_registration else {
            return Ok(None);
        };
        client_registration::check_scopes(&scopes, &Limits::default())
            .map_err(|error| Failure::new(Kind::Settings, error))?;
        let who = if self.anybody_registers {
            Registrants::Anybody
        } else {
            Registrants::Invited
        };
        Ok(Some(ClientRegistration { scopes, who }))
    }
}
