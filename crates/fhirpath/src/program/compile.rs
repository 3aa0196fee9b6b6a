//! Syntax into steps: names become types, functions and members.

use cresset_definitions::r4;
use regex::Regex;

use super::{Joint, Program, Step, StepIx, System, TypeName};
use crate::evaluate::pattern;
use crate::function::Function;
use crate::item::type_ix;
use crate::parse::syntax::{Literal, Operator, Syntax, Term, TermIx};
use crate::parse::{Fault, FaultKind};
use crate::quantity::Quantity;
use crate::temporal::{Temporal, TemporalKind};

/// Compiles a syntax tree, whose depth is bounded.
pub(super) fn compile(syntax: &Syntax, matching: Matching) -> Result<Program, Fault> {
    let mut compiler = Compiler {
        syntax,
        matching,
        steps: Vec::new(),
        companions: false,
        patterns: Vec::new(),
    };
    let root = compiler.term(syntax.root, Place::Start)?;
    Ok(Program {
        steps: compiler.steps.into(),
        root,
        companions: compiler.companions,
        patterns: compiler.patterns.into(),
    })
}

/// Whether an expression may hold regular expressions.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Matching {
    Allowed,
    Refused,
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
    matching: Matching,
    steps: Vec<Step>,
    companions: bool,
    patterns: Vec<(StepIx, Regex)>,
}

impl Compiler<'_> {
    fn term(&mut self, ix: TermIx, place: Place) -> Result<StepIx, Fault> {
        let syntax = self.syntax;
        let (term, offset) = syntax.term(ix);
        let step = match term {
            Term::Literal(literal) => literal_step(literal, offset)?,
            Term::External(name) => external(name, offset)?,
            Term::Special(name) => match name.as_str() {
                "this" => Step::This,
                "index" => Step::Index,
                "total" => Step::Total,
                _ => return Err(unsupported(offset, format!("the variable ${name}"))),
            },
            Term::Name(name) => self.name(name, place),
            Term::Call(name, arguments) => return self.call(name, arguments, offset),
            Term::Invoke(left, right) => return self.invoke(*left, *right, place),
            Term::Index(left, index) => {
                Step::Position(self.term(*left, place)?, self.term(*index, Place::Start)?)
            }
            Term::Negate(operand) => Step::Negate(self.term(*operand, Place::Start)?),
            Term::Is(left, name) => Step::Is(self.term(*left, place)?, type_name(name, offset)?),
            Term::As(left, name) => Step::As(self.term(*left, place)?, type_name(name, offset)?),
            Term::Binary(operator, left, right) => {
                let joint = joint(*operator);
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
        if self.matching == Matching::Refused && function.matches_patterns() {
            return Err(unsupported(offset, format!("the function {name}() here")));
        }
        self.companions |= function.sees_companions();
        let arguments = arguments
            .iter()
            .map(|a| self.term(*a, Place::Start))
            .collect::<Result<Box<[_]>, _>>()?;
        self.pattern(function, &arguments, offset)?;
        Ok(self.add(Step::Call(function, arguments)))
    }

    /// Compiles a pattern that is a literal once and for all.
    fn pattern(
        &mut self,
        function: Function,
        arguments: &[StepIx],
        offset: usize,
    ) -> Result<(), Fault> {
        let build = match function {
            Function::Matches | Function::ReplaceMatches => pattern::compile,
            Function::MatchesFull => pattern::compile_whole,
            _ => return Ok(()),
        };
        let Some(at) = arguments.first() else {
            return Ok(());
        };
        if let Some(Step::String(text)) = self.steps.get(at.0 as usize) {
            let regex = build(text);
            let regex = regex.ok_or_else(|| {
                Fault::syntax(offset, "the regular expression is none, or too large")
            })?;
            self.patterns.push((*at, regex));
        }
        Ok(())
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
    let number = |text: &str| {
        text.parse()
            .map_err(|_| Fault::syntax(offset, "the number has too many digits"))
    };
    Ok(match literal {
        Literal::Empty => Step::Nothing,
        Literal::Boolean(value) => Step::Boolean(*value),
        Literal::String(text) => Step::String(text.as_str().into()),
        Literal::Number(text) => match text.parse() {
            Ok(integer) => Step::Integer(integer),
            Err(_) => Step::Decimal(number(text)?),
        },
        Literal::Temporal(text) => {
            let kind = match text.split_once('T') {
                Some(("", _)) => TemporalKind::Time,
                Some(_) => TemporalKind::DateTime,
                None => TemporalKind::Date,
            };
            let read = Temporal::parse(text, kind);
            Step::Temporal(read.ok_or_else(|| Fault::syntax(offset, "this is no date or time"))?)
        }
        Literal::Quantity(text, unit, calendar) => {
            let value = number(text)?;
            let quantity = if *calendar {
                Quantity::calendar(value, unit)
            } else {
                Some(Quantity::new(value, unit.clone()))
            };
            Step::Quantity(quantity.ok_or_else(|| Fault::syntax(offset, "this is no unit"))?)
        }
    })
}

/// `%resource` and the like, and the names the specifications give to addresses.
fn external(name: &str, offset: usize) -> Result<Step, Fault> {
    let address = match name {
        "resource" => return Ok(Step::Resource),
        "rootResource" => return Ok(Step::Root),
        "context" => return Ok(Step::Context),
        "ucum" => "http://unitsofmeasure.org".to_owned(),
        "sct" => "http://snomed.info/sct".to_owned(),
        "loinc" => "http://loinc.org".to_owned(),
        _ => match (name.strip_prefix("vs-"), name.strip_prefix("ext-")) {
            (Some(set), _) => format!("http://hl7.org/fhir/ValueSet/{set}"),
            (None, Some(extension)) => {
                format!("http://hl7.org/fhir/StructureDefinition/{extension}")
            }
            (None, None) => return Err(unsupported(offset, format!("the variable %{name}"))),
        },
    };
    Ok(Step::String(address.into()))
}

fn type_name(name: &str, offset: usize) -> Result<TypeName, Fault> {
    let (space, plain) = name.split_once('.').unwrap_or(("", name));
    let fhir = || type_ix(r4(), plain).map(TypeName::Fhir);
    let system = || {
        let found = match plain {
            "Boolean" => System::Boolean,
            "String" => System::String,
            "Integer" => System::Integer,
            "Decimal" => System::Decimal,
            "Date" => System::Date,
            "DateTime" => System::DateTime,
            "Time" => System::Time,
            "Quantity" => System::Quantity,
            "Any" => System::Any,
            _ => return None,
        };
        Some(TypeName::System(found))
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

fn joint(operator: Operator) -> Joint {
    match operator {
        Operator::Union => Joint::Union,
        Operator::Equal => Joint::Equal,
        Operator::NotEqual => Joint::NotEqual,
        Operator::Equivalent => Joint::Equivalent,
        Operator::NotEquivalent => Joint::NotEquivalent,
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
        Operator::Multiply => Joint::Multiply,
        Operator::Divide => Joint::Divide,
        Operator::Div => Joint::Div,
        Operator::Mod => Joint::Mod,
        Operator::Add => Joint::Add,
        Operator::Subtract => Joint::Subtract,
        Operator::Concatenate => Joint::Concatenate,
    }
}

fn unsupported(offset: usize, what: impl std::fmt::Display) -> Fault {
    Fault::new(
        FaultKind::Unsupported,
        offset,
        format!("{what} is not supported"),
    )
}
