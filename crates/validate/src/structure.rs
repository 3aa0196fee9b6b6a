//! The walk over a resource: every member is looked up in its type's table.
//!
//! Recursion follows the nesting of the JSON, which `DEPTH_MAX` bounds whatever parsed it.

mod companion;
mod contained;
mod host;
mod object;
mod property;
mod reference;
mod resource;
mod rules;
mod terminology;

use cresset_definitions::{Definitions, ResourceType, r4};
use cresset_fhirpath::Node;
use cresset_model::Element;

use crate::issue::{Harm, IssueType, Issues};
use crate::place::Place;
use crate::profiles::Profiles;
use host::AtHand;

/// Deepest path that is looked at, in steps (properties and array positions).
const DEPTH_MAX: u32 = 256;

/// Checks a resource against the tables, the profiles it names, and those that are asked for.
pub(crate) fn check(
    resource: Element<'_>,
    profiles: &Profiles,
    asked: &[&str],
    issues: &mut Issues,
) {
    let resource_type = resource.get("resourceType").and_then(Element::as_str);
    let place = Place::root(match resource_type.and_then(ResourceType::parse) {
        Some(known) => known.name(),
        None => "Resource",
    });
    let host = AtHand::new(profiles, resource);
    let mut walk = Walk::new(resource, profiles, &host, issues);
    walk.resource(resource, asked, &place);
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
    profiles: &'i Profiles,
    host: &'i AtHand<'t, 'i>,
    issues: &'i mut Issues,
    /// The resource whose `contained` local references point into.
    container: Element<'t>,
    /// The same with its type, where that is known.
    root: Option<Node<'t>>,
    /// The resource the walk is in: the container or one contained.
    current: Option<Node<'t>>,
    within: Within,
}

impl<'t, 'i> Walk<'t, 'i> {
    fn new(
        container: Element<'t>,
        profiles: &'i Profiles,
        host: &'i AtHand<'t, 'i>,
        issues: &'i mut Issues,
    ) -> Self {
        let root = Node::resource(container);
        Self {
            tables: r4(),
            profiles,
            host,
            issues,
            container,
            root,
            current: root,
            within: Within::Nothing,
        }
    }

    fn error(&mut self, code: IssueType, place: &Place<'_>, text: &str) {
        self.issues.error(code, place, text);
    }

    /// An error about a value that cannot be judged further.
    fn malformed(&mut self, code: IssueType, place: &Place<'_>, text: &str) {
        self.error(code, place, text);
        self.issues.harm(place, Harm::Unusable);
    }

    /// An error about the code of a value, or what it points to.
    fn wrong(&mut self, code: IssueType, place: &Place<'_>, text: &str) {
        self.error(code, place, text);
        self.issues.harm(place, Harm::Wrong);
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
