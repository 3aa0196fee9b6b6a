//! Whom a write is about from which more follows.
//!
//! A compartment holds more than what is about its patient: also what the patient wrote or performed
//! for somebody else. What rules make of a write they make in the record of whom it is about, so that one
//! the caller must reach: as one of its patients, or because it may write such a body about anybody.

use cresset_access::{Access, Filter, Restriction, Verb};
use cresset_base::ResourceId;
use cresset_model::Value;
use cresset_rules::{Interaction, TypeRules};
use cresset_search::extract;
use cresset_store::layout::Subject;
use cresset_store::visibility::admits;

use super::target::Target;
use super::{Service, local};
use crate::fault::{Fault, Kind};

impl Service {
    /// Refuses a body about somebody whom a caller who is kept to single patients does not reach.
    /// `stored` makes the body as it is stored, by which it is judged whether it is one of those the
    /// caller may write about anybody.
    pub(super) fn reaches(
        &self,
        access: &Access,
        (rules, target): (&TypeRules, Target<'_>),
        body: &Value,
        stored: impl FnOnce() -> Value,
    ) -> Result<(), Fault> {
        let of = target.resource_type;
        let verb = match target.interaction {
            Interaction::Update => Verb::Update,
            _ => Verb::Create,
        };
        let Some((element, Restriction::Only(filters))) = rules
            .behaviour
            .about
            .map(|element| (element, access.restriction(verb, of)))
        else {
            return Ok(());
        };
        let reached = filters.iter().filter_map(|filter| filter.patient.as_ref());
        let reached: Vec<&ResourceId> = reached.collect();
        let about = body.get(element).and_then(|about| about.get("reference"));
        let is_reached = |reference: &str| {
            let about = local(reference, self.own());
            about.is_some_and(|(of, id)| of.name() == "Patient" && reached.contains(&&id))
        };
        let Some(Value::String(reference)) = about else {
            return Ok(());
        };
        if reached.is_empty() || is_reached(reference) {
            return Ok(());
        }
        let free = filters.iter().filter(|filter| filter.patient.is_none());
        let free: Vec<Filter> = free.cloned().collect();
        if !free.is_empty() && self.is_within(&Restriction::Only(free.into()), target, &stored())? {
            return Ok(());
        }
        let text = format!("This token writes {of}s only about its own patient");
        Err(Fault::new(Kind::Forbidden, text).at(format!("{of}.{element}")))
    }

    /// Whether a body is within a restriction once it is stored so.
    fn is_within(
        &self,
        restriction: &Restriction,
        target: Target<'_>,
        stored: &Value,
    ) -> Result<bool, Fault> {
        let tree = self.planted(stored)?;
        let rows = extract(&tree, self.own());
        let subject = Subject {
            resource_type: target.resource_type,
            id: target.id,
            rows: &rows,
        };
        Ok(admits(restriction, subject))
    }
}
