//! The types an expression can end at, known before any resource is.

use cresset_definitions::{TypeIx, r4};

use crate::function::Function;
use crate::item::is_a;
use crate::program::{Joint, Program, Step, StepIx, TypeName};
use crate::route::elements_of;

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

/// What an expression gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gives {
    /// Elements of the resource or of one it contains.
    Elements,
    /// Whether something is so.
    Truth,
    /// Another computed value, or values of several kinds.
    Computed,
}

impl Program {
    /// What this expression gives, as far as its form tells.
    pub fn gives(&self) -> Gives {
        self.given_by(self.root, Gives::Elements)
    }

    /// What a step gives of such a focus.
    fn given_by(&self, ix: StepIx, focus: Gives) -> Gives {
        match self.step(ix) {
            Step::This => focus,
            Step::OfFocus(_) | Step::Member(_) | Step::Resource | Step::Root | Step::Context => {
                Gives::Elements
            }
            Step::Invoke(left, right) => self.given_by(*right, self.given_by(*left, focus)),
            Step::Position(left, _) | Step::As(left, TypeName::Fhir(_)) => {
                self.given_by(*left, focus)
            }
            Step::Join(Joint::Union, left, right) => {
                either(self.given_by(*left, focus), self.given_by(*right, focus))
            }
            Step::Join(
                Joint::Add
                | Joint::Subtract
                | Joint::Multiply
                | Joint::Divide
                | Joint::Div
                | Joint::Mod
                | Joint::Concatenate,
                ..,
            ) => Gives::Computed,
            Step::Boolean(_) | Step::Is(..) | Step::Join(..) => Gives::Truth,
            Step::Call(function, arguments) => self.given_by_call(*function, arguments, focus),
            _ => Gives::Computed,
        }
    }

    fn given_by_call(&self, function: Function, arguments: &[StepIx], focus: Gives) -> Gives {
        let argument = |at: usize| {
            let step = arguments.get(at).copied();
            step.map_or(focus, |step| self.given_by(step, focus))
        };
        match function {
            Function::Extension
            | Function::Children
            | Function::Descendants
            | Function::Resolve => Gives::Elements,
            Function::Select | Function::Repeat => argument(0),
            Function::Union | Function::Combine => either(focus, argument(0)),
            Function::Iif if arguments.len() > 2 => either(argument(1), argument(2)),
            Function::Iif => argument(1),
            function if function.keeps_items() => focus,
            function if function.is_question() => Gives::Truth,
            _ => Gives::Computed,
        }
    }
}

fn either(left: Gives, right: Gives) -> Gives {
    if left == right { left } else { Gives::Computed }
}

/// The types of a member of each; `None` when it may hold any resource.
fn members(from: &[TypeIx], name: &str) -> Option<Vec<TypeIx>> {
    let mut found = Vec::new();
    for start in from {
        let elements = elements_of(*start, name)?;
        found.extend(elements.into_iter().map(|element| element.type_ix));
    }
    found.sort_unstable();
    found.dedup();
    let is_open = found.iter().any(|found| r4().is_any_resource(*found));
    (!is_open).then_some(found)
}
