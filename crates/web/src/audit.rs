//! One audit record for each interaction, written before its answer leaves.
//!
//! The envelope lays a [`Trail`] into the request; whoever learns something about the interaction
//! notes it there. Requests that never got as far as a caller touched nothing and leave no record.

use std::net::IpAddr;
use std::sync::{Arc, OnceLock};

use axum::body::Body;
use axum::response::Response;
use cresset_auth::Caller;
use cresset_base::ResourceId;
use cresset_definitions::ResourceType;
use cresset_rules::allergen::{KEPT_AS, NAME};
use cresset_store::{AuditRecord, AuditSync, ErrorDialect};
use http::{Method, Request, StatusCode};

use crate::app::App;
use crate::correlation::Correlation;
use crate::extract::Peer;
use crate::failure::Failure;
use crate::instance::OpenInstance;

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
    committed: OnceLock<()>,
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
            committed: OnceLock::new(),
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
            interaction: event
                .map_or("", |event| event.interaction.code())
                .to_owned(),
            resource_type: event.and_then(|event| event.resource_type),
            id: event.and_then(|event| event.id.clone()),
            patient: self.patient(),
            address: self.0.address,
            query: self.0.query.get().copied(),
            status: status.as_u16(),
            correlation_id: self.0.correlation.as_str().to_owned(),
        }
    }

    /// Whose record it is, where the address or the token says so.
    fn patient(&self) -> Option<ResourceId> {
        let (_, caller) = self.0.caller.get()?;
        let event = self.0.event.as_ref()?;
        let is_patient = event.resource_type.is_some_and(|of| of.name() == "Patient");
        let addressed = event.id.as_ref().filter(|_| is_patient);
        addressed.or_else(|| caller.access.patient()).cloned()
    }

    /// Writes the record and passes the answer on; one that gives data away is withheld when it
    /// cannot be recorded.
    pub(crate) async fn record(&self, app: &App, answer: Response) -> Result<Response, Failure> {
        let (Some(_), Some((instance, _)), None) =
            (&self.0.event, self.0.caller.get(), self.0.committed.get())
        else {
            return Ok(answer);
        };
        instance.store.record(self.draft(app, answer.status()))?;
        if instance.audit_sync == AuditSync::Each {
            instance.store.settle().await?;
        }
        Ok(answer)
    }
}

/// Something that happened on a page or at the authorization server and is no interaction with data.
pub struct Happening<'h> {
    /// Its name: `login`, `consent`, …
    pub name: &'static str,
    /// How it ended.
    pub status: StatusCode,
    /// The request's name.
    pub correlation: &'h Correlation,
    /// The person, where known.
    pub subject: Option<String>,
    /// `client_id` of the app it is about.
    pub app: Option<String>,
    /// The patient whose record it is about.
    pub patient: Option<ResourceId>,
    /// From which address.
    pub address: Option<IpAddr>,
}

impl<'h> Happening<'h> {
    /// Something that is about nobody yet.
    pub fn new(name: &'static str, status: StatusCode, correlation: &'h Correlation) -> Self {
        Self {
            name,
            status,
            correlation,
            subject: None,
            app: None,
            patient: None,
            address: None,
        }
    }
}

/// Writes the record of a happening, before its answer leaves.
///
/// # Errors
/// When the trail cannot keep up.
pub fn record(app: &App, instance: &OpenInstance, happening: Happening<'_>) -> Result<(), Failure> {
    instance.store.record(AuditRecord {
        at: app.platform().clock.now(),
        app: happening.app,
        subject: happening.subject,
        interaction: happening.name.to_owned(),
        resource_type: None,
        id: None,
        patient: happening.patient,
        query: None,
        address: happening.address,
        status: happening.status.as_u16(),
        correlation_id: happening.correlation.as_str().to_owned(),
    })?;
    Ok(())
}

/// What a request to a FHIR base does, read from its method and path alone.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Event {
    interaction: Interaction,
    resource_type: Option<ResourceType>,
    id: Option<ResourceId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Interaction {
    Read,
    Vread,
    History,
    HistoryOfType,
    HistoryOfSystem,
    Search,
    SearchSystem,
    Create,
    Update,
    Patch,
    Delete,
    Transaction,
    Operation,
}

impl Interaction {
    /// The code of R4 `restful-interaction`.
    const fn code(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Vread => "vread",
            Self::History => "history-instance",
            Self::HistoryOfType => "history-type",
            Self::HistoryOfSystem => "history-system",
            Self::Search => "search-type",
            Self::SearchSystem => "search-system",
            Self::Create => "create",
            Self::Update => "update",
            Self::Patch => "patch",
            Self::Delete => "delete",
            Self::Transaction => "transaction",
            Self::Operation => "operation",
        }
    }
}

