//! Running a program.

mod arithmetic;
mod boundary;
mod call;
mod collection;
mod compare;
mod convert;
mod distinct;
mod encode;
mod logic;
mod math;
mod outward;
pub(crate) mod pattern;
mod text;

use std::borrow::Cow;
use std::cell::Cell;

use cresset_definitions::{TypeKind, r4};

use crate::environment::{Environment, Halt, Verdict};
use crate::item::{Item, Node, is_a, type_ix};
use crate::program::{Joint, Program, Step, StepIx, System, TypeName};
use crate::temporal::TemporalKind;
use logic::Truth;

/// What does not change while a program runs.
struct Run<'e, 'a> {
    program: &'a Program,
    environment: &'e Environment<'e, 'a>,
    context: Node<'a>,
    /// Steps left.
    steps: Cell<u64>,
    /// Whether a comparison could not be decided.
    uncertain: Cell<bool>,
}

/// The variables of the innermost iteration.
struct Scope<'s, 'a> {
    this: &'s [Item<'a>],
    index: usize,
    total: &'s [Item<'a>],
}

/// What a step starts from.
#[derive(Clone, Copy)]
struct Focus<'s, 'a> {
    items: &'s [Item<'a>],
    scope: &'s Scope<'s, 'a>,
}

impl<'s, 'a> Focus<'s, 'a> {
    /// An argument starts from the `$this` around it.
    fn outside(self) -> Self {
        Self {
            items: self.scope.this,
            scope: self.scope,
        }
    }

    fn with(self, items: &'s [Item<'a>]) -> Self {
        Self {
            items,
            scope: self.scope,
        }
    }
}

type Items<'a> = Vec<Item<'a>>;

impl Program {
    /// The result for `focus`, an element of `resource` or the resource itself, in document order
    /// of each path.
    ///
    /// A criterion that gives no single truth value counts as not met; an expression that halts
    /// ([`Halt`]) gives nothing.
    pub fn evaluate<'a>(&'a self, resource: Node<'a>, focus: Node<'a>) -> Vec<Item<'a>> {
        self.run(&Environment::new(resource), focus)
            .unwrap_or_default()
    }

    /// The result for `focus` in the given surroundings.
    ///
    /// # Errors
    /// Why there is none.
    pub fn run<'a>(
        &'a self,
        environment: &Environment<'_, 'a>,
        focus: Node<'a>,
    ) -> Result<Vec<Item<'a>>, Halt> {
        Run::new(self, environment, focus).whole(focus)
    }

    /// What the expression, read as a rule, says of `focus`.
    ///
    /// # Errors
    /// Why it says nothing.
    pub fn judge<'a>(
        &'a self,
        environment: &Environment<'_, 'a>,
        focus: Node<'a>,
    ) -> Result<Verdict, Halt> {
        let run = Run::new(self, environment, focus);
        let result = run.whole(focus)?;
        Ok(match logic::truth(&result)? {
            Truth::True => Verdict::Holds,
            Truth::False => Verdict::Fails,
            Truth::Unknown if run.uncertain.get() => Verdict::Uncertain,
            Truth::Unknown => Verdict::Empty,
        })
    }

    /// Whether the criterion at `ix` holds for one item.
    pub(crate) fn holds<'a>(&'a self, ix: StepIx, resource: Node<'a>, node: Node<'a>) -> bool {
        let environment = Environment::new(resource);
        let run = Run::new(self, &environment, node);
        let item = [Item::Node(node)];
        let scope = Scope {
            this: &item,
            index: 0,
            total: &[],
        };
        let focus = Focus {
            items: &item,
            scope: &scope,
        };
        run.holds(ix, focus).unwrap_or(false)
    }
}

impl<'e, 'a> Run<'e, 'a> {
    fn new(program: &'a Program, environment: &'e Environment<'e, 'a>, focus: Node<'a>) -> Self {
        Self {
            program,
            environment,
            context: environment.context.unwrap_or(focus),
            steps: Cell::new(match environment.steps_left {
                Some(left) => left.get().min(environment.steps_max),
                None => environment.steps_max,
            }),
            uncertain: Cell::new(false),
        }
    }

