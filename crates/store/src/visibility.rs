//! What a restriction says of a resource that is not, or no longer, in the tables: one about to be
//! written, an earlier version, a deleted one.

use cresset_access::{Access, Filter, Restriction, TokenFilter, Verb};
use cresset_base::Limits;
use cresset_definitions::{ResourceType, r4};
use cresset_model::{Bounds, parse};
use cresset_search::{IndexValue, extract, patient_compartment};

use crate::layout::Subject;
use crate::layout::encode::fold_code;
use crate::store::{Error, Method, Version};

/// Whether a resource with these rows is within the restriction. It says the same as the statement
/// the planner writes for the restriction does of a stored resource.
pub fn admits(restriction: &Restriction, subject: Subject<'_>) -> bool {
    match restriction {
        Restriction::Nothing => false,
        Restriction::Everything => true,
        Restriction::Only(filters) => filters.iter().any(|filter| passes(filter, subject)),
    }
}

/// Whether a version's own content is within the restriction; a deletion shows nothing by itself.
/// `bases` are the base URLs under which references point into the instance.
///
/// # Errors
/// [`Error::Failed`] when a stored body does not parse.
pub fn shows(
    restriction: &Restriction,
    version: &Version,
    (limits, bases): (&Limits, &[String]),
) -> Result<bool, Error> {
    if *restriction == Restriction::Everything {
        return Ok(true);
    }
    if version.method == Method::Delete {
        return Ok(false);
    }
    let tree = parse(&version.body, Bounds::from(limits))
        .map_err(|_| Error::failed("a stored body does not parse"))?;
    let rows = extract(&tree, bases);
    Ok(admits(
        restriction,
        Subject {
            resource_type: version.resource_type,
            id: &version.id,
            rows: &rows,
        },
    ))
}

/// What an access gives, or the refusal to do anything at all.
///
/// # Errors
/// [`Error::Forbidden`].
pub fn given(access: &Access, verb: Verb, of: ResourceType) -> Result<Restriction, Error> {
    match access.restriction(verb, of) {
        Restriction::Nothing => Err(Error::Forbidden(verb_name(verb), of)),
        restriction => Ok(restriction),
    }
}

fn verb_name(verb: Verb) -> &'static str {
    match verb {
        Verb::Create => "create",
        Verb::Read => "read",
        Verb::Update => "update",
        Verb::Delete => "delete",
        Verb::Search => "search",
    }
}

fn passes(filter: &Filter, subject: Subject<'_>) -> bool {
    let in_compartment = filter.patient.as_ref().is_none_or(|patient| {
        patient_compartment(subject.resource_type, subject.id, subject.rows).contains(patient)
    });
    in_compartment && filter.tokens.iter().all(|token| holds(token, subject))
}

fn holds(wanted: &TokenFilter, subject: Subject<'_>) -> bool {
    let Some(parameter) = r4().search_parameter(subject.resource_type, &wanted.parameter) else {
        return false;
    };
    subject
        .rows
        .iter()
        .filter(|row| row.parameter == parameter.ix)
        .any(|row| match &row.value {
            IndexValue::Token { system, code } => {
                fold_code(code) == fold_code(&wanted.code)
                    && wanted
                        .system
                        .as_ref()
                        .is_none_or(|s| system.as_deref() == Some(s.as_str()))
            }
            _ => false,
        })
}
