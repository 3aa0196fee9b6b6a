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
use cresset_store::Whose;
use http::header::{ALLOW, ORIGIN, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderValue, Method, Request};
use tower::Service;

use crate::app::App;
use crate::asynchronous::{self, Replay};
use crate::audit::Trail;
use crate::compression;
use crate::correlation::{Correlation, own_request_id};
use crate::cors;
use crate::extract::{layout, media};
use crate::failure::Failure;
use crate::render::Layout;
use crate::{pages, router};

const NOSNIFF: HeaderValue = HeaderValue::from_static("nosniff");
/// Codes and links stand in addresses: where an answer leads, nobody is told from where.
const NO_REFERRER: HeaderValue = HeaderValue::from_static("no-referrer");

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
    pub async fn answer(&self, request: Request<Body>) -> Response {
        let uri = request.uri().clone();
        let origin = request.headers().get(ORIGIN).cloned();
        let readers = cors::readers(&self.app, uri.path(), origin.as_ref()).await;
        let facts = Facts {
            origin,
            readers,
            ..Facts::of(&request, self.app.correlations().next())
        };
        let answer = if facts.method == Method::CONNECT {
            Failure::new(Kind::NotSupported, "Operation is not supported").into_response()
        } else if !facts.is_open {
            let mut request = request;
            request.extensions_mut().insert(facts.correlation.clone());
            self.bounded(request, self.request_time()).await
        } else if facts.method == Method::OPTIONS {
            // What the router refuses OPTIONS with names the methods it would take.
            let answer = self.bounded(request, self.request_time()).await;
            cors::options(answer.headers().get(ALLOW))
        } else {
            let (answer, _) = self
                .audited(request, &facts.correlation, self.request_time())
                .await;
            answer
        };
        let status = answer.status().as_u16();
        tracing::debug!(correlation = %facts.correlation, method = %facts.method, status, "answered");
        let accepted = facts.accepted.clone();
        compression::packed(accepted, facts.dress(answer)).await
    }

    /// The answer to a request that was kept for later, in the form in which answers are kept, and whose
    /// records it was noted to show.
    pub(crate) async fn carried_out(
        &self,
        request: Request<Body>,
        correlation: &Correlation,
        time: Duration,
    ) -> (Response, Option<Whose>) {
        let (mut answer, trail) = self.audited(request, correlation, time).await;
        if let Some(failure) = answer.extensions_mut().remove::<Failure>() {
            answer = failure.render(correlation, Layout::KEPT);
        }
        (answer, trail.shown())
    }

    fn request_time(&self) -> Duration {
        Duration::from_millis(self.app.limits().request_ms_max)
    }

    /// The router's answer, withheld if it cannot be recorded.
    async fn audited(
        &self,
        mut request: Request<Body>,
        correlation: &Correlation,
        time: Duration,
    ) -> (Response, Trail) {
        let trail = Trail::new(&request, correlation.clone());
        request.extensions_mut().insert(trail.clone());
        let is_kept = request.extensions().get::<Replay>().is_some();
        let answer = if !is_kept && asynchronous::is_wanted(&request) {
            self.kept(request, correlation, time).await
        } else {
            self.bounded(request, time).await
        };
        let mut answer = trail
            .record(&self.app, answer)
            .await
            .unwrap_or_else(IntoResponse::into_response);
        if let Some(failure) = answer.extensions_mut().get_mut::<Failure>()
            && let Some(dialect) = trail.dialect()
        {
            failure.speak(dialect);
        }
        (answer, trail)
    }

    /// The router's answer within the time it may take.
    async fn bounded(&self, request: Request<Body>, time: Duration) -> Response {
        let call = self.router.clone().call(request);
        within(time, async {
            call.await.unwrap_or_else(|never| match never {})
        })
        .await
    }

    /// The answer to a request that nobody waits for. It comes past the router, which the request meets
    /// when it is carried out.
    async fn kept(
        &self,
        request: Request<Body>,
        correlation: &Correlation,
        time: Duration,
    ) -> Response {
        let taken = async {
            let taken = asynchronous::kick_off(&self.app, request, correlation).await;
            taken.unwrap_or_else(IntoResponse::into_response)
        };
        within(time, taken).await
    }
}

/// An answer within the time it may take; a panic is an answer too.
async fn within(time: Duration, answer: impl Future<Output = Response>) -> Response {
    match tokio::time::timeout(time, unpanicked(answer)).await {
        Ok(Some(response)) => response,
        Ok(None) => Failure::from(Fault::internal("a handler panicked")).into_response(),
        Err(_) => {
            let text = "The request took longer than the limit allows";
            Failure::new(Kind::Transient, text).into_response()
        }
    }
}

/// What an answer's form depends on besides what it says.
struct Facts {
    correlation: Correlation,
    /// The caller's own name for its request.
    own: Option<HeaderValue>,
    method: Method,
    /// Whether it goes to a FHIR base or an authorization server, not to a page.
    is_open: bool,
    /// The origin of the page that asks.
    origin: Option<HeaderValue>,
    /// The pages that may read the answer.
    readers: cors::Readers,
    layout: Layout,
    wants_page: bool,
    /// How the answer may be packed.
    accepted: Option<HeaderValue>,
}

impl Facts {
    /// Those of a request of a page of this server.
    fn of(request: &Request<Body>, correlation: Correlation) -> Self {
        let headers = request.headers();
        let is_open = cors::is_open(request.uri().path());
        Self {
            correlation,
            own: own_request_id(headers),
            method: request.method().clone(),
            is_open,
            origin: None,
            readers: cors::Readers::Own,
            layout: layout::of_failure(request.uri(), headers),
            accepted: compression::accepted(headers),
            wants_page: !is_open && media::wants_page(headers),
        }
    }

    /// Writes the body of a failure, and what every answer carries.
    fn dress(self, mut answer: Response) -> Response {
        if let Some(failure) = answer.extensions_mut().remove::<Failure>() {
            let allow = answer.headers_mut().remove(ALLOW);
            answer = self.written(failure);
            if let Some(allow) = allow {
                answer.headers_mut().insert(ALLOW, allow);
            }
        }
        if self.method == Method::HEAD {
            *answer.body_mut() = Body::empty();
        }
        let headers = answer.headers_mut();
        self.correlation.write(self.own, headers);
        headers.insert(X_CONTENT_TYPE_OPTIONS, NOSNIFF);
        headers.entry(REFERRER_POLICY).or_insert(NO_REFERRER);
        cors::allow(self.readers, self.origin.as_ref(), headers);
        answer
    }

    /// A failure as a page for a browser, as an `OperationOutcome` for everybody else.
    fn written(&self, failure: Failure) -> Response {
        if self.wants_page
            && let Ok(page) = pages::failed(&failure, &self.correlation)
        {
            return page;
        }
        failure.render(&self.correlation, self.layout)
    }
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

#[cfg(test)]
mod tests {
    use super::unpanicked;

    #[tokio::test]
    async fn a_panic_is_nothing_more_than_no_answer() {
        assert_eq!(unpanicked(async { 1 }).await, Some(1));
        let late = async {
            tokio::task::yield_now().await;
            panic!("in a handler")
        };
        let answer: Option<()> = unpanicked(late).await;
        assert_eq!(answer, None);
    }
}
