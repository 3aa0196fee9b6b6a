//! The grammar of one scope, exact.
//!
//! ```text
//! scope      = named / resource / operation
//! named      = "openid" / "fhirUser" / "profile" / "launch" / "launch/patient" /
//!              "launch/encounter" / "offline_access" / "online_access"
//! resource   = context "/" ( Type / "*" ) "." permission        ; filters only with Type and letters
//!              [ "?" parameter "=" [ system "|" ] code *( "&" parameter "=" [ system "|" ] code ) ]
//! context    = "patient" / "user" / "system"
//! permission = "read" / "write" / "*" / some of "cruds", each once, in this order
//! operation  = context "/" Type "." name                        ; a closed list, see Operation
//! ```
//!
//! Nothing is decoded, trimmed or folded, and nothing unknown is ignored: a scope that is not
//! understood completely is refused, because dropping a part of it would widen it.

use std::str::FromStr;

use cresset_definitions::ResourceType;

use super::{Context, NamedScope, Operation, Permission, ResourceScope, Scope, Target, filter};

/// Why a text is not a scope. Shown, it is fit for OAuth's `error_description`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("scope '{scope}': {reason}")]
pub struct InvalidScope {
    /// The beginning of what was sent, with anything but scope characters replaced by `?`.
    pub scope: String,
    /// What is wrong with it and what would be right.
    pub reason: &'static str,
}

impl InvalidScope {
    fn new(scope: &str, reason: &'static str) -> Self {
        const SHOWN: usize = 80;
        let legal = |c: char| c.is_ascii_graphic() && !matches!(c, '"' | '\\' | '\'' | '<' | '>');
        let shown = scope
            .chars()
            .take(SHOWN)
            .map(|c| if legal(c) { c } else { '?' });
        let cut = if scope.chars().nth(SHOWN).is_some() {
            "..."
        } else {
            ""
        };
        Self {
            scope: shown.chain(cut.chars()).collect(),
            reason,
        }
    }
}

impl FromStr for Scope {
    type Err = InvalidScope;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(named) = NamedScope::ALL.into_iter().find(|n| n.as_str() == text) {
            return Ok(Self::Named(named));
        }
        parse_slashed(text).map_err(|reason| InvalidScope::new(text, reason))
    }
}

fn parse_slashed(text: &str) -> Result<Scope, &'static str> {
    let (context, rest) = text
        .split_once('/')
        .ok_or("not a scope of this server; resource scopes look like user/Observation.rs")?;
    let context =
        Context::parse(context).ok_or("a scope begins with 'patient/', 'user/' or 'system/'")?;
    let (head, query) = match rest.split_once('?') {
        Some((head, query)) => (head, Some(query)),
        None => (rest, None),
    };
    let (name, right) = head
        .split_once('.')
        .ok_or("after the type comes a dot and a permission, as in '.rs'")?;
    if let Some(operation) = Operation::parse(context, name, right) {
        return match query {
            None => Ok(Scope::Operation(context, operation)),
            Some(_) => Err("an operation scope takes no '?'"),
        };
    }
    let target = match name {
        "*" => Target::Any,
        name => ResourceType::parse(name)
            .map(Target::Type)
            .ok_or("there is no such R4 resource type; spell it as FHIR does, or '*'")?,
    };
    let permission = Permission::parse(right).ok_or(
        "a permission is 'read', 'write', '*', or some of the letters 'cruds' in this order",
    )?;
    let tokens = match query {
        None => Vec::new(),
        Some(query) => filter::parse(target, permission, query)?,
    };
    Ok(Scope::Resource(ResourceScope {
        context,
        target,
        permission,
        tokens,
    }))
}
