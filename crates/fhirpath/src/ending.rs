//! The types an expression can end at, known before any resource is.

use cresset_definitions::{TypeIx, r4};

use crate::function::Function;
use crate::item::is_a;
use crate::program::{Joint, Program, Step, StepIx, TypeName};

impl Program {
    /// The types of the elements this expression can give of one of type `start`; none where it gives
    /// nothing. `None` when it computes something or passes through a resource of any type.
    ///
    /// It knows more expressions than [`Program::routes`], and less of each.
    pub fn ends(&self, start: TypeIx) -> Option<Vec<TypeIx>> {
        let mut ends = self.ends_of(self.root, &[start])?;
        ends.sort_unstable();
        ends.dedup();
        Some(ends)
    }

    fn ends_of(&self, ix: StepIx, from: &[TypeIx]) -> Option<Vec<TypeIx>> {
        let of_type = |types: Vec<TypeIx>, wanted: TypeIx| {
            let kept = types.into_iter().filter(|found| is_a(*found, wanted));
            kept.collect()
        };
        match self.step(ix) {
            Step::OfFocus(wanted) => Some(of_type(from.to_vec(), *wanted)),
            Step::Member(name) => members(from, name),
            Step::Invoke(left, right) => self.ends_of(*right, &self.ends_of(*left, from)?),
            Step::As(left, TypeName::Fhir(wanted)) => {
                Some(of_type(self.ends_of(*left, from)?, *wanted))
            }
            Step::Join(Joint::Union, left, right) => {
                let mut ends = self.ends_of(*left, from)?;
                ends.extend(self.ends_of(*right, from)?);
                Some(ends)
            }
            Step::Position(left, _) => self.ends_of(*left, from),
            Step::Call(Function::Extension, _) => members(from, "extension"),
            Step::This
            | Step::Call(
                Function::Where
                | Function::First
                | Function::Last
                | Function::Tail
                | Function::Skip
                | Function::Take
                | Function::Single
                | Function::Distinct,
                _,
            ) => Some(from.to_vec()),
            _ => None,
        }
    }
}

/// The types of a member of each; `None` when it may hold any resource.
fn members(from: &[TypeIx], name: &str) -> Option<Vec<TypeIx>> {
    let mut found = Vec::new();
    for start in from {
        let definition = r4().type_at(*start)?;
        match definition.element(name) {
            Some(element) => found.push(element.type_ix),
            None => found.extend(definition.choices(name).map(|element| element.type_ix)),
        }
    }
    found.sort_unstable();
    found.dedup();
    let is_open = found.iter().any(|found| r4().is_any_resource(*found));
    (!is_open).then_some(found)
}
