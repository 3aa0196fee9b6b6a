//! What a transaction brings that rules look at: each resource once, as what came last leaves it.

use std::collections::HashMap;

use cresset_model::Value;

/// Resources of a transaction.
#[derive(Default)]
pub(super) struct Beside {
    all: Vec<Value>,
    /// Where each is, by type and id.
    places: HashMap<(String, String), usize>,
}

impl Beside {
    /// All of them, in the order in which they came first.
    pub(super) fn all(&self) -> &[Value] {
        &self.all
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
