//! `GET` and `POST /[instance]/auth/authorize/`

use axum::extract::{FromRequest, Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use cresset_auth::authorize::AuthorizeError;
use cresset_auth::front::mark_claimed;
use http::{Method, StatusCode};

use crate::app::App;
use crate::audit::{self, Happening, Occasion};
use crate::extract::{Form, Instance, Pairs, Peer};
use crate::failure::Failure;
use crate::pages;

/// Takes what an app asks a person for. The browser goes on to the consent page by a request of
/// its own: one that another site sent carries no cookies (`SameSite`), and a form sent twice would
/// ask twice.
pub(crate) async fn authorize(
    State(app): State<App>,
    Instance(at): Instance,
    (peer, occasion): (Peer, Occasion),
    Pairs(mut pairs): Pairs,
    request: Request,
) -> Result<Response, Failure> {
    if request.method() == Method::POST {
        // A parameter in both is one that stands there twice.
        let Form(form) = Form::from_request(request, &app).await?;
        pairs.extend(form);
    }
    let mark = || mark_claimed(&[], &pairs);
    let instance = app.instances().behind(at, mark).await?;
    let address = peer.subscriber().to_string();
    match instance.auth.authorize(&pairs, &address).await {
        Ok(handle) => {
            let to = format!("/{}/consent/{handle}", instance.name);
            Ok(Redirect::to(&to).into_response())
        }
        Err(error) => {
            if !matches!(error, AuthorizeError::Store(_)) {
                // A decision leaves a record of its own, and so does what never comes to one.
                let refused = Happening::new("authorize", StatusCode::BAD_REQUEST, &occasion);
                audit::record(&app, &instance, refused).await?;
            }
            ended(error)
        }
    }
}

/// What ends a request without a decision, as a page or for the app.
pub(crate) fn ended(error: AuthorizeError) -> Result<Response, Failure> {
    match error {
        AuthorizeError::Shown(text) => pages::not_asked(text),
        AuthorizeError::Answered(answer) => Ok(Redirect::to(answer.url()).into_response()),
        AuthorizeError::Store(error) => Err(error.into()),
    }
}
