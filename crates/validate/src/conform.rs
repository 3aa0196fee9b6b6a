//! Holding a resource, or an element of one, against the shape of a profile.

mod budget;
mod found;
mod narrow;
mod slices;
mod wanted;

use cresset_definitions::r4;
use cresset_fhirpath::{Environment, Host, Node};

use crate::issue::{IssueType, Issues, Severity};
use crate::place::Place;
use crate::profiles::Profiles;
use crate::rules::{Outcome, Present, Rule};
use crate::shape::{Part, Shape};

pub(crate) use budget::Budget;
pub(crate) use found::Found;

/// What it costs to find out that something has been told, in comparisons.
const TOLD_WORK: u64 = 100;

/// One resource held against one profile.
pub(crate) struct Fit<'w, 't> {
    pub(crate) profiles: &'w Profiles,
    pub(crate) issues: &'w mut Issues,
    pub(crate) host: &'w dyn Host<'t>,
    pub(crate) resource: Node<'t>,
    pub(crate) root: Node<'t>,
    shape: &'static Shape,
    budget: &'w Budget,
}

/// What the check is made with.
pub(crate) struct Surroundings<'w, 't> {
    pub(crate) profiles: &'w Profiles,
    pub(crate) host: &'w dyn Host<'t>,
    pub(crate) resource: Node<'t>,
    pub(crate) root: Node<'t>,
    pub(crate) budget: &'w Budget,
}

/// Holds an element against a profile.
pub(crate) fn check<'t>(
    shape: &'static Shape,
    element: Found<'t>,
    around: &Surroundings<'_, 't>,
    issues: &mut Issues,
    place: &Place<'_>,
) {
    if !around.budget.enter() {
        return;
    }
    let mut fit = Fit {
        profiles: around.profiles,
        issues,
        host: around.host,
        resource: around.resource,
        root: around.root,
        shape,
        budget: around.budget,
    };
    let wanted = shape.type_ix;
    if wanted.is_some_and(|wanted| !element.node().is(wanted)) {
        let text = format!("must be of the type {}", shape.profile.type_name);
        fit.error(IssueType::Structure, place, &text);
    } else {
        fit.element(&shape.root, element, place);
    }
    if fit.budget.leave() && fit.budget.is_spent() {
        let text = "holds too much to be compared with";
        fit.error(IssueType::TooCostly, place, text);
    }
}

