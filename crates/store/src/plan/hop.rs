//! References followed → links that carry the caller's restriction on what lies at their other end.

use cresset_access::Verb;
use cresset_definitions::{ParameterIx, ResourceType};
use cresset_search::Hop;

use super::condition::{Condition, End, Link};
use super::lookups::{Lookups, Span};
use super::resolve::Resolver;
use crate::layout::Rid;
use crate::layout::parameters::{Column, Slot};

impl<L: Lookups> Resolver<'_, L> {
    pub(super) fn points_to(
        &self,
        parameter: ParameterIx,
        hops: &[Hop],
    ) -> Result<Condition, L::Error> {
        let mut links = Vec::with_capacity(hops.len());
        for hop in hops {
            if let Some(conditions) = self.other_end(hop)? {
                let p = self.holder(parameter, hop.resource_type);
                let v = span(hop.resource_type);
                links.push(Link {
                    end: End::Target { p, v },
                    conditions,
                });
            }
        }
        Ok(Condition::Linked(links))
    }

    pub(super) fn pointed_at(
        &self,
        parameter: ParameterIx,
        hop: &Hop,
    ) -> Result<Condition, L::Error> {
        let link = self.other_end(hop)?.map(|conditions| Link {
            end: End::Source {
                p: self.holder(parameter, self.resource_type),
                v: span(self.resource_type),
            },
            conditions,
        });
        Ok(Condition::Linked(link.into_iter().collect()))
    }

    /// What must hold at the other end; `None` when nothing there can pass, or be seen.
    fn other_end(&self, hop: &Hop) -> Result<Option<Vec<Condition>>, L::Error> {
        let Some(access) = self.access else {
            return Ok(None);
        };
        let there = Resolver {
            resource_type: hop.resource_type,
            ..*self
        };
        let mut conditions =
            there.restriction(&access.restriction(Verb::Search, hop.resource_type))?;
        conditions.push(there.criterion(&hop.criterion)?);
        Ok(super::possible(conditions))
    }

    /// The column that holds the references of a parameter to resources of a type.
    pub(super) fn holder(&self, parameter: ParameterIx, target: ResourceType) -> Column {
        let alias = self.encoder.parameters.alias(parameter);
        let holder = alias
            .filter(|alias| alias.target == target)
            .map_or(parameter, |alias| alias.of);
        self.encoder.parameters.column(holder, Slot::Own)
    }
}

/// The integers of a type.
pub(super) fn span(of: ResourceType) -> Span {
    Span {
        low: Rid::floor(of).0,
        high: Rid::ceiling(of).0,
    }
}
