//! One audit record for each interaction, written before its answer leaves.
//!
//! The envelope lays a [`Trail`] into the request; whoever learns something about the interaction
//! notes it there. Of requests that never got as far as a caller see [`strangers`].

mod event;
mod strangers;

use std::net::IpAddr;
use std::sync::{Arc, OnceLock};

use axum::body::Body;
use axum::extract::FromRequestParts;
use axum::response::Response;
use cresset_auth::Caller;
use cresset_base::Timestamp;
use cresset_store::note::Note;
use cresset_store::{AuditRecord, ErrorDialect, Whose};
use http::request::Parts;
use http::{Request, StatusCode};

use crate::app::App;
use crate::correlation::Correlation;
use crate::extract::{Peer, SignedIn};
use crate::failure::Failure;
use crate::instance::OpenInstance;

pub(crate) use event::Event;
pub(crate) use strangers::Strangers;

/// What is learned about a request on its way.
#[derive(Clone)]
pub struct Trail(Arc<Notes>);

struct Notes {
    /// `None` for what is no interaction with data.
    event: Option<Event>,
    correlation: Correlation,
    address: Option<IpAddr>,
    caller: OnceLock<(Arc<OpenInstance>, Arc<Caller>)>,
    query: OnceLock<[u8; 8]>,
    whose: OnceLock<Whose>,
    committed: OnceLock<()>,
    turned_away: OnceLock<Arc<OpenInstance>>,
}

impl Trail {
    /// The trail of one request, of which so far only the first line and the sender's address are
    /// known.
    pub(crate) fn new(request: &Request<Body>, correlation: Correlation) -> Self {
        let peer = request.extensions().get::<Peer>();
        Self(Arc::new(Notes {
            event: Event::of(request.method(), request.uri().path()),
            correlation,
            address: peer.copied().and_then(Peer::known),
            caller: OnceLock::new(),
            query: OnceLock::new(),
            whose: OnceLock::new(),
            committed: OnceLock::new(),
            turned_away: OnceLock::new(),
        }))
    }

    /// Notes who asks which instance.
    pub fn asks(&self, instance: &Arc<OpenInstance>, caller: &Arc<Caller>) {
        // A second note about one request would be the same one.
        let _ = self.0.caller.set((instance.clone(), caller.clone()));
    }

    /// The dialect of the instance that was asked; nothing before a caller is known.
    pub(crate) fn dialect(&self) -> Option<ErrorDialect> {
        self.0.caller.get().map(|(instance, _)| instance.errors)
    }

    /// Notes that the record was committed together with the change.
    pub fn committed(&self) {
        let _ = self.0.committed.set(());
    }

    /// Notes a fingerprint of a search, which tells equal searches without keeping their values.
    pub fn searched(&self, query: [u8; 8]) {
        let _ = self.0.query.set(query);
    }

    /// Whose records the answer was noted to show.
    pub(crate) fn shown(&self) -> Option<Whose> {
        self.0.whose.get().cloned()
    }

    /// Notes whose records the answer shows.
    pub fn shows(&self, whose: Whose) {
        let _ = self.0.whose.set(whose);
    }

    /// The record of this interaction if it ends with `status`.
    pub fn draft(&self, app: &App, status: StatusCode) -> AuditRecord {
        let event = self.0.event.as_ref();
        AuditRecord {
            at: app.platform().clock.now(),
            app: self
                .0
                .caller
                .get()
                .map(|(_, caller)| caller.client_id.clone()),
            subject: self
                .0
                .caller
                .get()
                .and_then(|(_, caller)| caller.user.clone()),
            interaction: event.map_or("request", |event| event.name()).to_owned(),
            resource_type: event.and_then(|event| event.resource_type),
            id: event.and_then(|event| event.id.clone()),
            whose: self.whose(app.limits().audit_patients_max),
            address: self.0.address,
            query: self.0.query.get().copied(),
            status: status.as_u16(),
            times: 1,
            correlation_id: self.0.correlation.as_str().to_owned(),
        }
    }

    /// Whose records it was: what was noted, and who the address and the token name.
    fn whose(&self, most: usize) -> Whose {
        let mut whose = self.0.whose.get().cloned().unwrap_or_default();
        let caller = self.0.caller.get();
        whose.add(caller.and_then(|(_, c)| c.access.patient()).cloned(), most);
        if let Some(event) = &self.0.event
            && event.resource_type.is_some_and(|of| of.name() == "Patient")
        {
            whose.add(event.id.clone(), most);
        }
        whose
    }

    /// Notes that the caller was not recognised at this instance.
    pub fn turned_away(&self, instance: &Arc<OpenInstance>) {
        let _ = self.0.turned_away.set(instance.clone());
    }

    /// Writes the record and passes the answer on; one that gives data away is withheld when it
    /// cannot be recorded.
    pub(crate) async fn record(&self, app: &App, answer: Response) -> Result<Response, Failure> {
        if let Some(instance) = self.0.turned_away.get() {
            let record = self.draft(app, answer.status());
            instance.record_stranger(record).await?;
            return Ok(answer);
        }
        let (Some(_), Some((instance, _)), None) =
            (&self.0.event, self.0.caller.get(), self.0.committed.get())
        else {
            return Ok(answer);
        };
        instance.record(self.draft(app, answer.status())).await?;
        Ok(answer)
    }
}

