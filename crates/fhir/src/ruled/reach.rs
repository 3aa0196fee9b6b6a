//! Whom a write is about from which more follows.
//!
//! A compartment holds more than what is about its patient: also what the patient wrote or performed
//! for somebody else. What rules make of a write they make in the record of whom it is about, so that one
//! the caller must reach.

use cresset_access::{Access, Restriction, Verb};
use cresset_base::ResourceId;
use cresset_model::Value;
use cresset_rules::{Interaction, TypeRules};

use super::target::Target;
use super::{Service, local};
use crate::fault::{Fault, Kind};

impl Service {
    /// Refuses a body about somebody whom a caller who is kept to single patients does not reach.
    pub(super) fn reaches(
        &self,
        access: &Access,
        (rules, target): (&TypeRules, Target<'_>),
        body: &Value,
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
        match about {
            Some(Value::String(reference)) if !reached.is_empty() && !is_reached(reference) => {
                let text = format!("This token writes {of}s only about its own patient");
                Err(Fault::new(Kind::Forbidden, text).at(format!("{of}.{element}")))
            }
            _ => Ok(()),
        }
    }
}
