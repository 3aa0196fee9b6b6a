//! A resource: the one checked, a contained one, an entry of a bundle.

use cresset_definitions::ResourceType;
use cresset_fhirpath::Node;
use cresset_model::{Element, Kind};

use super::{Walk, Within};
use crate::issue::{Harm, IssueType};
use crate::place::Place;

impl<'t> Walk<'t, '_> {
    /// Checks the resource `value` itself; its container is the walk's. It must follow the profiles
    /// `asked` for, beside those it names.
    pub(super) fn resource(&mut self, value: Element<'t>, asked: &[&str], place: &Place<'_>) {
        if value.kind() != Kind::Object {
            return self.malformed(
                IssueType::Structure,
                place,
                "must be a resource (a JSON object)",
            );
        }
        let Some(named) = value.get("resourceType") else {
            return self.malformed(IssueType::Required, place, "must have a resourceType");
        };
        let known = named.as_str().and_then(ResourceType::parse);
        let Some(definition) = known.and_then(|t| self.tables.resource(t)) else {
            self.issues.harm(place, Harm::Unusable);
            let place = place.property("resourceType", None);
            return self.error(
                IssueType::Value,
                &place,
                "must be the name of an R4 resource type",
            );
        };
        self.object(value, definition, place);
        self.unused(value, place);
        self.claims(value, asked, place);
    }

    /// Checks a resource inside another: an entry stands for itself, a contained one does not.
    pub(super) fn inner_resource(&mut self, value: Element<'t>, name: &str, place: &Place<'_>) {
        if !self.descend(place) {
            return;
        }
        if name != "contained" {
            let mut entry = Walk::new(value, self.profiles, self.host, &mut *self.issues);
            return entry.resource(value, &[], place);
        }
        if self.within == Within::Container {
            let text = "must not be there: a contained resource holds no further ones";
            return self.error(IssueType::Invariant, place, text);
        }
        let around = self.current;
        self.current = Node::resource(value);
        self.within = Within::Container;
        self.resource(value, &[], place);
        self.within = Within::Nothing;
        self.current = around;
    }

    /// R4, `Bundle.entry.fullUrl`: it must not disagree with the id in the resource.
    pub(super) fn full_url(&mut self, entry: Element<'t>, place: &Place<'_>) {
        let text = |of: Element<'t>, name| of.get(name).and_then(Element::as_str);
        let (Some(url), Some(resource)) = (text(entry, "fullUrl"), entry.get("resource")) else {
            return;
        };
        let (Some(name), Some(id)) = (text(resource, "resourceType"), text(resource, "id")) else {
            return;
        };
        let mut segments = url.rsplit('/');
        let (last, before) = (segments.next(), segments.next());
        if before == Some(name) && last != Some(id) {
            let place = place.property("fullUrl", None);
            let text = "must end with the id of the resource";
            self.error(IssueType::Value, &place, text);
        }
    }
}