    fn whole(&self, focus: Node<'a>) -> Result<Items<'a>, Halt> {
        let item = [Item::Node(focus)];
        let scope = Scope {
            this: &item,
            index: 0,
            total: &[],
        };
        let focus = Focus {
            items: &item,
            scope: &scope,
        };
        self.collect(self.program.root, focus)
    }

    /// Counts steps; so many may be one step's work over so many items.
    fn charge(&self, steps: usize) -> Result<(), Halt> {
        let steps = steps as u64;
        let left = self.steps.get().checked_sub(steps);
        if let Some(together) = self.environment.steps_left {
            together.set(together.get().saturating_sub(steps));
        }
        self.steps.set(left.ok_or(Halt::Budget)?);
        Ok(())
    }

    /// Counts the steps of making, copying or hashing so many bytes of text: a text that doubles with
    /// every step would soon fill any memory.
    fn charge_text(&self, bytes: usize) -> Result<(), Halt> {
        self.charge(bytes / 16)
    }

    fn copy(&self, items: &[Item<'a>], out: &mut Items<'a>) -> Result<(), Halt> {
        self.charge_text(text_bytes(items))?;
        out.extend_from_slice(items);
        Ok(())
    }

    /// Appends the result of a step. The nesting of steps is bounded by the compiler.
    fn step(&self, ix: StepIx, at: Focus<'_, 'a>, out: &mut Items<'a>) -> Result<(), Halt> {
        self.charge(1 + at.items.len())?;
        match self.program.step(ix) {
            Step::Nothing => {}
            Step::Boolean(value) => out.push(Item::Boolean(*value)),
            Step::String(text) => out.push(Item::String(Cow::Borrowed(text))),
            Step::Integer(number) => out.push(Item::Integer(*number)),
            Step::Decimal(number) => out.push(Item::Decimal(*number)),
            Step::Temporal(temporal) => out.push(Item::Temporal(*temporal)),
            Step::Quantity(quantity) => out.push(Item::Quantity(quantity.clone())),
            Step::This => self.copy(at.scope.this, out)?,
            Step::Index => out.push(collection::integer(at.scope.index)),
            Step::Total => self.copy(at.scope.total, out)?,
            Step::Resource => out.push(Item::Node(self.environment.resource)),
            Step::Root => out.push(Item::Node(self.environment.root)),
            Step::Context => out.push(Item::Node(self.context)),
            Step::OfFocus(wanted) => {
                let wanted = TypeName::Fhir(*wanted);
                out.extend(at.items.iter().filter(|i| has_type(i, wanted)).cloned());
            }
            Step::Member(name) => self.member(name, at.items, out)?,
            Step::Call(function, arguments) => self.call(*function, arguments, at, out)?,
            Step::Invoke(left, right) => {
                let inner = self.collect(*left, at)?;
                self.step(*right, at.with(&inner), out)?;
            }
            Step::Position(left, index) => {
                let list = self.collect(*left, at)?;
                let position = self.position(*index, at)?;
                out.extend(position.and_then(|p| list.into_iter().nth(p)));
            }
            Step::Negate(operand) => {
                let operand = self.collect(*operand, at)?;
                out.extend(arithmetic::negate(&operand)?);
            }
            Step::Is(left, wanted) => match self.collect(*left, at)?.as_slice() {
                [] => {}
                [item] => out.push(Item::Boolean(has_type(item, *wanted))),
                _ => return Err(Halt::NotSingle),
            },
            Step::As(left, wanted) => {
                let list = self.collect(*left, at)?;
                out.extend(list.into_iter().filter(|i| is_chosen(i, *wanted)));
            }
            Step::Join(joint, left, right) => self.join(*joint, (*left, *right), at, out)?,
        }
        Ok(())
    }

    fn collect(&self, ix: StepIx, at: Focus<'_, 'a>) -> Result<Items<'a>, Halt> {
        let mut out = Vec::new();
        self.step(ix, at, &mut out)?;
        Ok(out)
    }

    fn member(&self, name: &str, items: &[Item<'a>], out: &mut Items<'a>) -> Result<(), Halt> {
        let before = out.len();
        for item in items {
            match item {
                Item::Node(node) => node.children(name, self.program.companions, out),
                Item::Type(space, _) if name == "namespace" => {
                    out.push(Item::String(Cow::Borrowed(space)));
                }
                Item::Type(_, plain) if name == "name" => {
                    out.push(Item::String(Cow::Borrowed(plain)));
                }
                _ => {}
            }
        }
        self.charge(out.len() - before)
    }

    /// Whether a criterion holds.
    fn holds(&self, ix: StepIx, at: Focus<'_, 'a>) -> Result<bool, Halt> {
        Ok(logic::truth(&self.collect(ix, at)?)? == Truth::True)
    }

    fn position(&self, ix: StepIx, at: Focus<'_, 'a>) -> Result<Option<usize>, Halt> {
        match self.single(ix, at)? {
            Some(Item::Integer(number)) => Ok(usize::try_from(number).ok()),
            Some(_) => Err(Halt::WrongType),
            None => Ok(None),
        }
    }

    /// The one System value of an argument.
    fn single(&self, ix: StepIx, at: Focus<'_, 'a>) -> Result<Option<Item<'a>>, Halt> {
        one(&self.collect(ix, at.outside())?)
    }

    fn join(
        &self,
        joint: Joint,
        (left, right): (StepIx, StepIx),
        at: Focus<'_, 'a>,
        out: &mut Items<'a>,
    ) -> Result<(), Halt> {
        let left = self.collect(left, at)?;
        let answer = match joint {
            Joint::And | Joint::Or | Joint::Implies | Joint::Xor => {
                let left = logic::truth(&left)?;
                if let Some(decided) = logic::decided(joint, left) {
                    Some(decided)
                } else {
                    let right = logic::truth(&self.collect(right, at)?)?;
                    logic::combine(joint, left, right).value()
                }
            }
            Joint::Union => {
                let right = self.collect(right, at)?;
                return self.distinct(left.into_iter().chain(right), out);
            }
            Joint::Add
            | Joint::Subtract
            | Joint::Multiply
            | Joint::Divide
            | Joint::Div
            | Joint::Mod
            | Joint::Concatenate => {
                let right = self.collect(right, at)?;
                self.charge_text(text_bytes(&left).saturating_add(text_bytes(&right)))?;
                out.extend(arithmetic::compute(joint, &left, &right)?);
                return Ok(());
            }
            _ => {
                let right = self.collect(right, at)?;
                self.charge(left.len().saturating_mul(right.len()))?;
                self.compare(joint, &left, &right)?.value()
            }
        };
        out.extend(answer.map(Item::Boolean));
        Ok(())
    }
}

/// The one System value of a collection.
fn one<'a>(items: &[Item<'a>]) -> Result<Option<Item<'a>>, Halt> {
    match items {
        [] => Ok(None),
        [Item::Node(node)] if !node.has_value() && !node.is_quantity() => match node.companion {
            // A primitive without value is no value.
            Some(_) => Ok(None),
            None => Err(Halt::WrongType),
        },
        [item] => Ok(item.plain()),
        _ => Err(Halt::NotSingle),
    }
}

