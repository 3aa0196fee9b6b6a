//! The rules of the types (`Constraint`), compiled once and run where they can fail.
//!
//! Most rules hold for want of something to judge, and many only ask which children are there. So
//! each object carries the set of its children as bits ([`Present`]), and a rule is run only when
//! the bits cannot answer for it. What fires everywhere (`ele-1`, `ext-1`, `ref-1`, `txt-1`,
//! `dom-2`, `dom-3`) is code of the walk instead.

mod presence;
mod table;

use cresset_definitions::{Constraint, Severity};
use cresset_fhirpath::{Environment, Halt, Node, Program, Verdict};

pub(crate) use presence::{Present, Slots};
pub(crate) use table::{TypeRules, is_of_r4, of_type};

use presence::Formula;

/// Rules that are code of the walk: by key, as the standard numbers them.
const NATIVE: [&str; 7] = [
    "ele-1", "ext-1", "ref-1", "txt-1", "txt-2", "dom-2", "dom-3",
];

/// A rule ready to run.
#[derive(Debug)]
pub(crate) struct Rule {
    /// `pat-1`
    pub(crate) key: &'static str,
    pub(crate) severity: Severity,
    /// The rule in words.
    pub(crate) human: &'static str,
    program: Program,
    /// The rule over bits, where it is one.
    formula: Option<Formula>,
    /// The children it looks at; `None` when it may look at anything.
    mentioned: Option<Present>,
    /// Whether it holds when none of those is there.
    holds_when_absent: bool,
    /// Each of these being absent makes it hold.
    needed: Present,
}

/// What became of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It holds, or nothing can be said.
    Kept,
    /// It does not hold.
    Broken,
    /// It would take too many steps.
    TooCostly,
}

impl Rule {
    /// Compiles a rule; with `slots`, the children of what it is about are known as bits when it
    /// runs. `None` when it is no expression we can run.
    pub(crate) fn new(constraint: &'static Constraint, slots: Option<&Slots>) -> Option<Self> {
        let program = Program::compile(constraint.expression).ok()?;
        let bits = |names: Vec<&str>| -> Option<Present> {
            let slots = slots?;
            names.iter().map(|n| slots.bit(n)).collect()
        };
        let mentioned = program.mentions().and_then(bits);
        let needed = mentioned.and_then(|_| bits(program.idle_without()));
        let formula = slots.and_then(|s| Formula::new(&program.presence()?, s));
        Some(Self {
            key: constraint.key,
            severity: constraint.severity,
            human: constraint.human,
            holds_when_absent: mentioned.is_some() && table::holds_for_nothing(&program),
            formula,
            mentioned,
            needed: needed.unwrap_or_default(),
            program,
        })
    }

    /// Whether it looks at none of these children; when it may look at anything, whether there are
    /// none.
    pub(crate) fn is_clear_of(&self, children: Present) -> bool {
        match self.mentioned {
            Some(mentioned) => !mentioned.meets(children),
            None => children == Present::default(),
        }
    }

    /// The children it looks at, by name; `None` when it may look at anything.
    pub(crate) fn mentions(&self) -> Option<Vec<&str>> {
        self.program.mentions()
    }

    /// Runs the rule on an element whose children, where they are known, are `present`; something is
    /// wrong with those that are `harmed`.
    pub(crate) fn judge<'a>(
        &'a self,
        environment: &Environment<'_, 'a>,
        focus: Node<'a>,
        (present, harmed): (Option<Present>, Present),
    ) -> Outcome {
        if let Some(present) = present {
            if let Some(formula) = &self.formula {
                return if formula.holds(present) {
                    Outcome::Kept
                } else {
                    Outcome::Broken
                };
            }
            let absent = self.mentioned.is_some_and(|m| !m.meets(present));
            if (absent && self.holds_when_absent) || !self.needed.is_within(present) {
                return Outcome::Kept;
            }
        }
        match self.program.judge(environment, focus) {
            Ok(Verdict::Fails) => Outcome::Broken,
            // A value is missing that the rule compares. Where nothing at all of what it looks at
            // is there it has nothing to say; else the comparison is not met.
            Ok(Verdict::Empty) => {
                let judged = present
                    .zip(self.mentioned)
                    .is_some_and(|(present, mentioned)| mentioned.meets(present));
                if judged && self.is_clear_of(harmed) && self.severity == Severity::Error {
                    Outcome::Broken
                } else {
                    Outcome::Kept
                }
            }
            Err(Halt::Budget) => Outcome::TooCostly,
            Ok(Verdict::Holds | Verdict::Uncertain) | Err(_) => Outcome::Kept,
        }
    }
}
