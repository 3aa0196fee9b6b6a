//! What a caller may see → conditions that join every statement.

use std::sync::Arc;

use cresset_access::{Filter, Restriction};
use cresset_base::ResourceId;
use cresset_definitions::ResourceType;
use cresset_search::TokenMatch;

use super::condition::{Atom, Condition};
use super::lookups::{Lookups, Span};
use super::resolve::{Resolver, point};
use crate::layout::parameters::{Own, Slot, own_column};

impl<L: Lookups> Resolver<'_, L> {
    pub(crate) fn restriction(
        &self,
        restriction: &Restriction,
    ) -> Result<Vec<Condition>, L::Error> {
        match restriction {
            Restriction::Everything => Ok(Vec::new()),
            Restriction::Nothing => Ok(vec![Condition::AnyOf(Vec::new())]),
            Restriction::Only(filters) => self.filters(filters),
        }
    }

    /// What all filters share is pulled out, so that the compartment can drive the search.
    fn filters(&self, filters: &Arc<[Filter]>) -> Result<Vec<Condition>, L::Error> {
        let Some(first) = filters.first() else {
            return Ok(vec![Condition::AnyOf(Vec::new())]);
        };
        if filters.len() == 1 {
            return self.filter(first, true);
        }
        let shared = first
            .patient
            .as_ref()
            .filter(|p| filters.iter().all(|f| f.patient.as_ref() == Some(p)));
        let mut conditions = Vec::new();
        if let Some(patient) = shared {
            conditions.push(self.compartment(patient)?);
        }
        let groups = filters
            .iter()
            .map(|f| self.filter(f, shared.is_none()))
            .collect::<Result<Vec<_>, _>>()?;
        if !groups.iter().any(Vec::is_empty) {
            let possible = groups
                .into_iter()
                .filter(|group| !group.iter().any(Condition::is_impossible));
            conditions.push(Condition::AnyGroup(possible.collect()));
        }
        Ok(conditions)
    }

    fn filter(&self, filter: &Filter, with_patient: bool) -> Result<Vec<Condition>, L::Error> {
        let mut conditions = Vec::with_capacity(1 + filter.tokens.len());
        if let Some(patient) = filter.patient.as_ref().filter(|_| with_patient) {
            conditions.push(self.compartment(patient)?);
        }
        for token in &filter.tokens {
            let mut atoms = Vec::new();
            if let Some(parameter) = self
                .definitions
                .search_parameter(self.resource_type, &token.parameter)
            {
                let wanted = match &token.system {
                    Some(system) => TokenMatch::SystemAndCode(system.clone(), token.code.clone()),
                    None => TokenMatch::Code(token.code.clone()),
                };
                self.tokens(
                    self.encoder.parameters.column(parameter.ix, Slot::Own),
                    &wanted,
                    &mut atoms,
                )?;
            }
            conditions.push(Condition::AnyOf(atoms));
        }
        Ok(conditions)
    }

    fn compartment(&self, patient: &ResourceId) -> Result<Condition, L::Error> {
        let column = own_column(self.resource_type, Own::Compartment);
        let rid = match ResourceType::parse("Patient") {
            Some(patient_type) => self.lookups.rid(patient_type, patient)?,
            None => None,
        };
        let atoms: Vec<Atom> = rid
            .map(|rid| point(column, Span::one(rid.0)))
            .into_iter()
            .collect();
        Ok(Condition::AnyOf(atoms))
    }
}
