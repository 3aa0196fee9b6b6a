//! Who asks what of which instance: the beginning of every interaction that needs a token.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::response::Response;
use bytes::Bytes;
use cresset_access::Access;
use cresset_auth::{BearerError, Caller};
use cresset_fhir::{Answer, Audited, Completing, Fault, Kind};
use cresset_store::{Lease, Version};
use http::StatusCode;
use http::request::Parts;

use super::presented::Held;
use super::{Instance, layout};
use crate::app::App;
use crate::asynchronous::{self, Replay};
use crate::audit::Trail;
use crate::failure::Failure;
use crate::instance::OpenInstance;
use crate::render::{self, Layout};

/// Asks how a search was answered.
pub const EXPLAIN: &str = "cresset-explain";

/// An authenticated request to one instance whose answer can be had in the form asked for.
pub struct Ask {
    /// The instance the route names, or that stands behind it.
    pub instance: Arc<OpenInstance>,
    /// The app that asks, and what it may see and do.
    pub caller: Arc<Caller>,
    /// How the answer is laid out.
    pub layout: Layout,
    /// Whether it wants to know how a search was answered, and may.
    pub explains: bool,
    app: App,
    /// What the job is held by that this is the work of.
    lease: Option<Lease>,
    /// Where what is learned about the interaction is noted.
    pub trail: Trail,
}

impl Ask {
    /// What the caller may see and do.
    pub fn access(&self) -> &Access {
        &self.caller.access
    }

    /// Notes whose records these versions, which the answer shows, are.
    ///
    /// # Errors
    /// When a stored body does not parse.
    pub fn shows<'v>(
        &self,
        versions: impl IntoIterator<Item = &'v Version>,
    ) -> Result<(), Failure> {
        let whose = self.instance.fhir.whose(self.access(), versions)?;
        self.trail.shows(whose);
        Ok(())
    }

    /// A page of resources as the answer, whose record names whose they are.
    pub fn answered(&self, answer: Answer) -> Response {
        self.trail.shows(answer.whose);
        render::fhir(StatusCode::OK, Bytes::from(answer.body), self.layout)
    }

    /// The same for a change, with the record it leaves when it ends with `status`.
    pub fn audited(&self, status: StatusCode) -> Audited<'_> {
        Audited {
            access: self.access(),
            record: self.trail.draft(&self.app, status),
            completing: self.lease.clone().map(|lease| Completing {
                lease,
                kept: asynchronous::committed,
            }),
        }
    }
}

impl FromRequestParts<App> for Ask {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let replay = parts.extensions.remove::<Replay>();
        let (instance, caller) = if let Some(replay) = &replay {
            (replay.instance.clone(), Ok(replay.caller.clone()))
        } else {
            let Instance(at) = Instance::from_request_parts(parts, app).await?;
            let held = Held::of(app, (&parts.method, &parts.uri), &parts.headers);
            let instance = app.instances().behind(at, || held.mark()).await?;
            let caller = instance.auth.caller(held.presented()).await;
            (instance, caller)
        };
        let trail = parts.extensions.remove::<Trail>();
        let trail = trail.ok_or_else(|| Fault::internal("a request came past the envelope"))?;
        let caller = caller.map_err(|error| {
            if !matches!(error, BearerError::Store(_)) {
                trail.turned_away(&instance);
            }
            refused(error)
        })?;
        trail.asks(&instance, &caller);
        // What is kept is laid out for whoever fetches it.
        let layout = if replay.is_some() {
            Layout::KEPT
        } else {
            layout::of(&parts.uri, &parts.headers)?
        };
        let explains = instance.explains && parts.headers.contains_key(EXPLAIN);
        Ok(Self {
            app: app.clone(),
            lease: replay.map(|replay| replay.lease),
            explains,
            instance,
            caller,
            layout,
            trail,
        })
    }
}

fn refused(error: BearerError) -> Failure {
    let challenge = error.challenge();
    let nonce = error.nonce().map(str::to_owned);
    let (kind, text) = match error {
        BearerError::Missing
        | BearerError::Invalid(_)
        | BearerError::Unproved(_)
        | BearerError::Nonce(_) => (
            Kind::Unauthenticated,
            format!("Authentication failed: {error}"),
        ),
        BearerError::Malformed(text) => (Kind::Invalid, text.to_owned()),
        BearerError::Store(error) => return Fault::from(error).into(),
    };
    Failure::new(kind, text).challenged(challenge.as_deref(), nonce.as_deref())
}
