//! Which children of its focus an expression looks at.

use crate::function::Function;
use crate::program::{Joint, Program, Step, StepIx};

impl Program {
    /// The names of the children of the focus without which the expression sees nothing of it, each
    /// without the type of a choice; `None` when it may look at anything else (the whole focus, its
    /// value, other resources).
    pub fn mentions(&self) -> Option<Vec<&str>> {
        let mut names = Vec::new();
        self.mentioned(self.root, &mut names)?;
        names.sort_unstable();
        names.dedup();
        Some(names)
    }

    fn mentioned<'p>(&'p self, ix: StepIx, names: &mut Vec<&'p str>) -> Option<()> {
        match self.step(ix) {
            Step::Member(name) => names.push(name),
            Step::Nothing
            | Step::Boolean(_)
            | Step::String(_)
            | Step::Integer(_)
            | Step::Decimal(_)
            | Step::Temporal(_)
            | Step::Quantity(_)
            // They matter only beside something of the focus, which is mentioned itself.
            | Step::Resource
            | Step::Root
            | Step::Context => {}
            // What follows a child is asked of the child.
            Step::Invoke(left, right) => match self.step(*left) {
                Step::This | Step::OfFocus(_) => self.mentioned(*right, names)?,
                _ => {
                    self.mentioned(*left, names)?;
                    self.arguments(*right, names)?;
                }
            },
            Step::Position(left, right) | Step::Join(_, left, right) => {
                self.mentioned(*left, names)?;
                self.mentioned(*right, names)?;
            }
            Step::Negate(left) | Step::Is(left, _) | Step::As(left, _) => {
                self.mentioned(*left, names)?;
            }
            Step::Call(..) | Step::This | Step::OfFocus(_) | Step::Index | Step::Total => {
                return None;
            }
        }
        Some(())
    }

    /// The arguments of a call that do not run for each item look at the focus again.
    fn arguments<'p>(&'p self, ix: StepIx, names: &mut Vec<&'p str>) -> Option<()> {
        if let Step::Call(function, arguments) = self.step(ix)
            && !function.iterates()
        {
            for argument in arguments {
                self.mentioned(*argument, names)?;
            }
        }
        Some(())
    }
}

/// Rules that hold for want of something to judge.
impl Program {
    /// The children whose absence alone makes the expression true, whatever else there is:
    /// `value` for `value.empty() or …`.
    pub fn idle_without(&self) -> Vec<&str> {
        let mut names = self.mentions().unwrap_or_default();
        names.retain(|name| self.truth_without(self.root, name) == Some(true));
        names
    }

    /// What a criterion gives when the child is absent, as far as its form tells.
    fn truth_without(&self, ix: StepIx, name: &str) -> Option<bool> {
        match self.step(ix) {
            Step::Invoke(left, right) => {
                let Step::Call(function, _) = self.step(*right) else {
                    return None;
                };
                match function {
                    Function::Not => self.truth_without(*left, name).map(|truth| !truth),
                    Function::Empty | Function::All | Function::IsDistinct => {
                        self.is_empty_without(*left, name).then_some(true)
                    }
                    Function::Exists | Function::HasValue => {
                        self.is_empty_without(*left, name).then_some(false)
                    }
                    _ => None,
                }
            }
            Step::Join(joint, left, right) => {
                let (left, right) = (
                    self.truth_without(*left, name),
                    self.truth_without(*right, name),
                );
                match (joint, left, right) {
                    (Joint::Or, Some(true), _)
                    | (Joint::Or | Joint::Implies, _, Some(true))
                    | (Joint::Implies, Some(false), _)
                    | (Joint::And, Some(true), Some(true)) => Some(true),
                    (Joint::And, Some(false), _)
                    | (Joint::And, _, Some(false))
                    | (Joint::Or, Some(false), Some(false)) => Some(false),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// Whether a path starts at the child, so that it gives nothing without it.
    fn is_empty_without(&self, ix: StepIx, name: &str) -> bool {
        match self.step(ix) {
            Step::Member(member) => **member == *name,
            Step::Invoke(left, right) => match self.step(*right) {
                Step::Member(_)
                | Step::Call(Function::Where | Function::Select | Function::Trace, _) => {
                    self.is_empty_without(*left, name)
                }
                _ => false,
            },
            Step::Position(left, _) | Step::As(left, _) => self.is_empty_without(*left, name),
            _ => false,
        }
    }
}
