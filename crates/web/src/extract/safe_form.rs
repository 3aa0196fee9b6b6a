//! Forms of our own pages, which no other page can send.

use axum::extract::{FromRequest, Request};
use cresset_auth::session::is_form_token;
use cresset_fhir::Kind;

use super::{Form, is_own_page};
use crate::app::App;
use crate::cookie::{self, Purpose};
use crate::failure::Failure;

/// The field that carries the token of a form.
pub const TOKEN_FIELD: &str = "form_token";

/// The fields of a form that stood on a page of ours in this very browser: it says where it stood,
/// and its token goes with the browser's cookie. It is refused before anything is done otherwise.
pub struct SafeForm(Vec<(String, String)>);

impl SafeForm {
    /// The first value of a field; empty when there is none.
    pub fn value(&self, name: &str) -> &str {
        let mut fields = self.0.iter();
        let found = fields.find(|(key, _)| key == name);
        found.map_or("", |(_, value)| value)
    }

    /// Every value of a field, such as those of check boxes.
    pub fn values(&self, name: &'static str) -> impl Iterator<Item = &str> {
        let named = self.0.iter().filter(move |(key, _)| key == name);
        named.map(|(_, value)| value.as_str())
    }
}

impl FromRequest<App> for SafeForm {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &App) -> Result<Self, Failure> {
        let sender = Sender::of(&request, app)?;
        let Form(fields) = Form::from_request(request, app).await?;
        let form = Self(fields);
        sender.sent(form.value(TOKEN_FIELD))?;
        Ok(form)
    }
}

/// The browser that sends a form which stood on one of our pages.
pub(super) struct Sender {
    cookie: Option<String>,
}

impl Sender {
    /// Of this request.
    ///
    /// # Errors
    /// 403 when the form stood elsewhere.
    pub(super) fn of(request: &Request, app: &App) -> Result<Self, Failure> {
        if !is_own_page(request.uri(), request.headers()) {
            return Err(foreign());
        }
        let name = request.uri().path().split('/').nth(1).unwrap_or_default();
        let cookie = cookie::read(app, name, request.headers(), Purpose::Session);
        Ok(Self { cookie })
    }

    /// Whether a form with this token is this browser's.
    ///
    /// # Errors
    /// 403 when it is another's.
    pub(super) fn sent(&self, token: &str) -> Result<(), Failure> {
        let cookie = self.cookie.as_ref();
        let is_ours = cookie.is_some_and(|cookie| is_form_token(cookie, token));
        is_ours.then_some(()).ok_or_else(foreign)
    }
}

fn foreign() -> Failure {
    let text = "This form did not come from a page of this practice in this browser; \
                open the page again";
    Failure::new(Kind::Forbidden, text)
}
