//! `/[instance]/record-access`: who read or changed a patient's record, for the patient.

use std::collections::HashMap;

use askama::Template;
use axum::response::Response;
use cresset_base::ResourceId;
use cresset_store::audit::{AuditAsk, Recorded};
use http::StatusCode;

use super::connected::Moment;
use super::consent::words;
use super::page::page;
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
    signed_in: SignedIn,
    Pairs(pairs): Pairs,
) -> Result<Response, Failure> {
    let value = |name: &str| {
        pairs
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value)
    };
    let own = &signed_in.who.user.patients;
    // Of the patients the person acts for and no other.
    let asked = value("patient").filter(|asked| own.contains(asked));
    let patient = asked.or_else(|| own.first()).cloned();
    let before = value("before").and_then(|text| text.parse().ok());
    let found = match patient.as_ref().map(|id| id.parse::<ResourceId>()) {
        Some(Ok(id)) => trail(&signed_in.instance, id, before).await?,
        _ => Vec::new(),
    };
    let older = found
        .last()
        .filter(|_| found.len() >= LINES as usize)
        .map(|last| last.number);
    let accesses = Page {
        name: signed_in.instance.name.as_str(),
        others: own
            .iter()
            .filter(|id| Some(*id) != patient.as_ref())
            .cloned()
            .collect(),
        patient,
        lines: lines(&signed_in.instance, found).await?,
        older,
    };
    page(StatusCode::OK, &accesses)
}

async fn trail(
    instance: &OpenInstance,
    patient: ResourceId,
    before: Option<u64>,
) -> Result<Vec<Recorded>, Failure> {
    let ask = AuditAsk {
        before,
        patient: Some(patient),
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
