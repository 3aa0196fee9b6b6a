//! The walk over a resource: every member is looked up in its type's table.
//!
//! Recursion follows the nesting of the JSON, which `DEPTH_MAX` bounds whatever parsed it.

mod companion;
mod object;
mod property;
mod reference;
mod resource;
mod terminology;

use cresset_definitions::Definitions;
use cresset_model::Element;

use crate::issue::{IssueType, Issues};
use crate::place::Place;

/// Deepest path that is looked at, in steps (properties and array positions).
const DEPTH_MAX: u32 = 256;

/// Checks a resource against the tables.
pub(crate) fn check(resource: Element<'_>, tables: &'static Definitions, issues: &mut Issues) {
    let resource_type = resource.get("resourceType").and_then(Element::as_str);
    let place = Place::root(
        match resource_type.and_then(cresset_definitions::ResourceType::parse) {
            Some(known) => known.name(),
            None => "Resource",
        },
    );
    Walk {
        tables,
        issues,
        container: resource,
        within: Within::Nothing,
    }
    .resource(resource, &place);
}

/// What surrounds the resource being checked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    /// It stands alone, or as an entry of a bundle.
    Nothing,
    /// It is contained in another.
    Container,
}

/// One resource being checked.
struct Walk<'t, 'i> {
    tables: &'static Definitions,
    issues: &'i mut Issues,
    /// The resource whose `contained` local references point into.
    container: Element<'t>,
    within: Within,
}

impl Walk<'_, '_> {
    fn error(&mut self, code: IssueType, place: &Place<'_>, text: &str) {
        self.issues.error(code, place, text);
    }

    /// Whether to look below `place`; says so when it is too deep.
    fn descend(&mut self, place: &Place<'_>) -> bool {
        if place.depth > DEPTH_MAX {
            self.error(IssueType::TooLong, place, "is nested too deeply");
            return false;
        }
        !self.issues.full()
    }
}
