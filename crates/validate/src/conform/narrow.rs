//! What a part asks of a single value: type, prescribed value, codes, targets, profiles.

use cresset_definitions::profile::ProfileTarget;
use cresset_definitions::{Binding, Strength, r4};
use cresset_fhirpath::reference::target_type;
use cresset_model::Element;

use super::{Fit, Found, type_name};
use crate::binding::{self, Judgement};
use crate::issue::{IssueType, Severity};
use crate::place::Place;
use crate::shape::Part;

impl<'t> Fit<'_, 't> {
    pub(super) fn narrowed(&mut self, part: &'static Part, value: Found<'t>, place: &Place<'_>) {
        // What the type says of a code or target is not said again by a profile.
        if self.issues.errors() > 0 && self.issues.is_wrong(&place.path()) {
            return;
        }
        if !part.types.is_empty() && !part.types.iter().any(|t| value.node().is(*t)) {
            let names: Vec<_> = part.types.iter().map(|t| type_name(*t)).collect();
            let text = format!("must be of the type {}", names.join(" or "));
            return self.error(IssueType::Structure, place, &text);
        }
        if let Some(wanted) = &part.value
            && value.has_value()
            && !wanted.fits(value.element)
        {
            let verb = if wanted.is_fixed() { "be" } else { "hold" };
            let text = format!("must {verb} {}", wanted.shown());
            self.error(IssueType::Value, place, &text);
        }
        if let Some(binding) = part.binding {
            self.bound(binding, value, place);
        }
        if !part.targets.is_empty() && type_name(value.type_ix) == "Reference" {
            self.target(part, value, place);
        }
        if !part.profiles.is_empty() {
            self.one_of_profiles(part, value, place);
        }
    }

    /// Codes of a binding: required ones refuse, extensible ones warn.
    fn bound(&mut self, part: &'static Binding, value: Found<'t>, place: &Place<'_>) {
        let looks = part.strength == Strength::Required || self.issues.wants_remarks();
        if !looks || !value.has_value() {
            return;
        }
        match binding::judge(part, value.element, value.type_ix, self.profiles) {
            Judgement::Outside(Severity::Error, text) => {
                self.error(IssueType::CodeInvalid, place, &text);
            }
            Judgement::Outside(severity, text) => {
                self.remark(severity, IssueType::CodeInvalid, place, &text);
            }
            Judgement::Open if self.issues.wants_open() => {
                let by = Some(self.shape.profile.name);
                binding::leave_open(part, value.element, (place, by), self.issues);
            }
            Judgement::Fine | Judgement::Open => {}
        }
    }

    /// The type a reference points to, as far as its text tells.
    fn target(&mut self, part: &'static Part, value: Found<'t>, place: &Place<'_>) {
        let text = value.element.get("reference").and_then(Element::as_str);
        let local = text.and_then(|t| t.strip_prefix('#'));
        let found = match local {
            Some(id) => self.contained(id),
            None => target_type(value.element).and_then(|t| r4().resource_ix(t)),
        };
        let Some(found) = found else { return };
        let type_of = |target: &ProfileTarget| self.profiles.type_of(target.url);
        if part.targets.iter().any(|t| type_of(t) == Some(found)) {
            return;
        }
        let allowed: Vec<_> = part.targets.iter().filter_map(type_of).collect();
        // A target whose profile is not loaded may be of any type.
        if allowed.len() < part.targets.len() {
            return;
        }
        if allowed.iter().any(|t| r4().is_any_resource(*t)) {
            return;
        }
        let names: Vec<_> = allowed.iter().map(|t| type_name(*t)).collect();
        let text = format!("must refer to {}", names.join(" or "));
        self.error(IssueType::Value, place, &text);
    }

    fn contained(&self, id: &str) -> Option<cresset_definitions::TypeIx> {
        let mut all = self.root.element.get("contained")?.items();
        let found = all.find(|c| c.get("id").and_then(Element::as_str) == Some(id))?;
        cresset_fhirpath::Node::resource(found).map(|n| n.type_ix)
    }

    /// The profiles of a data type or extension, of which one must be followed.
    fn one_of_profiles(&mut self, part: &'static Part, value: Found<'t>, place: &Place<'_>) {
        let known: Vec<_> = part
            .profiles
            .iter()
            .filter_map(|url| self.profiles.shape(url))
            .collect();
        if known.len() < part.profiles.len() {
            let text = "was not checked against a profile that is not loaded";
            return self.remark(Severity::Information, IssueType::NotFound, place, text);
        }
        // The walk checks every known extension against its own profile.
        if type_name(value.type_ix) == "Extension" {
            let url = value.element.get("url").and_then(Element::as_str);
            if !part.profiles.iter().any(|p| Some(*p) == url) {
                let text = format!("must be the extension {}", part.profiles.join(" or "));
                self.error(IssueType::Value, place, &text);
            }
            return;
        }
        if !known.iter().any(|shape| self.follows(shape, value)) && !self.is_doubtful(place) {
            let text = format!("must follow the profile {}", part.profiles.join(" or "));
            self.error(IssueType::Structure, place, &text);
        }
    }

    /// Whether a value follows a profile, without a word about why not.
    pub(super) fn follows(
        &mut self,
        shape: &'static crate::shape::Shape,
        value: Found<'t>,
    ) -> bool {
        self.may_go_on()
            && crate::validator::follows(
                shape,
                value,
                &super::Surroundings {
                    profiles: self.profiles,
                    host: self.host,
                    resource: self.resource,
                    root: self.root,
                    budget: self.budget,
                },
            )
    }
}
