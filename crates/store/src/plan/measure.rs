//! A quantity as it may have been written: the same range in every unit it can be expressed in.
//!
//! Quantities are kept in the unit they were written in. What is asked is converted instead, into each
//! commensurable unit that occurs in the instance: those are few, and nothing stored depends on how a
//! unit is understood.

use cresset_search::{NumberRange, TokenMatch, unit};

use super::lookups::Lookups;
use super::resolve::Resolver;

/// A range, and the ids of the units in which it is that range; `None` for whatever unit.
type Measured = (NumberRange, Option<Vec<i64>>);

impl<L: Lookups> Resolver<'_, L> {
    /// The range in each unit that is the one asked for or, of UCUM, can be converted into it.
    pub(super) fn measured(
        &self,
        range: NumberRange,
        asked: Option<&TokenMatch>,
    ) -> Result<Vec<Measured>, L::Error> {
        let Some(asked) = asked else {
            return Ok(vec![(range, None)]);
        };
        let same = self.lookups.units(asked)?.into_iter().map(|(id, _)| id);
        let mut found: Vec<(NumberRange, Vec<i64>)> = vec![(range, same.collect())];
        if let TokenMatch::SystemAndCode(system, code) = asked
            && system == unit::UCUM
        {
            let all = TokenMatch::System(system.clone());
            for (id, other) in self.lookups.units(&all)? {
                let converted = (other != *code).then(|| range.converted(code, &other));
                let Some(converted) = converted.flatten() else {
                    continue;
                };
                match found.iter_mut().find(|(known, _)| *known == converted) {
                    Some((_, ids)) => ids.push(id),
                    None => found.push((converted, vec![id])),
                }
            }
        }
        found.retain(|(_, ids)| !ids.is_empty());
        Ok(found
            .into_iter()
            .map(|(range, ids)| (range, Some(ids)))
            .collect())
    }
}
