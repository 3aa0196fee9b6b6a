//! The text of a filter into a tree.

use std::borrow::Cow;

use crate::parse::fault::SearchFault;

/// One expression.
#[derive(Debug)]
pub(super) enum Node<'t> {
    All(Vec<Node<'t>>),
    Any(Vec<Node<'t>>),
    Not(Box<Node<'t>>),
    Term(Term<'t>),
}

/// One test: `name co "smith"`.
#[derive(Debug)]
pub(super) struct Term<'t> {
    /// The parameter, after the references that lead to it.
    pub(super) path: Vec<Step<'t>>,
    pub(super) operator: &'t str,
    /// Where the operator and the value begin, in characters counted from 1.
    pub(super) operator_at: usize,
    pub(super) value: Cow<'t, str>,
    pub(super) value_at: usize,
}

/// One name of a path.
#[derive(Debug)]
pub(super) struct Step<'t> {
    pub(super) name: &'t str,
    pub(super) at: usize,
    /// What must hold of the resource that the reference leads to: `subject[active eq true].name`.
    pub(super) filter: Option<Node<'t>>,
}

/// Reads a whole filter of at most so many tests, parentheses at most so deep.
pub(super) fn parse(
    text: &str,
    depth_max: usize,
    terms_max: usize,
) -> Result<Node<'_>, SearchFault> {
    let mut reader = Reader {
        text,
        at: 0,
        depth: 0,
        depth_max,
        terms: 0,
        terms_max,
    };
    let node = reader.expression()?;
    reader.blank();
    if reader.at < text.len() {
        return Err(reader.fault("Join tests with and or or; close what was opened."));
    }
    Ok(node)
}

struct Reader<'t> {
    text: &'t str,
    /// In bytes.
    at: usize,
    depth: usize,
    depth_max: usize,
    terms: usize,
    terms_max: usize,
}

impl<'t> Reader<'t> {
    /// `filter ("and" / "or" filter)*`
    fn expression(&mut self) -> Result<Node<'t>, SearchFault> {
        self.depth += 1;
        if self.depth > self.depth_max {
            let what = "filters inside one another";
            return Err(SearchFault::too_many("", what, self.depth_max).at(self.place(self.at)));
        }
        let mut node = self.operand()?;
        loop {
            let before = self.at;
            self.blank();
            let joined = match self.word() {
                "and" => match node {
                    Node::All(nodes) => (nodes, true),
                    first => (vec![first], true),
                },
                "or" => match node {
                    Node::Any(nodes) => (nodes, false),
                    first => (vec![first], false),
                },
                _ => {
                    self.at = before;
                    self.depth -= 1;
                    return Ok(node);
                }
            };
            let (mut nodes, is_and) = joined;
            nodes.push(self.operand()?);
            node = if is_and {
                Node::All(nodes)
            } else {
                Node::Any(nodes)
            };
        }
    }

    /// A test, or an expression in parentheses with or without `not` before it.
    fn operand(&mut self) -> Result<Node<'t>, SearchFault> {
        self.blank();
        if self.takes('(') {
            return self.closed(')');
        }
        let before = self.at;
        if self.word() == "not" {
            self.blank();
            if self.takes('(') {
                return Ok(Node::Not(Box::new(self.closed(')')?)));
            }
            return Err(self.fault("Write what must not hold in parentheses: not (…)."));
        }
        self.at = before;
        self.term()
    }

    fn closed(&mut self, close: char) -> Result<Node<'t>, SearchFault> {
        let node = self.expression()?;
        self.blank();
        if self.takes(close) {
            return Ok(node);
        }
        Err(self.fault(&format!("Expected and, or or a closing {close}.")))
    }

    fn term(&mut self) -> Result<Node<'t>, SearchFault> {
        self.terms += 1;
        if self.terms > self.terms_max {
            let what = "tests in one filter";
            return Err(SearchFault::too_many("", what, self.terms_max).at(self.place(self.at)));
        }
        let path = self.path()?;
        self.gap("Write a blank and an operator after the parameter.")?;
        let operator_at = self.place(self.at);
        let operator = self.word();
        self.gap("Write an operator such as eq, a blank and a value.")?;
        let value_at = self.place(self.at);
        let value = self.value()?;
        Ok(Node::Term(Term {
            path,
            operator,
            operator_at,
            value,
            value_at,
        }))
    }

    /// `name("[" filter "]")?("." path)?`
    fn path(&mut self) -> Result<Vec<Step<'t>>, SearchFault> {
        let mut path = Vec::new();
        loop {
            let at = self.place(self.at);
            let name = self.name();
            if name.is_empty() {
                return Err(self.fault("Expected the name of a search parameter."));
            }
            let filter = if self.takes('[') {
                Some(self.closed(']')?)
            } else {
                None
            };
            let is_last = !self.takes('.');
            if is_last && filter.is_some() {
                return Err(
                    self.fault("Name what is tested after the brackets: reference[…].name.")
                );
            }
            path.push(Step { name, at, filter });
            if is_last {
                return Ok(path);
            }
        }
    }

    /// A JSON string, or whatever stands before a blank or a closing bracket.
    fn value(&mut self) -> Result<Cow<'t, str>, SearchFault> {
        if self.rest().starts_with('"') {
            return self.string();
        }
        let end = |c: char| c.is_whitespace() || matches!(c, ')' | ']');
        let token = self.take_until(end);
        if token.is_empty() {
            return Err(self.fault("Expected a value."));
        }
        Ok(Cow::Borrowed(token))
    }

    fn string(&mut self) -> Result<Cow<'t, str>, SearchFault> {
        let text = self.rest();
        let mut escaped = false;
        let closing = text.char_indices().skip(1).find(|(_, c)| {
            let closes = !escaped && *c == '"';
            escaped = !escaped && *c == '\\';
            closes
        });
        let Some((end, _)) = closing else {
            return Err(self.fault("This string has no closing quotation mark."));
        };
        let quoted = text.get(..=end).unwrap_or_default();
        let Ok(plain) = serde_json::from_str::<String>(quoted) else {
            return Err(self.fault("This string is not written as JSON writes strings."));
        };
        self.at += quoted.len();
        Ok(Cow::Owned(plain))
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn take_until(&mut self, ends: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let taken = rest.get(..rest.find(ends).unwrap_or(rest.len()));
        let taken = taken.unwrap_or_default();
        self.at += taken.len();
        taken
    }

    fn blank(&mut self) {
        self.take_until(|c| !c.is_whitespace());
    }

    /// At least one blank.
    fn gap(&mut self, otherwise: &str) -> Result<(), SearchFault> {
        let before = self.at;
        self.blank();
        if self.at == before {
            return Err(self.fault(otherwise));
        }
        Ok(())
    }

    /// Letters alone: an operator or what joins tests.
    fn word(&mut self) -> &'t str {
        self.take_until(|c| !c.is_ascii_alphabetic())
    }

    fn name(&mut self) -> &'t str {
        self.take_until(|c| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-')))
    }

    fn takes(&mut self, wanted: char) -> bool {
        let is_there = self.rest().starts_with(wanted);
        self.at += if is_there { wanted.len_utf8() } else { 0 };
        is_there
    }

    /// The character at a byte, counted from 1.
    fn place(&self, byte: usize) -> usize {
        let before = self.text.get(..byte).unwrap_or_default();
        before.chars().count() + 1
    }

    fn fault(&self, sentence: &str) -> SearchFault {
        SearchFault::value("", sentence).at(self.place(self.at))
    }
}
