//! Which slice each value belongs to, and whether each slice has as many as it must.

use cresset_fhirpath::reference::target_type;
use cresset_model::{Element, Kind};

use super::{Fit, Found, type_name};
use crate::issue::IssueType;
use crate::place::Place;
use crate::profiles::Member;
use crate::shape::{Part, Test, Tests};

impl<'t> Fit<'_, 't> {
    pub(super) fn slices(&mut self, part: &'static Part, values: &[Found<'t>], place: &Place<'_>) {
        if part.slices.is_empty() {
            return;
        }
        let mut taken = vec![false; values.len()];
        let mut furthest = 0;
        for (tests, slice) in &part.slices {
            let mut count = 0;
            for (value, taken) in values.iter().zip(&mut taken) {
                // Of what was not compared nothing can be said.
                if self.budget.is_spent() || self.issues.full() {
                    return;
                }
                if !self.belongs(tests, *value) {
                    continue;
                }
                *taken = true;
                count += 1;
                let name = value.name(part.name);
                let place = place.property(name.0, name.1);
                let index = value.index.unwrap_or_default();
                if part.slicing.is_some_and(|s| s.ordered) && index < furthest {
                    let text = "stands out of the order of the slices";
                    self.error(IssueType::Structure, &place.index(index), text);
                }
                furthest = furthest.max(index);
                match value.index {
                    Some(at) => self.element(slice, *value, &place.index(at)),
                    None => self.element(slice, *value, &place),
                }
            }
            self.counted(slice, count, place);
        }
        if part.slicing.is_some_and(|s| s.closed) {
            for (value, _) in values.iter().zip(&taken).filter(|(_, taken)| !**taken) {
                let name = value.name(part.name);
                let place = place.property(name.0, name.1);
                let place = match value.index {
                    Some(at) => place.index(at),
                    None => place,
                };
                if !self.is_doubtful(&place) {
                    let text = "is none of the slices the profile allows";
                    self.error(IssueType::Structure, &place, text);
                }
            }
        }
    }

    fn counted(&mut self, slice: &'static Part, count: usize, place: &Place<'_>) {
        let name = slice.slice.unwrap_or_default();
        let property = place.property(slice.name, None);
        let is_short = count < slice.min;
        if is_short && !self.is_unusable(slice.name, place) && !self.is_doubtful(&property) {
            let times = if slice.min == 1 { "one" } else { "more" };
            let text = format!("must have {times} '{}' of the slice '{name}'", slice.name);
            self.error(IssueType::Required, place, &text);
        }
        if let Some(max) = slice.max.filter(|max| count > *max) {
            let text = format!(
                "must have at most {max} '{}' of the slice '{name}'",
                slice.name
            );
            self.error(IssueType::Structure, place, &text);
        }
    }

    fn belongs(&mut self, tests: &'static Tests, value: Found<'t>) -> bool {
        let Some(mut all) = tests.all() else {
            return false;
        };
        all.all(|(path, test)| {
            let mut at = vec![value];
            for step in path.split('.').filter(|s| *s != "$this") {
                at = at.iter().flat_map(|found| found.step(step)).collect();
            }
            match test {
                Test::Exists(there) => at.is_empty() != *there,
                _ => at.iter().any(|found| self.passes(test, *found)),
            }
        })
    }

    fn passes(&mut self, test: &'static Test, found: Found<'t>) -> bool {
        if !self.may_go_on() {
            return false;
        }
        match test {
            Test::Value(wanted) => found.has_value() && wanted.fits(found.element),
            Test::Url(url) => found.element.as_str() == Some(url),
            Test::Types(types) => types.iter().any(|t| found.node().is(*t)),
            Test::Member(binding) => {
                let member = self
                    .profiles
                    .coded(binding.url, found.element, found.type_ix);
                member == Member::Yes
            }
            Test::Targets(urls) => {
                let Some(target) = target_type(found.element) else {
                    return false;
                };
                let mut types = urls.iter().filter_map(|url| self.profiles.type_of(url));
                types.any(|t| type_name(t) == target.name())
            }
            Test::Profiles(urls) => {
                let mut known = urls.iter().filter_map(|url| self.profiles.shape(url));
                known.any(|shape| self.follows(shape, found))
            }
            Test::Exists(there) => *there,
        }
    }
}

impl<'t> Found<'t> {
    /// One step of a discriminator's path.
    fn step(self, step: &str) -> Vec<Found<'t>> {
        if let Some(url) = inside(step, "extension(") {
            let url = url.trim_matches(['\'', '"']);
            let mut all = self.children("extension");
            all.retain(|e| e.element.get("url").and_then(Element::as_str) == Some(url));
            return all;
        }
        if let Some(name) = inside(step, "ofType(") {
            let fits = type_name(self.type_ix) == name && self.element.kind() != Kind::Null;
            return fits.then_some(self).into_iter().collect();
        }
        self.children(step)
    }
}

fn inside<'s>(step: &'s str, function: &str) -> Option<&'s str> {
    step.strip_prefix(function)?.strip_suffix(')')
}