/// Whether `as` keeps the item: of a choice of primitives only the very type is chosen, although a
/// `code` is a `string` as well.
fn is_chosen(item: &Item<'_>, wanted: TypeName) -> bool {
    match (item, wanted) {
        (Item::Node(node), TypeName::Fhir(wanted)) if node.is_primitive() => node.type_ix == wanted,
        _ => has_type(item, wanted),
    }
}

fn has_type(item: &Item<'_>, wanted: TypeName) -> bool {
    let system = match (item, wanted) {
        (Item::Node(node), TypeName::Fhir(wanted)) => return is_a(node.type_ix, wanted),
        (Item::Remote(Some(resource_type)), TypeName::Fhir(wanted)) => {
            return r4()
                .resource_ix(*resource_type)
                .is_some_and(|ix| is_a(ix, wanted));
        }
        // An unknown resource is a resource of any type.
        (Item::Remote(None), TypeName::Fhir(wanted)) => {
            let definition = r4().type_at(wanted);
            return definition.is_some_and(|t| t.kind == TypeKind::AnyResource);
        }
        (Item::Quantity(_), TypeName::Fhir(wanted)) => {
            return type_ix(r4(), "Quantity") == Some(wanted);
        }
        (_, TypeName::System(System::Any)) => return true,
        (Item::Boolean(_), _) => System::Boolean,
        (Item::String(_), _) => System::String,
        (Item::Integer(_), _) => System::Integer,
        (Item::Decimal(_), _) => System::Decimal,
        (Item::Quantity(_), _) => System::Quantity,
        (Item::Temporal(temporal), _) => match temporal.kind() {
            TemporalKind::Date => System::Date,
            TemporalKind::DateTime => System::DateTime,
            TemporalKind::Time => System::Time,
        },
        _ => return false,
    };
    wanted == TypeName::System(system)
}

/// The bytes of the texts among some items.
fn text_bytes(items: &[Item<'_>]) -> usize {
    let bytes = items.iter().map(|item| match item {
        Item::String(text) => text.len(),
        _ => 0,
    });
    bytes.sum()
}
