//! A browser in which perhaps nobody is signed in: its forms can be told apart from those of others
//! all the same.

use axum::response::Response;
use cresset_auth::session::form_token;
use cresset_base::Secret;
use http::HeaderMap;

use crate::app::App;
use crate::cookie::{self, Purpose};
use crate::instance::OpenInstance;

/// What the forms of its pages carry.
pub(super) struct Visitor {
    pub(super) form_token: String,
    /// The cookie it is given, where it had none.
    fresh: Option<Secret<String>>,
}

impl Visitor {
    pub(super) fn of(app: &App, instance: &OpenInstance, headers: &HeaderMap) -> Self {
        let known = cookie::read(app, instance.name.as_str(), headers, Purpose::Session);
        let fresh = known.is_none().then(|| instance.auth.stranger());
        let cookie = known.as_ref().or(fresh.as_ref().map(Secret::expose));
        Self {
            form_token: form_token(cookie.map_or("", String::as_str)),
            fresh,
        }
    }

    /// The answer, with the cookie that goes with its form.
    pub(super) fn keep(
        &self,
        app: &App,
        instance: &OpenInstance,
        mut answer: Response,
    ) -> Response {
        if let Some(fresh) = &self.fresh {
            let session = (Purpose::Session, Some(fresh.expose().as_str()));
            cookie::write(app, instance.name.as_str(), answer.headers_mut(), session);
        }
        answer
    }
}
