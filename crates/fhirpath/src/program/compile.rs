//! Syntax into steps: names become types, functions and members.

use cresset_definitions::r4;

use super::{Joint, Program, Step, StepIx, TypeName};
use crate::function::Function;
use crate::item::type_ix;
use crate::parse::syntax::{Literal, Operator, Syntax, Term, TermIx};
use crate::parse::{Fault, FaultKind};

/// Compiles a syntax tree, whose depth is bounded.
pub(super) fn compile(syntax: &Syntax) -> Result<Program, Fault> {
    let mut compiler = Compiler {
        syntax,
        steps: Vec::new(),
        companions: false,
    };
    let root = compiler.term(syntax.root, Place::Start)?;
    Ok(Program {
        steps: compiler.steps.into(),
        root,
        companions: compiler.companions,
    })
}

/// Where a name stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// At the beginning of a path, where a type may be named.
    Start,
    /// After a point.
    Invoked,
}

struct Compiler<'s> {
    syntax: &'s Syntax,
    steps: Vec<Step>,
    companions: bool,
}

impl Compiler<'_> {
    fn term(&mut self, ix: TermIx, place: Place) -> Result<StepIx, Fault> {
        let syntax = self.syntax;
        let (term, offset) = syntax.term(ix);
        let step = match term {
            Term::Literal(literal) => literal_step(literal, offset)?,
            Term::External(name) => match name.as_str() {
                "resource" | "rootResource" | "context" => Step::Resource,
                _ => return Err(unsupported(offset, format!("the variable %{name}"))),
            },
            Term::Special(name) if name == "this" => Step::This,
            Term::Special(name) => {
                return Err(unsupported(offset, format!("the variable ${name}")));
            }
            Term::Name(name) => self.name(name, place),
            Term::Call(name, arguments) => return self.call(name, arguments, offset),
            Term::Invoke(left, right) => return self.invoke(*left, *right, place),
            Term::Index(left, index) => {
                Step::Index(self.term(*left, place)?, self.term(*index, Place::Start)?)
            }
            Term::Negate(_) => return Err(unsupported(offset, "the sign")),
            Term::Is(left, name) => Step::Is(self.term(*left, place)?, type_name(name, offset)?),
            Term::As(left, name) => Step::As(self.term(*left, place)?, type_name(name, offset)?),
            Term::Binary(operator, left, right) => {
                let joint = joint(*operator, offset)?;
                Step::Join(
                    joint,
                    self.term(*left, Place::Start)?,
                    self.term(*right, Place::Start)?,
                )
            }
        };
        Ok(self.add(step))
    }

    fn add(&mut self, step: Step) -> StepIx {
        let ix = u32::try_from(self.steps.len()).unwrap_or(u32::MAX);
        self.steps.push(step);
        StepIx(ix)
    }

    fn name(&mut self, name: &str, place: Place) -> Step {
        let is_type = place == Place::Start && name.starts_with(|c: char| c.is_ascii_uppercase());
        if let Some(type_ix) = is_type.then(|| type_ix(r4(), name)).flatten() {
            return Step::OfFocus(type_ix);
        }
        self.companions |= name == "extension" || name == "id";
        Step::Member(name.into())
    }

    fn invoke(&mut self, left: TermIx, right: TermIx, place: Place) -> Result<StepIx, Fault> {
        let focus = self.term(left, place)?;
        if let (Term::Call(name, arguments), offset) = self.syntax.term(right)
            && let [argument] = arguments.as_slice()
            && matches!(name.as_str(), "as" | "is" | "ofType")
        {
            let wanted = self.type_argument(*argument, offset)?;
            let step = if name == "is" {
                Step::Is(focus, wanted)
            } else {
                Step::As(focus, wanted)
            };
            return Ok(self.add(step));
        }
        let invoked = self.term(right, Place::Invoked)?;
        Ok(self.add(Step::Invoke(focus, invoked)))
    }

    fn call(&mut self, name: &str, arguments: &[TermIx], offset: usize) -> Result<StepIx, Fault> {
        if let ([argument], "as" | "is" | "ofType") = (arguments, name) {
            let wanted = self.type_argument(*argument, offset)?;
            let focus = self.add(Step::This);
            return Ok(self.add(if name == "is" {
                Step::Is(focus, wanted)
            } else {
                Step::As(focus, wanted)
            }));
        }
        let function = Function::find(name, arguments.len()).ok_or_else(|| {
            unsupported(
                offset,
                format!("the function {name}() with {} arguments", arguments.len()),
            )
        })?;
        self.companions |= function.sees_companions();
        let arguments = arguments
            .iter()
            .map(|a| self.term(*a, Place::Start))
            .collect::<Result<_, _>>()?;
        Ok(self.add(Step::Call(function, arguments)))
    }

    /// The type named by the argument of `as()`, which the grammar reads as a path.
    fn type_argument(&self, argument: TermIx, offset: usize) -> Result<TypeName, Fault> {
        match self.syntax.term(argument).0 {
            Term::Name(name) => type_name(name, offset),
            Term::Invoke(space, name) => {
                match (self.syntax.term(*space).0, self.syntax.term(*name).0) {
                    (Term::Name(space), Term::Name(name)) => {
                        type_name(&format!("{space}.{name}"), offset)
                    }
                    _ => Err(Fault::syntax(offset, "a type is missing")),
                }
            }
            _ => Err(Fault::syntax(offset, "a type is missing")),
        }
    }
}

