//! Every expression of every search parameter compiles and runs.

use cresset_definitions::r4;
use cresset_fhirpath::Program;

#[test]
fn every_search_parameter_expression_compiles() {
    let mut faults = Vec::new();
    for parameter in r4().search_parameters() {
        let parts = parameter.components.iter().map(|c| c.expression);
        for expression in std::iter::once(parameter.expression)
            .chain(parts)
            .filter(|e| !e.is_empty())
        {
            if let Err(fault) = Program::compile(expression) {
                faults.push(format!(
                    "{}.{}: {expression}: {fault}",
                    parameter.resource_type, parameter.code
                ));
            }
        }
    }
    assert!(r4().search_parameters().len() > 1_300);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
