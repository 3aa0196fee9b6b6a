//! What a restriction says of a resource that is not, or no longer, in the tables: one about to be
//! written, an earlier version, a deleted one.

use cresset_access::{Filter, Restriction, TokenFilter};
use cresset_definitions::r4;
use cresset_search::{IndexValue, patient_compartment};

use crate::layout::Subject;
use crate::layout::encode::fold_code;

/// Whether a resource with these rows is within the restriction. It says the same as the statement
/// the planner writes for the restriction does of a stored resource.
pub fn admits(restriction: &Restriction, subject: Subject<'_>) -> bool {
    match restriction {
        Restriction::Nothing => false,
        Restriction::Everything => true,
        Restriction::Only(filters) => filters.iter().any(|filter| passes(filter, subject)),
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
