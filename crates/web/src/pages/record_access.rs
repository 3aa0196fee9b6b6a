//! `/[instance]/record-access`: who read or changed a patient's record, for the patient and for staff.

use std::collections::HashMap;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use cresset_access::Verb;
use cresset_base::ResourceId;
use cresset_definitions::ResourceType;
use cresset_fhir::Fault;
use cresset_store::Whose;
use cresset_store::audit::{AuditAsk, Recorded, Trail};
use http::StatusCode;

use super::connected::Moment;
use super::consent::words;
use super::page::page;
use crate::app::App;
use crate::audit::{self, Happening, Occasion};
use crate::extract::{Pairs, SignedIn};
use crate::failure::Failure;
use crate::instance::OpenInstance;

/// Lines on one page.
const LINES: u32 = 50;

#[derive(Template)]
#[template(path = "record_access.html")]
struct Page<'a> {
    name: &'a str,
    /// The patient whose record it is; nothing for who has none.
    patient: Option<String>,
    /// Whether staff look at the record of a patient.
    is_staff: bool,
    others: Vec<String>,
    lines: Vec<Line>,
    /// Where older lines begin.
    older: Option<u64>,
}

struct Line {
    when: Moment,
    who: String,
    what: String,
}

/// The newest accesses, or those before a place in the trail.
pub(crate) async fn record_access(
    State(app): State<App>,
    signed_in: SignedIn,
    occasion: Occasion,
    Pairs(pairs): Pairs,
) -> Result<Response, Failure> {
    let value = |name: &str| {
        pairs
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value)
    };
    let own = &signed_in.who.user.patients;
    let asked = value("patient").or_else(|| own.first());
    let asked = asked.and_then(|id| id.parse::<ResourceId>().ok());
    let patient = match asked {
        Some(id) if may_see(&signed_in, &id)? => Some(id),
        // As if there were no such patient.
        _ => None,
    };
    let before = value("before").and_then(|text| text.parse().ok());
    let found = match &patient {
        Some(id) => trail((&app, &signed_in.instance), id, before).await?,
        None => Trail::default(),
    };
    let older = found.next;
    let is_own = |id: &ResourceId| own.iter().any(|own| own == id.as_str());
    let is_staff = patient.as_ref().is_some_and(|id| !is_own(id));
    if is_staff {
        let happening = Happening {
            whose: Whose::kept(patient.clone(), 0),
            ..Happening::by(&signed_in, "record-access", StatusCode::OK, &occasion)
        };
        audit::record(&app, &signed_in.instance, happening).await?;
    }
    let patient = patient.map(|id| id.to_string());
    let accesses = Page {
        name: signed_in.instance.name.as_str(),
        is_staff,
        others: own
            .iter()
            .filter(|id| Some(*id) != patient.as_ref())
            .cloned()
            .collect(),
        patient,
        lines: lines(&signed_in.instance, found.records).await?,
        older,
    };
    page(StatusCode::OK, &accesses)
}

/// Whether the person may see who used this patient's record: their own, that of whom they act for,
/// or, as staff, by their role.
pub(super) fn may_see(signed_in: &SignedIn, patient: &ResourceId) -> Result<bool, Failure> {
    let trail = ResourceType::parse("AuditEvent");
    let trail = trail.ok_or_else(|| Fault::internal("R4 has no AuditEvent"))?;
    let auth = &signed_in.instance.auth;
    let access = auth.access_of(&signed_in.who.user, patient)?;
    Ok(access.permits(Verb::Search, trail))
}

async fn trail(
    (app, instance): (&App, &OpenInstance),
    patient: &ResourceId,
    before: Option<u64>,
) -> Result<Trail, Failure> {
    let ask = AuditAsk {
        before,
        scanned_max: Some(app.limits().audit_scanned_max),
        patient: Some(patient.clone()),
        ..AuditAsk::newest(LINES)
    };
    // What was answered a moment ago belongs to it.
    instance.store.settle().await?;
    Ok(instance.store.trail(&ask).await?)
}

/// What gave something away, in words.
async fn lines(instance: &OpenInstance, found: Vec<Recorded>) -> Result<Vec<Line>, Failure> {
    let (mut apps, mut people) = (HashMap::new(), HashMap::new());
    for app in instance.store.list_apps().await? {
        apps.insert(app.client_id, app.name);
    }
    for user in instance.store.list_users().await? {
        people.insert(user.id, user.name);
    }
    let line = |Recorded { record, .. }: Recorded| {
        let person = record
            .subject
            .map(|id| people.get(&id).cloned().unwrap_or(id));
        let app = record.app.map(|id| apps.get(&id).cloned().unwrap_or(id));
        let who = match (person, app) {
            (Some(person), Some(app)) => format!("{person}, with {app}"),
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => "the practice".to_owned(),
        };
        let of = record.resource_type.map(|of| words::record(of).0);
        Line {
            when: Moment::of(record.at),
            who,
            what: what(&record.interaction, of),
        }
    };
    let given = found
        .into_iter()
        .filter(|recorded| recorded.record.status < 400);
    Ok(given.map(line).collect())
}

fn what(interaction: &str, of: Option<String>) -> String {
    let verb = match interaction {
        "read" | "vread" => "read",
        "search-type" | "search-system" => "looked through",
        "history-instance" | "history-type" => "read earlier versions of",
        "create" => "added to",
        "update" | "patch" => "changed",
        "delete" => "deleted from",
        "chart" => return "opened the chart".to_owned(),
        "patients" => return "looked through a list of patients".to_owned(),
        "record-access" => return "looked who used the record".to_owned(),
        "file" => "opened a file of",
        "history-system" => "read earlier versions of everything",
        "transaction" | "batch" => return "changed several things".to_owned(),
        "async-answer" => return "fetched the answer to an earlier request".to_owned(),
        "async-cancel" => return "gave up an earlier request".to_owned(),
        "refresh" => return "was given access again".to_owned(),
        "consent" => return "allowed access".to_owned(),
        "refusal" => return "refused access".to_owned(),
        "token" => return "was given access".to_owned(),
        other => other,
    };
    match of {
        Some(of) => format!("{verb} {}", of.to_lowercase()),
        None => verb.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::what;

    #[test]
    fn an_access_reads_as_a_sentence() {
        let of = || Some("Health problems".to_owned());
        assert_eq!(what("search-type", of()), "looked through health problems");
        assert_eq!(what("chart", None), "opened the chart");
        assert_eq!(what("read", of()), "read health problems");
    }
}
