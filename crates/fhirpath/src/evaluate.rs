//! Running a program.

mod compare;
mod invoke;
mod logic;

use std::collections::BTreeSet;

use cresset_definitions::{TypeKind, r4};

use crate::item::{Item, Node, is_a, type_ix};
use crate::program::{Joint, Program, Step, StepIx, TypeName};
use logic::Truth;

/// What does not change while a program runs.
struct Run<'a> {
    program: &'a Program,
    resource: Node<'a>,
}

impl Program {
    /// The result for `focus`, an element of `resource` or the resource itself, in document order
    /// of each path.
    ///
    /// A criterion that gives no single truth value counts as not met.
    pub fn evaluate<'a>(&'a self, resource: Node<'a>, focus: Node<'a>) -> Vec<Item<'a>> {
        let run = Run {
            program: self,
            resource,
        };
        let mut out = Vec::new();
        run.step(self.root, &[Item::Node(focus)], &mut out);
        out
    }

    /// Whether the criterion at `ix` holds for one item.
    pub(crate) fn holds<'a>(&'a self, ix: StepIx, resource: Node<'a>, item: Item<'a>) -> bool {
        Run {
            program: self,
            resource,
        }
        .holds(ix, &[item])
    }
}

impl<'a> Run<'a> {
    /// Appends the result of a step. The nesting of steps is bounded by the compiler.
    fn step(&self, ix: StepIx, focus: &[Item<'a>], out: &mut Vec<Item<'a>>) {
        match self.program.step(ix) {
            Step::Nothing => {}
            Step::Boolean(value) => out.push(Item::Boolean(*value)),
            Step::String(text) => out.push(Item::String(text)),
            Step::Number(number) => out.push(Item::Number(number)),
            Step::This => out.extend_from_slice(focus),
            Step::Resource => out.push(Item::Node(self.resource)),
            Step::OfFocus(wanted) => {
                out.extend(
                    focus
                        .iter()
                        .filter(|i| has_type(i, TypeName::Fhir(*wanted))),
                );
            }
            Step::Member(name) => {
                for item in focus {
                    if let Item::Node(node) = item {
                        node.children(name, self.program.companions, out);
                    }
                }
            }
            Step::Call(function, arguments) => self.call(*function, arguments, focus, out),
            Step::Invoke(left, right) => {
                let inner = self.collect(*left, focus);
                self.step(*right, &inner, out);
            }
            Step::Index(left, index) => {
                let list = self.collect(*left, focus);
                out.extend(self.position(*index, focus).and_then(|at| list.get(at)));
            }
            Step::Is(left, wanted) => {
                if let [item] = self.collect(*left, focus).as_slice() {
                    out.push(Item::Boolean(has_type(item, *wanted)));
                }
            }
            Step::As(left, wanted) => {
                let list = self.collect(*left, focus);
                out.extend(list.iter().filter(|i| has_type(i, *wanted)));
            }
            Step::Join(joint, left, right) => self.join(*joint, *left, *right, focus, out),
        }
    }

    fn collect(&self, ix: StepIx, focus: &[Item<'a>]) -> Vec<Item<'a>> {
        let mut out = Vec::new();
        self.step(ix, focus, &mut out);
        out
    }

    /// Whether a criterion holds.
    fn holds(&self, ix: StepIx, focus: &[Item<'a>]) -> bool {
        logic::truth(&self.collect(ix, focus)) == Truth::True
    }

    fn position(&self, ix: StepIx, focus: &[Item<'a>]) -> Option<usize> {
        match self.collect(ix, focus).as_slice() {
            [Item::Number(number)] => number.parse().ok(),
            [Item::Integer(number)] => usize::try_from(*number).ok(),
            _ => None,
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "the operands of one operator and where its result goes"
    )]
    fn join(
        &self,
        joint: Joint,
        left: StepIx,
        right: StepIx,
        focus: &[Item<'a>],
        out: &mut Vec<Item<'a>>,
    ) {
        let left = self.collect(left, focus);
        let right = self.collect(right, focus);
        if joint == Joint::Union {
            union(left.into_iter().chain(right), out);
            return;
        }
        let answer = match joint {
            Joint::And | Joint::Or | Joint::Xor | Joint::Implies => {
                logic::combine(joint, logic::truth(&left), logic::truth(&right))
            }
            _ => compare::compare(joint, &left, &right),
        };
        out.extend(answer.value().map(Item::Boolean));
    }
}

/// Appends each item once. A place in the resource is known by its position, so that a union costs
/// no more than its length.
fn union<'a>(items: impl Iterator<Item = Item<'a>>, out: &mut Vec<Item<'a>>) {
    let mut places = BTreeSet::new();
    let mut values: Vec<Item<'a>> = Vec::new();
    for item in items {
        let fresh = match item {
            Item::Node(node) => places.insert(node.element.place()),
            Item::Remote(_) => true,
            value => {
                let fresh = !values.contains(&value);
                values.extend(fresh.then_some(value));
                fresh
            }
        };
        out.extend(fresh.then_some(item));
    }
}

fn has_type(item: &Item<'_>, wanted: TypeName) -> bool {
    match (item, wanted) {
        (Item::Node(node), TypeName::Fhir(wanted)) => is_a(node.type_ix, wanted),
        (Item::Remote(Some(resource_type)), TypeName::Fhir(wanted)) => {
            type_ix(r4(), resource_type.name()).is_some_and(|ix| is_a(ix, wanted))
        }
        // An unknown resource is a resource of any type.
        (Item::Remote(None), TypeName::Fhir(wanted)) => r4()
            .type_at(wanted)
            .is_some_and(|t| t.kind == TypeKind::AnyResource),
        (Item::Boolean(_), TypeName::Boolean)
        | (Item::String(_), TypeName::String)
        | (Item::Integer(_), TypeName::Integer) => true,
        (Item::Number(number), TypeName::Integer) => !number.contains('.'),
        (Item::Number(number), TypeName::Decimal) => number.contains('.'),
        _ => false,
    }
}
