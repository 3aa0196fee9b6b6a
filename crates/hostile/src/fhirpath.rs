//! Expressions.

use cresset_fhirpath::{Environment, Node, Program};
use cresset_model::{Bounds, parse};

use crate::PATIENT;

pub(crate) const SEEDS: &[&str] = &[
    "name.where(use = 'official').given.first() | name.family",
    "name.all(family.matches('^[A-Z]+$')) implies birthDate <= today() - 1 'year'",
    "repeat(children()).ofType(HumanName).aggregate($total + 1, 0) mod 3 > -1.50",
    "extension('http://example.org/e').value is decimal and iif(active, {}, 'x').empty()",
];

/// An expression is compiled or refused, and ends on any resource within its bounds.
pub(crate) fn fhirpath(bytes: &[u8]) -> bool {
    let Some(program) = std::str::from_utf8(bytes)
        .ok()
        .and_then(|text| Program::compile(text).ok())
    else {
        return false;
    };
    let Ok(tree) = parse(PATIENT.as_bytes(), Bounds::default()) else {
        return false;
    };
    let Some(resource) = Node::resource(tree.root()) else {
        return false;
    };
    // What it gives, or why it gives nothing, is its own affair.
    drop(program.run(&Environment::new(resource), resource));
    true
}
