//! What a transaction brings that rules look at: each resource once, as what came last leaves it; and what
//! they searched for.

use std::collections::HashMap;

use cresset_model::Value;

use crate::ruled::{Searched, Within};

/// Resources of a transaction.
#[derive(Default)]
pub(super) struct Beside {
    all: Vec<Value>,
    /// Where each is, by type and id.
    places: HashMap<(String, String), usize>,
    /// What rules searched for.
    searched: Searched,
}

impl Beside {
    /// All of them, in the order in which they came first, and what was searched for.
    pub(super) fn within(&self) -> Within<'_> {
        Within {
            beside: &self.all,
            searched: Some(&self.searched),
        }
    }

    /// Notes a resource; one that is there already is this now.
    pub(super) fn leave(&mut self, resource: Value) {
        let text = |name: &str| match resource.get(name) {
            Some(Value::String(text)) => text.to_string(),
            _ => String::new(),
        };
        let name = (text("resourceType"), text("id"));
        let at = *self.places.entry(name).or_insert(self.all.len());
        match self.all.get_mut(at) {
            Some(slot) => *slot = resource,
            None => self.all.push(resource),
        }
    }
}