impl Event {
    /// `None` for what is no interaction with data.
    pub(crate) fn of(method: &Method, path: &str) -> Option<Self> {
        let mut parts = path.split('/').skip(2);
        if parts.next() != Some("fhir") {
            return None;
        }
        let [first, second, third, fourth] =
            [(); 4].map(|()| parts.next().filter(|part| !part.is_empty()));
        let gets = method == Method::GET || method == Method::HEAD;
        let calls = |part: Option<&str>| part.is_some_and(|part| part.starts_with('$'));
        let interaction = match (first, second, third, fourth) {
            _ if (calls(first) || calls(second) || calls(third))
                && (gets || method == Method::POST) =>
            {
                Interaction::Operation
            }
            (None, ..) if method == Method::POST => Interaction::Transaction,
            (None, ..) if gets => Interaction::SearchSystem,
            (Some("_search"), None, ..) if method == Method::POST => Interaction::SearchSystem,
            (Some("_history"), None, ..) if gets => Interaction::HistoryOfSystem,
            (Some(_), Some("_history"), None, _) if gets => Interaction::HistoryOfType,
            (Some(_), None, ..) if gets => Interaction::Search,
            (Some(_), None, ..) if method == Method::POST => Interaction::Create,
            (Some(_), Some("_search"), None, _) if method == Method::POST => Interaction::Search,
            (Some(_), Some(_), None, _) | (Some(_), Some(_), Some("files"), Some(_)) if gets => {
                Interaction::Read
            }
            (Some(_), _, None, _) if method == Method::PUT => Interaction::Update,
            (Some(_), _, None, _) if method == Method::PATCH => Interaction::Patch,
            (Some(_), _, None, _) if method == Method::DELETE => Interaction::Delete,
            (_, Some(_), Some("_history"), None) if gets => Interaction::History,
            (_, Some(_), Some("_history"), Some(_)) if gets => Interaction::Vread,
            // Within a compartment: the record names whose it is.
            (Some(_), Some(_), Some(of), None) if gets && is_member(of) => Interaction::Search,
            (Some(_), Some(_), Some(of), Some("_search"))
                if method == Method::POST && is_member(of) =>
            {
                Interaction::Search
            }
            _ => return None,
        };
        // What is kept as another type is recorded as that.
        let first = first.map(|name| if name == NAME { KEPT_AS } else { name });
        let resource_type = first.and_then(ResourceType::parse);
        // A type that does not exist, such as `metadata`, holds no data.
        let is_system = matches!(
            interaction,
            Interaction::SearchSystem | Interaction::HistoryOfSystem | Interaction::Transaction
        );
        if resource_type.is_none() && !is_system {
            return None;
        }
        Some(Self {
            interaction,
            resource_type,
            id: second.and_then(|id| id.parse().ok()),
        })
    }
}

/// Whether this can be searched for within a compartment.
fn is_member(name: &str) -> bool {
    name == "*" || ResourceType::parse(name).is_some()
}

#[cfg(test)]
mod tests {
    use super::Event;
    use http::Method;

    fn check(method: &Method, path: &str, expect: Option<&str>) {
        let event = Event::of(method, path);
        let shown = event.map(|event| {
            let id = event.id.map_or_else(String::new, |id| id.to_string());
            let resource_type = event
                .resource_type
                .map_or_else(String::new, |t| t.to_string());
            format!("{} {resource_type} {id}", event.interaction.code())
        });
        assert_eq!(
            shown.as_deref().map(str::trim_end),
            expect,
            "{method} {path}"
        );
    }

    #[test]
    fn the_interaction_is_read_from_method_and_path() {
        check(&Method::GET, "/demo/fhir/Patient/1", Some("read Patient 1"));
        check(
            &Method::HEAD,
            "/demo/fhir/Patient/1",
            Some("read Patient 1"),
        );
        check(
            &Method::GET,
            "/demo/fhir/Patient/1/_history",
            Some("history-instance Patient 1"),
        );
        check(
            &Method::GET,
            "/demo/fhir/Patient/_history",
            Some("history-type Patient"),
        );
        check(&Method::GET, "/demo/fhir/_history", Some("history-system"));
        check(
            &Method::GET,
            "/demo/fhir/Patient/1/_history/2",
            Some("vread Patient 1"),
        );
        check(
            &Method::GET,
            "/demo/fhir/Patient",
            Some("search-type Patient"),
        );
        check(
            &Method::POST,
            "/demo/fhir/Patient/_search",
            Some("search-type Patient"),
        );
        check(&Method::GET, "/demo/fhir", Some("search-system"));
        check(&Method::POST, "/demo/fhir/_search", Some("search-system"));
        check(
            &Method::GET,
            "/demo/fhir/Patient/1/Condition",
            Some("search-type Patient 1"),
        );
        check(
            &Method::POST,
            "/demo/fhir/Patient/1/*/_search",
            Some("search-type Patient 1"),
        );
        check(
            &Method::GET,
            "/demo/fhir/Patient/1/$export",
            Some("operation Patient 1"),
        );
        check(&Method::POST, "/demo/fhir/Patient", Some("create Patient"));
        for (method, name) in [
            (Method::PUT, "update Patient"),
            (Method::PATCH, "patch Patient"),
            (Method::DELETE, "delete Patient"),
        ] {
            check(&method, "/demo/fhir/Patient", Some(name));
        }
        check(
            &Method::PUT,
            "/demo/fhir/Patient/1",
            Some("update Patient 1"),
        );
        check(
            &Method::DELETE,
            "/demo/fhir/Patient/1",
            Some("delete Patient 1"),
        );
        check(
            &Method::PATCH,
            "/demo/fhir/Patient/1",
            Some("patch Patient 1"),
        );
        check(&Method::POST, "/demo/fhir", Some("transaction"));
        check(&Method::POST, "/demo/fhir/", Some("transaction"));
        check(&Method::GET, "/demo/fhir/metadata", None);
        check(&Method::POST, "/demo/auth/token/", None);
        check(&Method::GET, "/", None);
    }
}
