//! Every rule of every type and of every US Core profile compiles.

use cresset_definitions::{Constraint, r4, us_core};
use cresset_fhirpath::Program;

#[test]
fn every_rule_compiles() {
    let of_types = r4().types().iter().flat_map(|t| {
        let of_elements = t.elements.into_iter().flat_map(|e| e.constraints);
        t.constraints.iter().chain(of_elements)
    });
    let elements = us_core().profiles.iter().flat_map(|p| p.elements);
    let rules: Vec<&Constraint> = of_types
        .chain(elements.flat_map(|e| e.constraints))
        .collect();
    let faults: Vec<String> = rules
        .iter()
        .filter_map(|rule| {
            let fault = Program::compile(rule.expression).err()?;
            Some(format!("{}: {}: {fault}", rule.key, rule.expression))
        })
        .collect();
    assert!(rules.len() > 300, "{} rules", rules.len());
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
