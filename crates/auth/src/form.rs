//! The parameters of an OAuth request.

use std::collections::HashSet;
use std::sync::OnceLock;

use cresset_base::Limits;

use crate::error::Refusal;

/// What arrives at an OAuth endpoint: a POST with a form. Query parameters are none of it, so that
/// a secret or token in a URL is never accepted.
#[derive(Clone, Copy)]
pub struct Request<'r> {
    /// The values of all `Authorization` headers.
    pub authorization: &'r [&'r [u8]],
    /// The decoded pairs of the form, in order.
    pub form: &'r [(String, String)],
    /// The values of all `DPoP` headers.
    pub proofs: &'r [&'r [u8]],
    /// Where is noted who asks.
    pub asker: &'r Asker,
}

/// Who turned out to ask, as far as it was found out: also of a request that is refused then.
#[derive(Debug, Default)]
pub struct Asker {
    app: OnceLock<String>,
    user: OnceLock<String>,
    patient: OnceLock<String>,
}

impl Asker {
    /// `client_id` of the app.
    pub fn app(&self) -> Option<&str> {
        self.app.get().map(String::as_str)
    }

    /// The person for whom it asks.
    pub fn user(&self) -> Option<&str> {
        self.user.get().map(String::as_str)
    }

    /// The patient in context.
    pub fn patient(&self) -> Option<&str> {
        self.patient.get().map(String::as_str)
    }

    pub(crate) fn is_app(&self, client_id: &str) {
        // One request is of one app.
        let _ = self.app.set(client_id.to_owned());
    }

    pub(crate) fn is_for(&self, user: Option<&str>, patient: Option<&str>) {
        if let Some(user) = user {
            let _ = self.user.set(user.to_owned());
        }
        if let Some(patient) = patient {
            let _ = self.patient.set(patient.to_owned());
        }
    }
}

/// A form in which each name stands once.
pub(crate) struct Form<'r>(&'r [(String, String)]);

impl<'r> Form<'r> {
    /// RFC 6749 §3.2: parameters must not be repeated. Known or not: a second reader of the same
    /// form might take the other one.
    pub(crate) fn new(pairs: &'r [(String, String)], limits: &Limits) -> Result<Self, Refusal> {
        if pairs.len() > limits.oauth_parameters_max {
            return Err(Refusal::request("there are too many parameters"));
        }
        let mut seen = HashSet::new();
        if pairs.iter().all(|(name, _)| seen.insert(name.as_str())) {
            Ok(Self(pairs))
        } else {
            Err(Refusal::request("a parameter is repeated; send each once"))
        }
    }

    /// The value of a parameter; an empty one counts as left out (RFC 6749 §3.2).
    pub(crate) fn get(&self, name: &str) -> Option<&'r str> {
        let found = self
            .0
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, value)| value.as_str());
        found.filter(|value| !value.is_empty())
    }
}
