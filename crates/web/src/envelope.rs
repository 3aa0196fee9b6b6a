//! What happens around every request, once.

use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use cresset_fhir::{Fault, Kind};
use http::header::{ORIGIN, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderValue, Method, Request};
use tower::Service;

use crate::app::App;
use crate::audit::Trail;
use crate::correlation::{Correlation, own_request_id};
use crate::cors;
use crate::extract::layout;
use crate::failure::{Failure, keep_allow};
use crate::render::Layout;
use crate::router;

const NOSNIFF: HeaderValue = HeaderValue::from_static("nosniff");

/// The whole server as one function from request to response.
#[derive(Clone)]
pub struct Envelope {
    app: App,
    router: Router,
}

impl Envelope {
    /// Wraps the router of this application.
    pub fn new(app: App) -> Self {
        Self {
            router: router::router(app.clone()),
            app,
        }
    }

    /// Answers one request: never fails, never panics, always named.
    pub async fn answer(&self, mut request: Request<Body>) -> Response {
        let correlation = self.app.correlations().next();
        let own = own_request_id(request.headers());
        let layout = layout::of_query(request.uri().query());
        let is_head = request.method() == Method::HEAD;
        let is_cross_origin = request.headers().contains_key(ORIGIN);
        let is_open = cors::is_open(request.uri().path());

        let answer = if is_open && request.method() == Method::OPTIONS {
            cors::options()
        } else if is_open {
            let trail = Trail::new(request.method(), request.uri().path(), correlation.clone());
            request.extensions_mut().insert(trail.clone());
            let answer = self.bounded(request).await;
            let recorded = trail.record(&self.app, answer);
            recorded.unwrap_or_else(IntoResponse::into_response)
        } else {
            self.bounded(request).await
        };
        let mut answer = written(answer, &correlation, layout);
        if is_head {
            *answer.body_mut() = Body::empty();
        }
        let headers = answer.headers_mut();
        correlation.write(own, headers);
        headers.insert(X_CONTENT_TYPE_OPTIONS, NOSNIFF);
        if is_open {
            cors::allow(is_cross_origin, headers);
        }
        answer
    }

    /// The router's answer within the time limit; a panic is an answer too.
    async fn bounded(&self, request: Request<Body>) -> Response {
        let limit = Duration::from_millis(self.app.limits().request_ms_max);
        let call = unpanicked(self.router.clone().call(request));
        match tokio::time::timeout(limit, call).await {
            Ok(Some(Ok(response))) => response,
            Ok(Some(Err(never))) => match never {},
            Ok(None) => Failure::from(Fault::internal("a handler panicked")).into_response(),
            Err(_) => {
                let text = "The request took longer than the limit allows";
                Failure::new(Kind::Transient, text).into_response()
            }
        }
    }
}

/// Writes the body of a failure; any other answer stays as it is.
fn written(mut answer: Response, correlation: &Correlation, layout: Layout) -> Response {
    let Some(failure) = answer.extensions_mut().remove::<Failure>() else {
        return answer;
    };
    let mut written = failure.render(correlation, layout);
    keep_allow(answer.headers(), written.headers_mut());
    written
}

/// The future's output, or nothing when it panicked.
async fn unpanicked<F: Future>(future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    poll_fn(|context| {
        // The future is dropped right after a panic, so nobody sees what it left half done.
        match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
            Ok(poll) => poll.map(Some),
            Err(_) => Poll::Ready(None),
        }
    })
    .await
}
