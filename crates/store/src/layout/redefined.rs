//! What becomes of stored numbers when an instance defines other search parameters than before.

use cresset_definitions::{ParameterIx, SearchParameter};
use cresset_search::Defined;

use super::parameters::{IndexState, StoredParameter, rule};

/// What becomes of an instance's lines when it defines other parameters than before.
#[derive(Debug, Default)]
pub struct Redefined {
    /// Lines that are new or retired, to be stored.
    pub changed: Vec<StoredParameter>,
    /// The numbers of all parameters it defines now.
    pub numbers: Vec<(ParameterIx, i64)>,
}

/// Matches what an instance defines with the lines of those it defined `before`, which `kept` holds; new
/// ones get numbers from `next` on. A new one is built whether or not its type has resources: some may be
/// written in the same transaction.
pub fn redefined(
    kept: &[StoredParameter],
    next: i64,
    (before, after): (&Defined, &Defined),
) -> Redefined {
    let line_of = |parameter: &SearchParameter| line_of(kept, parameter);
    let mut redefined = Redefined::default();
    let mut next = next;
    for parameter in after.parameters() {
        let number = line_of(parameter).map(|line| line.number);
        let number = number.unwrap_or_else(|| {
            next += 1;
            redefined.changed.push(StoredParameter {
                number: next - 1,
                resource_type: parameter.resource_type.code(),
                code: parameter.code.to_owned(),
                rule: rule(parameter, None, false),
                state: IndexState::Building,
            });
            next - 1
        });
        redefined.numbers.push((parameter.ix, number));
    }
    // What says the same of the values in other words has the same line.
    let is_used =
        |line: &&StoredParameter| redefined.numbers.iter().any(|(_, n)| *n == line.number);
    let gone = before.parameters().filter_map(line_of);
    let gone = gone.filter(|line| !is_used(line));
    let retired = gone.map(|line| StoredParameter {
        state: IndexState::Retired,
        ..line.clone()
    });
    let retired: Vec<StoredParameter> = retired.collect();
    redefined.changed.extend(retired);
    redefined
}

/// The numbers that these lines give to what an instance defines.
pub fn numbers(kept: &[StoredParameter], defined: &Defined) -> Vec<(ParameterIx, i64)> {
    let each = defined.parameters().filter_map(|parameter| {
        let line = line_of(kept, parameter)?;
        Some((parameter.ix, line.number))
    });
    each.collect()
}

fn line_of<'l>(
    kept: &'l [StoredParameter],
    parameter: &SearchParameter,
) -> Option<&'l StoredParameter> {
    let rule = rule(parameter, None, false);
    let mut lines = kept.iter().filter(|line| line.state.is_kept());
    lines.find(|line| {
        line.resource_type == parameter.resource_type.code()
            && line.code == parameter.code
            && line.rule == rule
    })
}
