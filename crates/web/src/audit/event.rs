//! What a request to a FHIR base does.

use cresset_base::ResourceId;
use cresset_definitions::ResourceType;
use cresset_rules::allergen::{KEPT_AS, NAME};
use http::Method;

use crate::path;

/// What a request to a FHIR base does, read from its method and path alone.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Event {
    interaction: Interaction,
    pub(super) resource_type: Option<ResourceType>,
    pub(super) id: Option<ResourceId>,
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
    /// Its name in a record.
    pub(crate) fn name(&self) -> &'static str {
        self.interaction.code()
    }

    /// `None` for what is no interaction with data.
    pub(crate) fn of(method: &Method, path: &str) -> Option<Self> {
        let mut parts = path::parts(path).skip(2);
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
        let is_query = first == Some("$graphql") && second.is_none();
        if resource_type.is_none() && !is_system && !is_query {
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
