//! Answers that go to the app through the browser (RFC 6749 §4.1.2).

use url::form_urlencoded::Serializer;

use crate::server::AuthServer;

/// The address the browser is sent to, with the answer in its query. A code in it is a secret for
/// a minute, so its `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    url: String,
}

impl Answer {
    /// The whole address.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let address = self.url.split('?').next().unwrap_or_default();
        write!(f, "Answer({address}?…)")
    }
}

impl AuthServer {
    /// Adds `state` as it came and `iss` (RFC 9207) to an answer.
    pub(super) fn answer(
        &self,
        (redirect_uri, state): (&str, Option<&str>),
        fields: &[(&str, &str)],
    ) -> Answer {
        let mut query = Serializer::new(String::new());
        query.extend_pairs(fields);
        if let Some(state) = state {
            query.append_pair("state", state);
        }
        query.append_pair("iss", &self.settings.issuer);
        // A query the app is registered with stays as it is written (RFC 6749 §3.1.2).
        let mark = if redirect_uri.contains('?') { '&' } else { '?' };
        Answer {
            url: format!("{redirect_uri}{mark}{}", query.finish()),
        }
    }

    pub(super) fn refusal(
        &self,
        to: (&str, Option<&str>),
        code: &str,
        description: &str,
    ) -> Answer {
        self.answer(to, &[("error", code), ("error_description", description)])
    }
}
