//! The part after `?` of a granular scope (SMART App Launch 2.2, "finer-grained resource constraints").

use cresset_definitions::{ResourceType, SearchType, r4};

use super::{Permission, Target};
use crate::restriction::TokenFilter;

/// The search parameters a granular scope may name, where the type has one of that name and it is
/// a token. Each says what kind of thing a resource is; none identifies a person or follows a
/// reference. Sorted.
pub const GRANULAR_PARAMETERS: &[&str] = &[
    "category",
    "class",
    "clinical-status",
    "code",
    "criticality",
    "intent",
    "lifecycle-status",
    "status",
    "type",
    "vaccine-code",
    "verification-status",
];

/// Longest value, in bytes: a system and a code.
const VALUE_BYTES_MAX: usize = 300;

/// The filters in `query`, sorted by parameter.
pub(super) fn parse(
    target: Target,
    permission: Permission,
    query: &str,
) -> Result<Vec<TokenFilter>, &'static str> {
    let Target::Type(resource_type) = target else {
        return Err("'?' needs one resource type, not '*'");
    };
    if !matches!(permission, Permission::Letters(_)) {
        return Err("'?' needs the letters 'cruds', not 'read', 'write' or '*'");
    }
    // The list of parameters is closed and repetition refused, so more parts than it has names is wrong.
    if query.split('&').nth(GRANULAR_PARAMETERS.len()).is_some() {
        return Err("too many parts after '?'");
    }
    let mut tokens = query
        .split('&')
        .map(|part| parse_one(resource_type, part))
        .collect::<Result<Vec<_>, _>>()?;
    tokens.sort();
    let repeated = tokens
        .iter()
        .zip(tokens.iter().skip(1))
        .any(|(a, b)| a.parameter == b.parameter);
    if repeated {
        Err("a parameter may stand once after '?'")
    } else {
        Ok(tokens)
    }
}

fn parse_one(resource_type: ResourceType, part: &str) -> Result<TokenFilter, &'static str> {
    let (parameter, value) = part
        .split_once('=')
        .ok_or("after '?' comes parameter=system|code")?;
    if parameter.contains([':', '.']) || parameter.starts_with("_has") {
        return Err("modifiers and chains are not allowed after '?'");
    }
    let listed = GRANULAR_PARAMETERS.binary_search(&parameter).is_ok();
    let is_token = || {
        r4().search_parameter(resource_type, parameter)
            .is_some_and(|p| p.search_type == SearchType::Token)
    };
    if !(listed && is_token()) {
        return Err("this type has no such parameter that a scope may name");
    }
    if value.len() > VALUE_BYTES_MAX {
        return Err("the value after '=' is too long");
    }
    let (system, code) = match value.split_once('|') {
        Some((system, code)) => (Some(system), code),
        None => (None, value),
    };
    if !(system.is_none_or(is_system) && is_code(code)) {
        return Err("the value after '=' is system|code, written as it is, without encoding");
    }
    Ok(TokenFilter {
        parameter: parameter.to_owned(),
        system: system.map(str::to_owned),
        code: code.to_owned(),
    })
}

/// An absolute URI of the plainest kind. `%`, `,`, `$`, `;` and their like are left out: each could
/// mean one thing here and another where the value is used.
fn is_system(text: &str) -> bool {
    let scheme = text.split_once(':').map(|(scheme, _)| scheme);
    scheme.is_some_and(|s| !s.is_empty() && s.bytes().all(|b| b.is_ascii_lowercase()))
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b":/.-_~".contains(&b))
}

fn is_code(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b".-_~".contains(&b))
}
