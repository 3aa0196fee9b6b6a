//! References: `id`, `Type/id`, an absolute URL (3.1.1.4.12).

use cresset_definitions::{ResourceType, SearchParameter};

use super::escape::unescape;
use super::modifier::points_to;
use crate::extract::plan::Plan;
use crate::extract::reference::local;
use crate::query::Match;

/// What was asked of a reference parameter.
pub(super) struct Reference<'a> {
    pub(super) parameter: &'a SearchParameter,
    /// The type that a modifier names.
    pub(super) wanted: Option<ResourceType>,
    /// The base URLs of the instance.
    pub(super) own: &'a [String],
}

impl Reference<'_> {
    /// The match for one value, or what a value must be.
    pub(super) fn matched(&self, text: &str) -> Result<Match, String> {
        let text = unescape(text);
        if let Some((resource_type, id)) = local(&text, self.own) {
            return match self.wanted.filter(|wanted| *wanted != resource_type) {
                Some(wanted) => Err(format!(
                    "The modifier asks for {wanted}, the value for {resource_type}; name one type."
                )),
                None => Ok(Match::Local(Some(resource_type), id)),
            };
        }
        // An absolute URL or `urn:` has a scheme; neither an id nor a type holds a colon.
        if text.contains(':') {
            return Ok(Match::Elsewhere(text));
        }
        match text.parse() {
            Ok(id) => Ok(Match::Local(self.wanted.or(self.only_target()), id)),
            Err(_) => Err(self.expected()),
        }
    }

    fn only_target(&self) -> Option<ResourceType> {
        let facts = Plan::of(self.parameter.resource_type)?.facts(self.parameter.ix)?;
        match (facts.targets.as_slice(), self.parameter.targets) {
            ([only], _) | (_, [only]) => Some(*only),
            _ => None,
        }
    }

    fn expected(&self) -> String {
        let example =
            ResourceType::parse("Patient").filter(|patient| points_to(self.parameter, *patient));
        let example = example.or(self.parameter.targets.first().copied());
        let name = example.map_or("Patient", ResourceType::name);
        format!("Give an id, a reference such as {name}/123, or an absolute URL.")
    }
}
