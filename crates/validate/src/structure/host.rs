//! What expressions may ask beyond the resource: other entries of a bundle, codes, profiles.

use std::cell::OnceCell;
use std::collections::HashMap;

use cresset_fhirpath::{Host, Item, Node};
use cresset_model::Element;

use crate::conform::{Budget, Found, Surroundings};
use crate::narrative;
use crate::profiles::{Member, Profiles};
use crate::validator::follows;

/// The document at hand and the profiles that are known.
pub(super) struct AtHand<'t, 'i> {
    profiles: &'i Profiles,
    document: Element<'t>,
    /// The resources of a bundle by what refers to them, indexed when first asked for.
    entries: OnceCell<HashMap<&'t str, Element<'t>>>,
    /// What is left for the profile at hand.
    pub(super) budget: Budget,
}

impl<'t, 'i> AtHand<'t, 'i> {
    pub(super) fn new(profiles: &'i Profiles, document: Element<'t>) -> Self {
        Self {
            profiles,
            document,
            entries: OnceCell::new(),
            budget: Budget::default(),
        }
    }

    /// By full URL, and by its last two segments for relative references (R4 §2.36.4.1).
    fn entries(&self) -> &HashMap<&'t str, Element<'t>> {
        self.entries.get_or_init(|| {
            let mut by_reference = HashMap::new();
            let entries = self.document.get("entry").into_iter();
            for entry in entries.flat_map(Element::items) {
                let url = entry.get("fullUrl").and_then(Element::as_str);
                let (Some(url), Some(resource)) = (url, entry.get("resource")) else {
                    continue;
                };
                by_reference.entry(url).or_insert(resource);
                if let Some(relative) = relative(url) {
                    by_reference.entry(relative).or_insert(resource);
                }
            }
            by_reference
        })
    }
}

/// `Type/id` at the end of a URL.
fn relative(url: &str) -> Option<&str> {
    let id = url.rfind('/')?;
    let name = url.get(..id)?.rfind('/')?;
    url.get(name + 1..)
}

impl<'t> Host<'t> for AtHand<'t, '_> {
    fn resolve(&self, reference: &str) -> Option<Node<'t>> {
        let reference = reference
            .split_once("/_history/")
            .map_or(reference, |(r, _)| r);
        self.entries()
            .get(reference)
            .copied()
            .and_then(Node::resource)
    }

    fn member_of(&self, item: &Item<'t>, value_set: &str) -> Option<bool> {
        let member = match item {
            Item::Node(node) => self.profiles.coded(value_set, node.element, node.type_ix),
            Item::String(code) => {
                return Some(self.profiles.value_set(value_set)?.contains_code(code));
            }
            _ => Member::Unknown,
        };
        match member {
            Member::Yes => Some(true),
            Member::No => Some(false),
            Member::Unknown => None,
        }
    }

    fn conforms_to(&self, node: Node<'t>, profile: &str) -> Option<bool> {
        let Some(shape) = self.profiles.shape(profile) else {
            return self.profiles.type_of(profile).map(|of| node.is(of));
        };
        let around = Surroundings {
            profiles: self.profiles,
            host: self,
            resource: node,
            root: node,
            budget: &self.budget,
        };
        let found = Found::root(node.element, node.type_ix);
        Some(follows(shape, found, &around))
    }

    fn html_checks(&self, xhtml: &str) -> bool {
        narrative::check(xhtml).is_ok()
    }
}
