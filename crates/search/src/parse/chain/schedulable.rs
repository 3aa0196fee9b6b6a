//! `include-non-schedulable-practitioners`, by which apps of practices say whether a Practitioner
//! without a schedule is shown.

use cresset_definitions::ResourceType;

use super::{Chain, Count, Criterion, Hop, SearchFault};

/// The name of the parameter.
pub(super) const NAME: &str = "include-non-schedulable-practitioners";

impl Chain<'_> {
    /// `false` asks for practitioners who are an actor of a Schedule; `true` for all.
    pub(super) fn schedulable(
        &self,
        modifier: Option<&str>,
        count: &mut Count<'_>,
    ) -> Result<Criterion, SearchFault> {
        if modifier.is_some() {
            let what = format!("{NAME} takes no modifier.");
            return Err(SearchFault::modifier(self.name, what));
        }
        match self.value {
            "true" => return Ok(Criterion::All(Vec::new())),
            "false" => {}
            _ => return Err(SearchFault::value(self.name, "Give true or false.")),
        }
        let unknown = || SearchFault::unsupported(self.name, "There are no schedules here.");
        let schedule = ResourceType::parse("Schedule").ok_or_else(unknown)?;
        let actor = self.reference(schedule, "actor")?;
        count.deepen(self)?;
        count.hop(self)?;
        count.depth -= 1;
        let hop = Hop {
            resource_type: schedule,
            criterion: Criterion::All(Vec::new()),
        };
        Ok(Criterion::PointedAt(actor.ix, Box::new(hop)))
    }
}