/// Which request something happened in, and from where it came.
#[derive(Clone)]
pub struct Occasion {
    correlation: Correlation,
    address: Option<IpAddr>,
}

impl Occasion {
    /// Of a request that was kept for later.
    pub(crate) fn of(correlation: Correlation, address: Option<IpAddr>) -> Self {
        Self {
            correlation,
            address,
        }
    }
}

impl FromRequestParts<App> for Occasion {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let Ok(peer) = Peer::from_request_parts(parts, app).await;
        let trail = parts.extensions.get::<Trail>();
        let correlation = match trail.map(|trail| trail.0.correlation.clone()) {
            Some(correlation) => correlation,
            None => Correlation::from_request_parts(parts, app).await?,
        };
        Ok(Self {
            correlation,
            address: peer.known(),
        })
    }
}

/// Something that happened on a page or at the authorization server and is no interaction with data.
#[derive(Clone)]
pub struct Happening<'h> {
    /// Its name: `login`, `consent`, …
    pub name: &'static str,
    /// How it ended.
    pub status: StatusCode,
    /// When and from where.
    pub occasion: &'h Occasion,
    /// The person, where known.
    pub subject: Option<String>,
    /// `client_id` of the app it is about.
    pub app: Option<String>,
    /// The patients whose records it is about.
    pub whose: Whose,
}

impl<'h> Happening<'h> {
    /// Something that is about nobody yet.
    pub fn new(name: &'static str, status: StatusCode, occasion: &'h Occasion) -> Self {
        Self {
            name,
            status,
            occasion,
            subject: None,
            app: None,
            whose: Whose::default(),
        }
    }

    /// What somebody did who is signed in.
    pub fn by(
        signed_in: &SignedIn,
        name: &'static str,
        status: StatusCode,
        occasion: &'h Occasion,
    ) -> Self {
        Self {
            subject: Some(signed_in.who.user.id.clone()),
            ..Self::new(name, status, occasion)
        }
    }
}

impl Happening<'_> {
    /// The record of it.
    pub fn record(self, at: Timestamp) -> AuditRecord {
        AuditRecord {
            at,
            app: self.app,
            subject: self.subject,
            interaction: self.name.to_owned(),
            resource_type: None,
            id: None,
            whose: self.whose,
            query: None,
            address: self.occasion.address,
            status: self.status.as_u16(),
            times: 1,
            correlation_id: self.occasion.correlation.as_str().to_owned(),
        }
    }

    /// The note that goes along with what this is the record of, should it succeed.
    pub fn note(self, app: &App) -> Arc<Note> {
        let clock = app.platform().clock.clone();
        let record = self.record(clock.now());
        Note::new(move || AuditRecord {
            at: clock.now(),
            ..record.clone()
        })
    }
}

/// Does what somebody asks with whatever decides it kept together with the record of it; where nothing was
/// changed, the record of a success is written before its answer leaves.
///
/// # Errors
/// As [`record`].
pub async fn noted<T, E>(
    (app, instance): (&App, &OpenInstance),
    happening: Happening<'_>,
    asked: impl Future<Output = Result<T, E>>,
) -> Result<Result<T, E>, Failure> {
    let note = happening.clone().note(app);
    let outcome = note.along(asked).await;
    if outcome.is_ok() && !note.is_kept() {
        record(app, instance, happening).await?;
    }
    Ok(outcome)
}

/// The same for somebody who is signed in.
///
/// # Errors
/// As [`record`].
pub async fn noted_by<T, E>(
    app: &App,
    signed_in: &SignedIn,
    (what, occasion): (&'static str, &Occasion),
    asked: impl Future<Output = Result<T, E>>,
) -> Result<Result<T, E>, Failure> {
    let happening = Happening::by(signed_in, what, StatusCode::OK, occasion);
    noted((app, &signed_in.instance), happening, asked).await
}

/// Writes the record of what somebody did on a page who is signed in, before its answer leaves.
///
/// # Errors
/// As [`record`].
pub async fn note(
    app: &App,
    signed_in: &SignedIn,
    what: &'static str,
    occasion: &Occasion,
) -> Result<(), Failure> {
    let happening = Happening::by(signed_in, what, StatusCode::OK, occasion);
    record(app, &signed_in.instance, happening).await
}

/// Writes the record of a happening, before its answer leaves. Of what nobody we know did, and of
/// what was refused, see [`strangers`].
///
/// # Errors
/// When the trail cannot keep up.
pub async fn record(
    app: &App,
    instance: &OpenInstance,
    happening: Happening<'_>,
) -> Result<(), Failure> {
    let is_refused = happening.status.is_client_error();
    let is_stranger = happening.subject.is_none() && (happening.app.is_none() || is_refused);
    let record = happening.record(app.platform().clock.now());
    if is_stranger {
        instance.record_stranger(record).await?;
    } else {
        instance.record(record).await?;
    }
    Ok(())
}
