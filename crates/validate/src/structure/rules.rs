//! Running the rules of types and elements, and holding resources against their profiles.

use cresset_definitions::{Element as Definition, Severity as RuleSeverity, TypeIx};
use cresset_fhirpath::{Environment, Node};
use cresset_model::{Element, Kind};

use super::Walk;
use crate::conform::{self, Found, Surroundings};
use crate::issue::{IssueType, Severity};
use crate::place::Place;
use crate::rules::{Outcome, Present, Rule};
use crate::shape::Shape;

/// What rules are run on.
pub(super) struct Judged<'t> {
    pub(super) element: Element<'t>,
    pub(super) type_ix: TypeIx,
    /// Its children, where they are known.
    pub(super) present: Option<Present>,
    /// Those that something is wrong with, in themselves or below.
    pub(super) harmed: Present,
    /// Those that are missing or wrong in themselves: rules that look at them would tell the same
    /// mistake again.
    pub(super) unusable: Present,
}

impl<'t> Walk<'t, '_> {
    /// Runs the rules on one element.
    pub(super) fn judge(&mut self, rules: &'static [Rule], judged: &Judged<'t>, place: &Place<'_>) {
        let (Some(root), Some(current)) = (self.root, self.current) else {
            return;
        };
        let environment = Environment {
            root,
            host: Some(self.host),
            ..Environment::new(current)
        };
        for rule in rules {
            let severe = rule.severity == RuleSeverity::Error;
            if !severe && !self.issues.wants_remarks() {
                continue;
            }
            if !rule.is_clear_of(judged.unusable) {
                continue;
            }
            let node = Node::typed(judged.element, judged.type_ix);
            match rule.judge(&environment, node, (judged.present, judged.harmed)) {
                Outcome::Kept => {}
                Outcome::TooCostly => {
                    let text = conform::too_costly(rule);
                    self.issues.error(IssueType::TooCostly, place, &text);
                }
                Outcome::Broken if severe => {
                    let text = conform::broken(rule);
                    self.issues.error(IssueType::Invariant, place, &text);
                }
                Outcome::Broken => {
                    let text = conform::broken(rule);
                    let severity = Severity::Warning;
                    self.issues
                        .remark(severity, IssueType::Invariant, place, &text);
                }
            }
        }
    }

    /// Runs the rules an element adds to those of its type on each value that nothing is wrong with.
    pub(super) fn judge_values(
        &mut self,
        rules: &'static [Rule],
        (value, is_sound): (Element<'t>, bool),
        definition: &'static Definition,
        place: &Place<'_>,
    ) {
        let judged = |element| Judged {
            element,
            type_ix: definition.type_ix,
            present: None,
            harmed: Present::default(),
            unusable: Present::default(),
        };
        if value.kind() != Kind::Array {
            if is_sound {
                self.judge(rules, &judged(value), place);
            }
            return;
        }
        for (at, item) in value.items().enumerate() {
            let place = place.index(at);
            if is_sound || !self.issues.has_error_within(&place.path()) {
                self.judge(rules, &judged(item), &place);
            }
        }
    }

    /// Holds a resource against the profiles it names and those it must follow, each once.
    pub(super) fn claims(&mut self, value: Element<'t>, asked: &[&str], place: &Place<'_>) {
        let mut held: Vec<&'static Shape> = Vec::new();
        for url in asked {
            match self.profiles.shape(url) {
                Some(shape) => self.hold_once(shape, &mut held, value, place),
                None if self.is_own_type(url) => {}
                None => self.refuse_unknown(url, place),
            }
        }
        let named = value.get("meta").and_then(|meta| meta.get("profile"));
        let meta = place.property("meta", None);
        let profile = meta.property("profile", None);
        for (at, url) in named.into_iter().flat_map(Element::items).enumerate() {
            let Some(url) = url.as_str() else {
                continue;
            };
            match self.profiles.shape(url) {
                Some(shape) => self.hold_once(shape, &mut held, value, place),
                None if asked.contains(&url) || self.is_own_type(url) => {}
                None => self.remark_unknown(url, &profile.index(at)),
            }
        }
    }

    /// What must be followed must be known.
    fn refuse_unknown(&mut self, asked: &str, place: &Place<'_>) {
        let text = match self.profiles.versions_of_profile(asked) {
            None => format!("must follow the profile {asked}, which is not loaded here"),
            Some(loaded) => {
                format!("must follow the profile {asked}; the versions loaded here are {loaded}")
            }
        };
        self.error(IssueType::NotFound, place, &text);
    }

    fn remark_unknown(&mut self, named: &str, place: &Place<'_>) {
        if !self.issues.wants_remarks() {
            return;
        }
        let text = match self.profiles.versions_of_profile(named) {
            None => "names a profile that is not loaded here; it was not checked".to_owned(),
            Some(loaded) => format!(
                "names a version of a profile that is not loaded here (what is: {loaded}); it was not checked"
            ),
        };
        let severity = Severity::Warning;
        self.issues
            .remark(severity, IssueType::NotFound, place, &text);
    }

    /// Holds a resource against a profile, unless it was; `meta.profile` may name one a thousand times.
    fn hold_once(
        &mut self,
        shape: &'static Shape,
        held: &mut Vec<&'static Shape>,
        value: Element<'t>,
        place: &Place<'_>,
    ) {
        if !held.iter().any(|known| std::ptr::eq(*known, shape)) {
            held.push(shape);
            self.hold(shape, value, place);
        }
    }

    /// Whether a URL is that of the resource's own type, which it follows by being valid.
    fn is_own_type(&self, url: &str) -> bool {
        let named = self.profiles.type_of(url);
        named.is_some_and(|named| self.current.is_some_and(|current| current.is(named)))
    }

    fn hold(&mut self, shape: &'static Shape, value: Element<'t>, place: &Place<'_>) {
        let Some(type_ix) = Node::resource(value).map(|n| n.type_ix) else {
            return;
        };
        self.hold_element(shape, Found::root(value, type_ix), place);
    }

    fn hold_element(&mut self, shape: &'static Shape, found: Found<'t>, place: &Place<'_>) {
        let (Some(root), Some(resource)) = (self.root, self.current) else {
            return;
        };
        let around = Surroundings {
            profiles: self.profiles,
            host: self.host,
            resource,
            root,
            budget: &self.host.budget,
        };
        conform::check(shape, found, &around, self.issues, place);
    }

    /// An extension whose definition is loaded is held against it.
    pub(super) fn known_extension(&mut self, value: Element<'t>, place: &Place<'_>) {
        let url = value.get("url").and_then(Element::as_str);
        let Some(shape) = url.and_then(|url| self.profiles.shape(url)) else {
            return;
        };
        if let Some(type_ix) = Node::type_called("Extension") {
            self.hold_element(shape, Found::root(value, type_ix), place);
        }
    }

    /// R4 §2.4.2: a server that does not know a modifier extension must not process the resource.
    pub(super) fn modifier_extension(&mut self, value: Element<'t>, place: &Place<'_>) {
        let url = value.get("url").and_then(Element::as_str);
        if url.is_some_and(|url| self.profiles.shape(url).is_none()) {
            let text = "changes the meaning of what holds it and is not known here: \
                        load the package that defines it, or leave it out";
            self.error(IssueType::Extension, place, text);
        }
    }
}
