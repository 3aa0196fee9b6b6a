//! Proving once more who sits at a browser, and going on in it after.

use axum::response::Response;
use cresset_auth::second_factor::SecondProof;
use cresset_auth::session::{Authenticated, Begun, SignIn};
use cresset_base::Secret;
use http::HeaderMap;

use crate::app::App;
use crate::cookie::{self, Purpose};
use crate::extract::{Peer, SafeForm, SignedIn};

/// What proves once more who sits at the browser.
pub(super) struct Proof<'p> {
    login: &'p str,
    signed_in: Authenticated,
    form: &'p SafeForm,
    address: String,
    device: Option<String>,
}

impl<'p> Proof<'p> {
    pub(super) fn of(
        app: &App,
        signed_in: &'p SignedIn,
        peer: Peer,
        (headers, form): (&HeaderMap, &'p SafeForm),
    ) -> Self {
        let name = signed_in.instance.name.as_str();
        Self {
            login: &signed_in.who.user.login,
            signed_in: signed_in.who.authenticated(),
            form,
            address: peer.subscriber().to_string(),
            device: cookie::read(app, name, headers, Purpose::Device),
        }
    }

    /// With the password of the form, and what else stands there for who changes a second factor.
    pub(super) fn of_both(&self) -> (SignIn<'_>, SecondProof<'_>) {
        let second = SecondProof {
            signed_in: self.signed_in,
            code: self.form.value("second"),
            address: &self.address,
            device: self.device.as_deref(),
        };
        (self.by("password"), second)
    }

    /// With the password in this field of the form.
    pub(super) fn by(&self, field: &str) -> SignIn<'_> {
        SignIn {
            login: self.login,
            password: Secret::new(self.form.value(field).to_owned()),
            address: &self.address,
            device: self.device.as_deref(),
        }
    }
}

/// Gives the browser the session in which the person goes on.
/// Nothing where none began: they sign in again.
pub(super) fn go_on(
    app: &App,
    signed_in: &SignedIn,
    begun: Option<&Begun>,
    response: &mut Response,
) {
    let Some(begun) = begun else { return };
    let session = (Purpose::Session, Some(begun.cookie.expose().as_str()));
    let name = signed_in.instance.name.as_str();
    cookie::write(app, name, response.headers_mut(), session);
}