fn literal_step(literal: &Literal, offset: usize) -> Result<Step, Fault> {
    Ok(match literal {
        Literal::Empty => Step::Nothing,
        Literal::Boolean(value) => Step::Boolean(*value),
        Literal::String(text) => Step::String(text.as_str().into()),
        Literal::Number(number) => Step::Number(number.as_str().into()),
        Literal::Temporal(text) => {
            return Err(unsupported(offset, format!("the literal @{text}")));
        }
        Literal::Quantity(number, unit) => {
            return Err(unsupported(
                offset,
                format!("the quantity {number} '{unit}'"),
            ));
        }
    })
}

fn type_name(name: &str, offset: usize) -> Result<TypeName, Fault> {
    let (space, plain) = name.split_once('.').unwrap_or(("", name));
    let fhir = || type_ix(r4(), plain).map(TypeName::Fhir);
    let system = || match plain {
        "Boolean" => Some(TypeName::Boolean),
        "String" => Some(TypeName::String),
        "Integer" => Some(TypeName::Integer),
        "Decimal" => Some(TypeName::Decimal),
        _ => None,
    };
    let found = match space {
        "FHIR" => fhir(),
        "System" => system(),
        "" => fhir().or_else(system),
        _ => None,
    };
    found.ok_or_else(|| {
        Fault::new(
            FaultKind::UnknownType,
            offset,
            format!("there is no type {name}"),
        )
    })
}

fn joint(operator: Operator, offset: usize) -> Result<Joint, Fault> {
    Ok(match operator {
        Operator::Union => Joint::Union,
        Operator::Equal => Joint::Equal,
        Operator::NotEqual => Joint::NotEqual,
        Operator::Less => Joint::Less,
        Operator::LessOrEqual => Joint::LessOrEqual,
        Operator::Greater => Joint::Greater,
        Operator::GreaterOrEqual => Joint::GreaterOrEqual,
        Operator::In => Joint::In,
        Operator::Contains => Joint::Contains,
        Operator::And => Joint::And,
        Operator::Or => Joint::Or,
        Operator::Xor => Joint::Xor,
        Operator::Implies => Joint::Implies,
        Operator::Multiply
        | Operator::Divide
        | Operator::Div
        | Operator::Mod
        | Operator::Add
        | Operator::Subtract
        | Operator::Concatenate
        | Operator::Equivalent
        | Operator::NotEquivalent => {
            return Err(unsupported(offset, format!("the operator {operator:?}")));
        }
    })
}

fn unsupported(offset: usize, what: impl std::fmt::Display) -> Fault {
    Fault::new(
        FaultKind::Unsupported,
        offset,
        format!("{what} is not supported"),
    )
}
