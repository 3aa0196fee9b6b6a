//! `_list`: the resources that a List names (R4 3.1.1.4.13).
//!
//! It is a reverse chain with a short name: `_list=1` asks what `_has:List:item:_id=1` asks, so that
//! a list the caller may not see names nothing.

use cresset_definitions::ResourceType;

use super::{Asked, Chain, Count, Criterion, Hop, SearchFault};
use crate::parse::escape::split;

/// The name of the parameter.
pub(super) const NAME: &str = "_list";

impl Chain<'_> {
    /// The criterion of being named in one of the lists.
    pub(super) fn list(
        &self,
        modifier: Option<&str>,
        count: &mut Count<'_>,
    ) -> Result<Criterion, SearchFault> {
        if modifier.is_some() {
            return Err(SearchFault::modifier(self.name, "_list takes no modifier."));
        }
        if split(self.value, ',').any(|list| list.starts_with('$')) {
            let what = "Functional lists are not kept here; give the id of a List.";
            return Err(SearchFault::unsupported(self.name, what));
        }
        let unknown = || SearchFault::unsupported(self.name, "There are no lists here.");
        let list = ResourceType::parse("List").ok_or_else(unknown)?;
        let item = self.reference(list, "item")?;
        let id = self.searchable(list, "_id")?;
        count.deepen(self)?;
        count.hop(self)?;
        count.depth -= 1;
        let asked = Asked {
            parameter: id,
            name: self.name,
            context: self.context,
        };
        let hop = Hop {
            resource_type: list,
            criterion: Criterion::Values(id.ix, asked.test(None, self.value)?),
        };
        Ok(Criterion::PointedAt(item.ix, Box::new(hop)))
    }
}
