//! Modifiers (3.1.1.4.4) and the kinds of parameter that take them.

use cresset_definitions::{ResourceType, SearchParameter, SearchType};

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
    /// `:Patient`
    Type(ResourceType),
}

/// Modifiers of the standard that this server does not offer.
const NOT_OFFERED: [&str; 6] = ["text", "in", "not-in", "of-type", "above", "below"];

impl Modifier {
    /// The modifier `text` of `parameter`, named in full as `name`.
    pub(super) fn parse(
        parameter: &SearchParameter,
        name: &str,
        text: &str,
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
            ("above", SearchType::Uri) => Some(Self::Above),
            ("below", SearchType::Uri) => Some(Self::Below),
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
            None => Err(refusal(parameter, name, text)),
        }
    }
}

fn refusal(parameter: &SearchParameter, name: &str, text: &str) -> SearchFault {
    let offered = match parameter.search_type {
        SearchType::String => ":missing, :exact and :contains",
        SearchType::Token => ":missing and :not",
        SearchType::Reference => ":missing, :identifier and a resource type",
        SearchType::Uri => ":missing, :above and :below",
        _ => ":missing",
    };
    let what = if NOT_OFFERED.contains(&text) {
        "is not supported"
    } else {
        "is unknown"
    };
    let shown = short(text);
    SearchFault::modifier(
        name,
        format!(
            "The modifier :{shown} {what} here; {} takes {offered}.",
            parameter.code
        ),
    )
}

/// Whether a reference parameter may point to this type.
pub(super) fn points_to(parameter: &SearchParameter, target: ResourceType) -> bool {
    parameter.targets.is_empty() || parameter.targets.contains(&target)
}

fn targets(parameter: &SearchParameter) -> String {
    let names: Vec<&str> = parameter.targets.iter().map(|t| t.name()).collect();
    names.join(", ")
}
