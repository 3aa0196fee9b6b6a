//! The grammar: operators by binding power, terms by descent.

use super::lexer::Token;
use super::syntax::{Literal, Operator, Syntax, Term, TermIx};
use super::{Fault, FaultKind};

/// Deepest nesting of parentheses, arguments and signs.
const NESTING_MAX: u16 = 48;

/// Words that name a unit of time after a number.
const CALENDAR: [&str; 8] = [
    "year",
    "month",
    "week",
    "day",
    "hour",
    "minute",
    "second",
    "millisecond",
];

pub(crate) struct Parser {
    tokens: Vec<(Token, usize)>,
    at: usize,
    nesting: u16,
    syntax: Syntax,
}

/// What may follow a complete term.
enum Infix {
    Operator(Operator),
    Is,
    As,
}

impl Parser {
    pub(crate) fn new(tokens: Vec<(Token, usize)>) -> Self {
        Self {
            tokens,
            at: 0,
            nesting: 0,
            syntax: Syntax::new(),
        }
    }

    pub(crate) fn whole(mut self) -> Result<Syntax, Fault> {
        let root = self.expression(0)?;
        if self.peek() != &Token::End {
            return Err(self.unexpected());
        }
        self.syntax.root = root;
        Ok(self.syntax)
    }

    /// An expression whose operators bind more strongly than `least`.
    fn expression(&mut self, least: u8) -> Result<TermIx, Fault> {
        self.nesting += 1;
        if self.nesting > NESTING_MAX {
            return Err(Fault::new(
                FaultKind::TooLarge,
                self.offset(),
                "the expression is nested too deeply",
            ));
        }
        let mut left = self.signed()?;
        while let Some((infix, power)) = self.infix().filter(|(_, power)| *power > least) {
            let offset = self.offset();
            self.at += 1;
            let term = match infix {
                Infix::Is => Term::Is(left, self.type_name()?),
                Infix::As => Term::As(left, self.type_name()?),
                Infix::Operator(operator) => Term::Binary(operator, left, self.expression(power)?),
            };
            left = self.syntax.add(term, offset)?;
        }
        self.nesting -= 1;
        Ok(left)
    }

    /// The operator at hand with its power; all are left-associative.
    fn infix(&self) -> Option<(Infix, u8)> {
        let text = match self.peek() {
            Token::Word(word) => word.as_str(),
            Token::Symbol(symbol) => symbol,
            _ => return None,
        };
        let (operator, power) = match text {
            "implies" => (Operator::Implies, 1),
            "or" => (Operator::Or, 2),
            "xor" => (Operator::Xor, 2),
            "and" => (Operator::And, 3),
            "in" => (Operator::In, 4),
            "contains" => (Operator::Contains, 4),
            "=" => (Operator::Equal, 5),
            "~" => (Operator::Equivalent, 5),
            "!=" => (Operator::NotEqual, 5),
            "!~" => (Operator::NotEquivalent, 5),
            "<" => (Operator::Less, 6),
            "<=" => (Operator::LessOrEqual, 6),
            ">" => (Operator::Greater, 6),
            ">=" => (Operator::GreaterOrEqual, 6),
            "|" => (Operator::Union, 7),
            "is" => return Some((Infix::Is, 8)),
            "as" => return Some((Infix::As, 8)),
            "+" => (Operator::Add, 9),
            "-" => (Operator::Subtract, 9),
            "&" => (Operator::Concatenate, 9),
            "*" => (Operator::Multiply, 10),
            "/" => (Operator::Divide, 10),
            "div" => (Operator::Div, 10),
            "mod" => (Operator::Mod, 10),
            _ => return None,
        };
        Some((Infix::Operator(operator), power))
    }

    fn signed(&mut self) -> Result<TermIx, Fault> {
        let offset = self.offset();
        match self.peek() {
            Token::Symbol("+") => {
                self.at += 1;
                self.expression(10)
            }
            Token::Symbol("-") => {
                self.at += 1;
                let operand = self.expression(10)?;
                self.syntax.add(Term::Negate(operand), offset)
            }
            _ => self.chain(),
        }
    }