impl<'t> Fit<'_, 't> {
    /// Notes an error and says which profile asks, unless the value is known to be none its type
    /// allows: one mistake is told once.
    fn error(&mut self, code: IssueType, place: &Place<'_>, text: &str) {
        if self.issues.errors() > 0 && self.issues.is_unusable(&place.path()) {
            // What is not told has cost the comparison with all that was.
            self.budget.spend(TOLD_WORK);
            return;
        }
        let text = format!("{text} (profile {})", self.shape.profile.name);
        self.issues.error(code, place, &text);
    }

    fn remark(&mut self, severity: Severity, code: IssueType, place: &Place<'_>, text: &str) {
        if self.issues.wants_remarks() {
            let text = format!("{text} (profile {})", self.shape.profile.name);
            self.issues.remark(severity, code, place, &text);
        }
    }

    /// Counts a comparison; false when there were too many.
    fn may_go_on(&mut self) -> bool {
        self.budget.spend(1);
        !self.budget.is_spent() && !self.issues.full()
    }

    /// One value against its part, and what lies below.
    fn element(&mut self, part: &'static Part, value: Found<'t>, place: &Place<'_>) {
        if !self.may_go_on() {
            return;
        }
        self.narrowed(part, value, place);
        self.rules(&part.rules, value, place);
        for inner in &part.parts {
            self.property(inner, value, place);
        }
    }

    /// Every value of one property.
    fn property(&mut self, part: &'static Part, holder: Found<'t>, place: &Place<'_>) {
        let values = holder.children(part.name);
        let count = values.len();
        if count < part.min {
            let text = match (count, part.min) {
                (0, 1) => format!("must have '{}'", part.name),
                (_, min) => format!("must have '{}' at least {min} times", part.name),
            };
            if !self.is_unusable(part.name, place) {
                self.error(IssueType::Required, place, &text);
            }
        } else if count == 0 && part.must_support {
            let text = format!("has no '{}', which must be supported", part.name);
            self.remark(
                Severity::Information,
                IssueType::Informational,
                place,
                &text,
            );
        }
        let (Some(first), true) = (values.first(), self.may_go_on()) else {
            return self.slices(part, &values, place);
        };
        let name = first.name(part.name);
        if part.max.is_some_and(|max| count > max) {
            let place = place.property(name.0, name.1);
            let text = match part.max {
                None | Some(0) => "must not be there".to_owned(),
                Some(max) => format!("must have at most {max} values"),
            };
            self.error(IssueType::Structure, &place, &text);
        }
        for value in &values {
            let name = value.name(part.name);
            let place = place.property(name.0, name.1);
            match value.index {
                Some(at) => self.element(part, *value, &place.index(at)),
                None => self.element(part, *value, &place),
            }
        }
        self.slices(part, &values, place);
    }

    fn rules(&mut self, rules: &'static [Rule], value: Found<'t>, place: &Place<'_>) {
        for rule in rules {
            let severe = rule.severity == cresset_definitions::Severity::Error;
            if !severe && !self.issues.wants_remarks() {
                continue;
            }
            let environment = Environment {
                root: self.root,
                host: Some(self.host),
                steps_left: Some(self.budget.steps()),
                ..Environment::new(self.resource)
            };
            let unknown = (None, Present::default());
            let text = match rule.judge(&environment, value.node(), unknown) {
                Outcome::Kept => continue,
                Outcome::Broken if self.is_told(rule, place) => continue,
                Outcome::TooCostly => {
                    let text = too_costly(rule);
                    self.error(IssueType::TooCostly, place, &text);
                    continue;
                }
                Outcome::Broken => broken(rule),
            };
            if severe {
                self.error(IssueType::Invariant, place, &text);
            } else {
                self.remark(Severity::Warning, IssueType::Invariant, place, &text);
            }
        }
    }
}

impl Fit<'_, '_> {
    /// Whether a property is missing or malformed by its type.
    fn is_unusable(&mut self, property: &'static str, place: &Place<'_>) -> bool {
        if self.issues.errors() == 0 {
            return false;
        }
        self.budget.spend(TOLD_WORK);
        let path = place.property(property, None).path();
        self.issues.is_unusable(&path)
    }

    /// Whether something is wrong with what stands at a place, so that it may belong where it does not
    /// seem to.
    fn is_doubtful(&mut self, place: &Place<'_>) -> bool {
        if self.issues.errors() == 0 {
            return false;
        }
        self.budget.spend(TOLD_WORK);
        self.issues.has_harm_within(&place.path())
    }

    /// Whether something the rule looks at was found wrong, so that a broken rule says nothing new.
    fn is_told(&mut self, rule: &Rule, place: &Place<'_>) -> bool {
        if self.issues.errors() == 0 {
            return false;
        }
        self.budget.spend(TOLD_WORK);
        match rule.mentions() {
            Some(names) => names.iter().any(|name| {
                let path = place.property(name, None).path();
                self.issues.is_harmed(&path, 0)
            }),
            None => self.issues.is_child_harmed(&place.path()),
        }
    }
}

/// The sentence for a broken rule.
pub(crate) fn broken(rule: &Rule) -> String {
    let human = rule.human.trim().trim_end_matches('.');
    format!("must follow {}: {human}", rule.key)
}

/// The sentence for a rule that would take too long.
pub(crate) fn too_costly(rule: &Rule) -> String {
    format!(
        "is too large for {}: the rule takes more steps than it may",
        rule.key
    )
}

/// The name of a type in the tables.
fn type_name(ix: cresset_definitions::TypeIx) -> &'static str {
    r4().type_at(ix).map_or("", |t| t.name)
}
