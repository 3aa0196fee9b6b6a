//! `_include` and `_revinclude` (R4 3.1.1.5.5).

use cresset_definitions::{ParameterIx, ResourceType, SearchType};

use super::Context;
use super::fault::{SearchFault, short};
use super::modifier::points_to;
use super::nearness;
use crate::query::{From, Include, Shown};

/// Whether a name, with or without modifier, asks for an include.
pub(super) fn knows(name: &str) -> bool {
    let code = name.split(':').next().unwrap_or_default();
    matches!(code, "_include" | "_revinclude")
}

/// Reads one pair of a search of `searched`.
pub(super) fn include(
    searched: ResourceType,
    (name, value): (&str, &str),
    context: &Context<'_>,
) -> Result<Include, SearchFault> {
    let (code, modifier) = match name.split_once(':') {
        Some((code, modifier)) => (code, Some(modifier)),
        None => (name, None),
    };
    let shown = if code == "_include" {
        Shown::Target
    } else {
        Shown::Source
    };
    let from = match modifier {
        None => From::Matches,
        // The name it had in STU3, still sent.
        Some("iterate" | "recurse") => From::Everything,
        Some(other) => {
            let what = format!(
                "The modifier :{} is unknown here; {code} takes :iterate.",
                short(other)
            );
            return Err(SearchFault::modifier(name, what));
        }
    };
    if value == "*" {
        return Ok(Include {
            shown,
            source: (shown == Shown::Target && from == From::Matches).then_some(searched),
            parameter: None,
            target: None,
            from,
        });
    }
    let mut parts = value.splitn(3, ':');
    let (Some(source), Some(reference)) = (parts.next(), parts.next()) else {
        let what = "Write Type:reference, Type:reference:TargetType, Type:* or *.";
        return Err(SearchFault::value(name, what));
    };
    let source = resource_type(name, source)?;
    let target = parts.next().map(|t| resource_type(name, t)).transpose()?;
    let parameter = match reference {
        "*" => None,
        reference => Some(self::reference(
            (name, context),
            (source, reference),
            target,
        )?),
    };
    Ok(Include {
        shown,
        source: Some(source),
        parameter,
        target,
        from,
    })
}

fn resource_type(name: &str, text: &str) -> Result<ResourceType, SearchFault> {
    ResourceType::parse(text).ok_or_else(|| {
        let what = format!("There is no resource type '{}'.", short(text));
        SearchFault::value(name, what)
    })
}

fn reference(
    (name, context): (&str, &Context<'_>),
    (source, code): (ResourceType, &str),
    target: Option<ResourceType>,
) -> Result<ParameterIx, SearchFault> {
    let parameter = context.parameter(source, code);
    let parameter = parameter.ok_or_else(|| {
        let unknown = nearness::unknown(source, code, context);
        SearchFault::value(name, unknown.sentence)
    })?;
    if parameter.search_type != SearchType::Reference {
        let what = format!("{source}'s {code} is no reference; only references can be followed.");
        return Err(SearchFault::value(name, what));
    }
    match target.filter(|target| !points_to(parameter, *target)) {
        Some(target) => {
            let what = format!("{source}'s {code} does not point to {target}.");
            Err(SearchFault::value(name, what))
        }
        None => Ok(parameter.ix),
    }
}
