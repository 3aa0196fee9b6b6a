//! Search parameters that an instance defines, beside those of the tables.
//!
//! Equal definitions are one parameter, whichever instances have it: its place never means another, so
//! that what was asked and what was indexed by it can wait in memory while an instance changes what it
//! defines. Definitions are kept as long as the process lives. How many there can be is bounded by the
//! numbers an instance gives, each of which is given once; but another URL or other targets alone take no
//! number, and of these a process keeps as many as are written to its instances.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use crate::{Component, ParameterIx, ResourceType, SearchParameter, SearchType, r4};

/// A search parameter of one type as an instance keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Definition {
    /// The type it searches.
    pub resource_type: ResourceType,
    /// The name in the URL.
    pub code: String,
    /// The canonical URL of its definition.
    pub url: String,
    /// What kind of value it matches.
    pub search_type: SearchType,
    /// The FHIRPath expression, read from a resource of the type.
    pub expression: String,
    /// For a reference: the resource types it may point to; empty means any.
    pub targets: Vec<ResourceType>,
    /// For a composite: its parts in order.
    pub components: Vec<Part>,
}

/// One part of a composite parameter.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Part {
    /// Evaluated relative to each element the composite's expression gives.
    pub expression: String,
    /// What kind of value the part matches.
    pub search_type: SearchType,
    /// The code of the parameter of the tables the part comes from.
    pub code: String,
}

#[derive(Default)]
struct Known {
    by_definition: HashMap<Definition, &'static SearchParameter>,
    /// In order of their places.
    all: Vec<&'static SearchParameter>,
}

static KNOWN: RwLock<Option<Known>> = RwLock::new(None);

impl Definition {
    /// The parameter, the same for equal definitions.
    pub fn parameter(&self) -> &'static SearchParameter {
        let before = r4().search_parameters().len();
        let mut known = KNOWN.write().unwrap_or_else(PoisonError::into_inner);
        let known = known.get_or_insert_default();
        if let Some(found) = known.by_definition.get(self) {
            return found;
        }
        let place = before + known.all.len();
        let made = self.leaked(ParameterIx(u32::try_from(place).unwrap_or(u32::MAX)));
        known.by_definition.insert(self.clone(), made);
        known.all.push(made);
        made
    }

    fn leaked(&self, ix: ParameterIx) -> &'static SearchParameter {
        let part = |part: &Part| Component {
            expression: text(&part.expression),
            search_type: part.search_type,
            code: text(&part.code),
        };
        Box::leak(Box::new(SearchParameter {
            ix,
            resource_type: self.resource_type,
            code: text(&self.code),
            url: text(&self.url),
            search_type: self.search_type,
            expression: text(&self.expression),
            targets: self.targets.clone().leak(),
            components: self.components.iter().map(part).collect::<Vec<_>>().leak(),
        }))
    }
}

fn text(text: &str) -> &'static str {
    String::from(text).leak()
}

/// The defined parameter at a place.
pub(crate) fn at(ix: ParameterIx) -> Option<&'static SearchParameter> {
    let at = ix.place().checked_sub(r4().search_parameters().len())?;
    let known = KNOWN.read().unwrap_or_else(PoisonError::into_inner);
    known.as_ref()?.all.get(at).copied()
}

#[cfg(test)]
mod tests {
    use super::Definition;
    use crate::{ResourceType, SearchType, r4};

    #[test]
    fn equal_definitions_are_one_parameter_and_others_are_not() {
        let definition = |expression: &str| Definition {
            resource_type: ResourceType::parse("Patient").unwrap(),
            code: "shade".to_owned(),
            url: "http://example.org/shade".to_owned(),
            search_type: SearchType::String,
            expression: expression.to_owned(),
            targets: Vec::new(),
            components: Vec::new(),
        };
        let first = definition("Patient.language").parameter();
        assert_eq!(first.ix, definition("Patient.language").parameter().ix);
        let second = definition("Patient.gender").parameter();
        assert_ne!(first.ix, second.ix);
        for parameter in [first, second] {
            let found = r4().search_parameter_at(parameter.ix).unwrap();
            assert_eq!(found.expression, parameter.expression);
            assert!(r4().is_defined(parameter.ix));
        }
        assert!(!r4().is_defined(r4().search_parameters()[0].ix));
    }
}
