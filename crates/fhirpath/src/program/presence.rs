//! Rules that only ask which children are there.

use crate::function::Function;
use crate::program::{Joint, Program, Step, StepIx};

/// A rule over the presence of children of the focus, each named without the type of a choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Presence {
    /// The child is there.
    Has(Box<str>),
    /// The rule does not hold.
    Not(Box<Presence>),
    /// Both hold.
    And(Box<Presence>, Box<Presence>),
    /// One holds.
    Or(Box<Presence>, Box<Presence>),
    /// Exactly one holds.
    Xor(Box<Presence>, Box<Presence>),
}

impl Program {
    /// The rule as one over presence; `None` when it looks at any value.
    pub fn presence(&self) -> Option<Presence> {
        self.presence_of(self.root)
    }

    fn presence_of(&self, ix: StepIx) -> Option<Presence> {
        match self.step(ix) {
            Step::Invoke(left, right) => {
                let Step::Call(function, arguments) = self.step(*right) else {
                    return None;
                };
                match (function, self.step(*left)) {
                    (Function::Not, _) => Some(not(self.presence_of(*left)?)),
                    (Function::Exists, Step::Member(name)) if arguments.is_empty() => {
                        Some(Presence::Has(name.clone()))
                    }
                    (Function::Empty, Step::Member(name)) => Some(not(Presence::Has(name.clone()))),
                    _ => None,
                }
            }
            Step::Join(joint, left, right) => {
                let (left, right) = (self.presence_of(*left)?, self.presence_of(*right)?);
                let (left, right) = (Box::new(left), Box::new(right));
                match joint {
                    Joint::And => Some(Presence::And(left, right)),
                    Joint::Or => Some(Presence::Or(left, right)),
                    Joint::Xor | Joint::NotEqual => Some(Presence::Xor(left, right)),
                    Joint::Equal => Some(not(Presence::Xor(left, right))),
                    Joint::Implies => Some(Presence::Or(Box::new(Presence::Not(left)), right)),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}

fn not(of: Presence) -> Presence {
    Presence::Not(Box::new(of))
}
