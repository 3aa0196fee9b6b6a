//! Parameters of a search of the trail.

use cresset_base::{Limits, ResourceId, Timestamp};
use cresset_definitions::ResourceType;
use cresset_search::DateRange;
use cresset_store::audit::Action;
use cresset_store::{AuditAsk, Store};

use super::number;
use crate::fault::{Fault, Kind};
use crate::subset;

/// Parameters a search of the trail understands.
pub const PARAMETERS: [&str; 8] = [
    "_id", "action", "agent", "date", "entity", "outcome", "patient", "subtype",
];

/// What was asked, as far as it can be understood without the store.
pub(super) struct Asked {
    ask: AuditAsk,
    /// The agent asked for: a reference to a person's resource, or an app's or a person's own id.
    agent: Option<String>,
    entity: Option<String>,
    patient: Option<String>,
    /// Nothing can be all of what was asked.
    is_contradiction: bool,
}

impl Asked {
    pub(super) fn parse(pairs: &[(String, String)], limits: &Limits) -> Result<Self, Fault> {
        let mut asked = Self {
            ask: AuditAsk::newest(limits.page_default),
            agent: None,
            entity: None,
            patient: None,
            is_contradiction: false,
        };
        let mut seen = Vec::new();
        for (name, value) in pairs {
            let name = name.as_str();
            if value.is_empty() {
                return Err(refused(name, "it has no value"));
            }
            if name != "date" && seen.contains(&name) {
                return Err(refused(name, "give it once"));
            }
            seen.push(name);
            asked.take(name, value, limits)?;
        }
        Ok(asked)
    }

    fn take(&mut self, name: &str, value: &str, limits: &Limits) -> Result<(), Fault> {
        match name {
            "_count" => {
                let count: u32 = value.parse().map_err(|_| refused(name, "give a number"))?;
                self.ask.count = count.min(limits.page_max);
            }
            "_sort" if matches!(value, "-date" | "-_lastUpdated") => {}
            "_sort" => return Err(refused(name, "only -date, the newest first, is offered")),
            "_total" if value == "none" => {}
            "_format" | "_pretty" => {}
            "_summary" if value == "count" => {
                return Err(refused(name, "the trail is not counted"));
            }
            part if subset::PARAMETERS.contains(&part) => {}
            "_id" => self.take_id(value),
            "date" => self.take_date(value)?,
            "action" => {
                let found = Action::CODES.iter().find(|(_, code)| *code == last(value));
                let found = found.ok_or_else(|| refused(name, "give C, R, U, D or E"))?;
                self.ask.action = Some(found.0);
            }
            "outcome" => {
                self.ask.statuses = Some(match last(value) {
                    "0" => 0..=399,
                    "4" => 400..=499,
                    "8" => 500..=599,
                    _ => return Err(refused(name, "give 0, 4 or 8")),
                });
            }
            "subtype" => self.ask.interaction = Some(last(value).to_owned()),
            "agent" => self.agent = Some(value.to_owned()),
            "entity" => self.entity = Some(value.to_owned()),
            "patient" => self.patient = Some(value.to_owned()),
            _ => {
                let offered = PARAMETERS.join(", ");
                let text =
                    format!("is not offered for the audit trail; it is searched by {offered}");
                let text = format!("Search parameter '{name}' {text}");
                return Err(Fault::coded(Kind::Invalid, "not-supported", text));
            }
        }
        Ok(())
    }

    fn take_id(&mut self, value: &str) {
        let id: Option<ResourceId> = value.parse().ok();
        match id.as_ref().and_then(number) {
            Some(number) => {
                self.ask.before = number.checked_add(1);
                self.ask.number = Some(number);
                self.ask.scanned_max = Some(1);
            }
            None => self.is_contradiction = true,
        }
    }

    /// R4 3.1.1.5.3, of an event that is one instant.
    fn take_date(&mut self, value: &str) -> Result<(), Fault> {
        let split = value.find(|c: char| c.is_ascii_digit()).unwrap_or_default();
        let (prefix, text) = value.split_at(split);
        let range = DateRange::parse(text)
            .ok_or_else(|| refused("date", "give a date or time such as 2026-01-31"))?;
        let (from_ms, until_ms) = match prefix {
            "" | "eq" => (Some(range.start_ms), Some(range.end_ms.saturating_add(1))),
            "ge" => (Some(range.start_ms), None),
            "gt" | "sa" => (Some(range.end_ms.saturating_add(1)), None),
            "lt" | "eb" => (None, Some(range.start_ms)),
            "le" => (None, Some(range.end_ms.saturating_add(1))),
            _ => return Err(refused("date", "use eq, ge, gt, sa, le, lt or eb")),
        };
        let instant = |ms: Option<i64>| ms.and_then(|ms| Timestamp::from_millisecond(ms).ok());
        if let Some(from) = instant(from_ms) {
            self.ask.from = Some(self.ask.from.map_or(from, |other| other.max(from)));
        }
        if let Some(until) = instant(until_ms) {
            self.ask.until = Some(self.ask.until.map_or(until, |other| other.min(until)));
        }
        Ok(())
    }

    /// What the trail is asked.
    pub(super) async fn ask(&self, store: &dyn Store, own: &[String]) -> Result<AuditAsk, Fault> {
        let mut ask = self.ask.clone();
        if let Some(patient) = &self.patient {
            let id = patient.strip_prefix("Patient/").unwrap_or(patient);
            let id = id.parse();
            ask.patient = Some(id.map_err(|_| refused("patient", "give the id of a patient"))?);
        }
        if let Some(entity) = &self.entity {
            let found = local(entity, own);
            ask.resource = Some(
                found.ok_or_else(|| refused("entity", "give a reference such as Observation/1"))?,
            );
        }
        if let Some(agent) = &self.agent {
            let mut agents = vec![agent.clone()];
            if let Some((of, id)) = local(agent, own) {
                let reference = format!("{of}/{id}");
                let people = store.list_users().await?;
                let people = people.into_iter();
                agents = people
                    .filter(|user| user.fhir_user.as_deref() == Some(reference.as_str()))
                    .map(|user| user.id)
                    .collect();
            }
            ask.agents = Some(agents);
        }
        Ok(ask)
    }

    /// Whether nothing can be found.
    pub(super) fn is_none(&self, ask: &AuditAsk) -> bool {
        self.is_contradiction || ask.agents.as_ref().is_some_and(Vec::is_empty)
    }
}

/// The code of a token, which may name its system.
fn last(token: &str) -> &str {
    token.rsplit('|').next().unwrap_or_default()
}

fn local(reference: &str, own: &[String]) -> Option<(ResourceType, ResourceId)> {
    let relative = own
        .iter()
        .find_map(|base| reference.strip_prefix(base.as_str()));
    let relative = relative.unwrap_or(reference).trim_start_matches('/');
    let (of, id) = relative.split_once('/')?;
    Some((ResourceType::parse(of)?, id.parse().ok()?))
}

fn refused(name: &str, why: &str) -> Fault {
    Fault::new(Kind::Value, format!("Search parameter '{name}': {why}"))
}
