//! Modifiers (3.1.1.4.4) and the kinds of parameter that take them.

use cresset_definitions::{ResourceType, SearchParameter, SearchType};

use super::Context;
use super::fault::{SearchFault, short};

/// A modifier this server offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Modifier {
    Missing,
    Exact,
    Contains,
    Not,
    Identifier,
    Above,
    Below,
    /// The text said of a coded value.
    Text,
    In,
    NotIn,
    OfType,
    /// `:Patient`
    Type(ResourceType),
}

impl Modifier {
    /// The modifier `text` of `parameter`, named in full as `name`.
    pub(super) fn parse(
        parameter: &SearchParameter,
        name: &str,
        text: &str,
        context: &Context<'_>,
    ) -> Result<Self, SearchFault> {
        if matches!(parameter.code, "_id" | "_lastUpdated") {
            return Err(SearchFault::modifier(
                name,
                format!("{} takes no modifier.", parameter.code),
            ));
        }
        let found = match (text, parameter.search_type) {
            ("missing", _) => Some(Self::Missing),
            ("exact", SearchType::String) => Some(Self::Exact),
            ("contains", SearchType::String) => Some(Self::Contains),
            ("not", SearchType::Token) => Some(Self::Not),
            ("identifier", SearchType::Reference) => Some(Self::Identifier),
            ("text", SearchType::Token) => Some(Self::Text),
            ("in", SearchType::Token) => Some(Self::In),
            ("not-in", SearchType::Token) => Some(Self::NotIn),
            ("of-type", SearchType::Token) if finds_identifiers(parameter, context) => {
                Some(Self::OfType)
            }
            ("above", SearchType::Uri | SearchType::Token) => Some(Self::Above),
            ("below", SearchType::Uri | SearchType::Token) => Some(Self::Below),
            (_, SearchType::Reference) => ResourceType::parse(text).map(Self::Type),
            _ => None,
        };
        match found {
            Some(Self::Type(target)) if !points_to(parameter, target) => {
                let what = format!(
                    "{} does not point to {target}; it points to {}.",
                    parameter.code,
                    targets(parameter)
                );
                Err(SearchFault::modifier(name, what))
            }
            Some(modifier) => Ok(modifier),
            None => Err(refusal(parameter, name, text, context)),
        }
    }
}

fn refusal(
    parameter: &SearchParameter,
    name: &str,
    text: &str,
    context: &Context<'_>,
) -> SearchFault {
    let offered = match parameter.search_type {
        SearchType::String => ":missing, :exact and :contains",
        SearchType::Token if finds_identifiers(parameter, context) => {
            ":missing, :not, :text, :in, :not-in, :above, :below and :of-type"
        }
        SearchType::Token => ":missing, :not, :text, :in, :not-in, :above and :below",
        SearchType::Reference => ":missing, :identifier and a resource type",
        SearchType::Uri => ":missing, :above and :below",
        _ => ":missing",
    };
    let shown = short(text);
    SearchFault::modifier(
        name,
        format!(
            "The modifier :{shown} is unknown here; {} takes {offered}.",
            parameter.code
        ),
    )
}

/// Whether a token parameter leads to identifiers, which have types.
fn finds_identifiers(parameter: &SearchParameter, context: &Context<'_>) -> bool {
    let facts = context.facts(parameter);
    facts.is_some_and(|facts| facts.identifies)
}

/// Whether a reference parameter may point to this type.
pub(super) fn points_to(parameter: &SearchParameter, target: ResourceType) -> bool {
    parameter.targets.is_empty() || parameter.targets.contains(&target)
}

fn targets(parameter: &SearchParameter) -> String {
    let names: Vec<&str> = parameter.targets.iter().map(|t| t.name()).collect();
    names.join(", ")
}