    /// A term and what is invoked on it.
    fn chain(&mut self) -> Result<TermIx, Fault> {
        let mut left = self.term()?;
        loop {
            let offset = self.offset();
            let term = match self.peek() {
                Token::Symbol(".") => {
                    self.at += 1;
                    Term::Invoke(left, self.invocation()?)
                }
                Token::Symbol("[") => {
                    self.at += 1;
                    let index = self.expression(0)?;
                    self.expect("]")?;
                    Term::Index(left, index)
                }
                _ => return Ok(left),
            };
            left = self.syntax.add(term, offset)?;
        }
    }

    fn term(&mut self) -> Result<TermIx, Fault> {
        let offset = self.offset();
        let literal = match self.peek().clone() {
            Token::Symbol("(") => {
                self.at += 1;
                let inner = self.expression(0)?;
                self.expect(")")?;
                return Ok(inner);
            }
            Token::Symbol("{") => {
                self.at += 1;
                self.expect("}")?;
                return self.syntax.add(Term::Literal(Literal::Empty), offset);
            }
            Token::External(name) => {
                self.at += 1;
                return self.syntax.add(Term::External(name), offset);
            }
            Token::Word(word) if word == "true" || word == "false" => {
                Literal::Boolean(word == "true")
            }
            Token::String(text) => Literal::String(text),
            Token::Temporal(text) => Literal::Temporal(text),
            Token::Number(number) => {
                self.at += 1;
                let literal = self.quantity(number);
                return self.syntax.add(Term::Literal(literal), offset);
            }
            _ => return self.invocation(),
        };
        self.at += 1;
        self.syntax.add(Term::Literal(literal), offset)
    }

    /// A number is a quantity when a unit follows.
    fn quantity(&mut self, number: String) -> Literal {
        let (unit, calendar) = match self.peek() {
            Token::String(unit) => (unit.clone(), false),
            Token::Word(word) if CALENDAR.contains(&word.strip_suffix('s').unwrap_or(word)) => {
                (word.clone(), true)
            }
            _ => return Literal::Number(number),
        };
        self.at += 1;
        Literal::Quantity(number, unit, calendar)
    }

    /// A name, a function with its arguments, or `$this`.
    fn invocation(&mut self) -> Result<TermIx, Fault> {
        let offset = self.offset();
        if let Token::Special(name) = self.peek().clone() {
            self.at += 1;
            return self.syntax.add(Term::Special(name), offset);
        }
        let name = self.name()?;
        if self.peek() != &Token::Symbol("(") {
            return self.syntax.add(Term::Name(name), offset);
        }
        self.at += 1;
        let mut arguments = Vec::new();
        while self.peek() != &Token::Symbol(")") {
            if !arguments.is_empty() {
                self.expect(",")?;
            }
            arguments.push(self.expression(0)?);
        }
        self.at += 1;
        self.syntax.add(Term::Call(name, arguments), offset)
    }

    /// A type's name, qualified or not.
    fn type_name(&mut self) -> Result<String, Fault> {
        let parenthesized = self.peek() == &Token::Symbol("(");
        if parenthesized {
            self.at += 1;
        }
        let mut name = self.name()?;
        while self.peek() == &Token::Symbol(".") {
            self.at += 1;
            name.push('.');
            name.push_str(&self.name()?);
        }
        if parenthesized {
            self.expect(")")?;
        }
        Ok(name)
    }

    fn name(&mut self) -> Result<String, Fault> {
        let (Token::Word(name) | Token::Delimited(name)) = self.peek().clone() else {
            return Err(self.unexpected());
        };
        self.at += 1;
        Ok(name)
    }

    fn expect(&mut self, symbol: &'static str) -> Result<(), Fault> {
        if self.peek() != &Token::Symbol(symbol) {
            return Err(Fault::syntax(
                self.offset(),
                format!("'{symbol}' is missing"),
            ));
        }
        self.at += 1;
        Ok(())
    }

    fn unexpected(&self) -> Fault {
        let what = match self.peek() {
            Token::End => "the expression ends too early",
            _ => "this does not belong here",
        };
        Fault::syntax(self.offset(), what)
    }

    fn peek(&self) -> &Token {
        self.tokens
            .get(self.at)
            .map_or(&Token::End, |(token, _)| token)
    }

    fn offset(&self) -> usize {
        let last = self.tokens.last();
        self.tokens
            .get(self.at)
            .or(last)
            .map_or(0, |(_, offset)| *offset)
    }
}
